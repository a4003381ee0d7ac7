import ArgumentParser
import Ledger
import Node
import TranscodeModel

struct LedgerUpkeep: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ledger",
        abstract:
            "Look after the ledger: copy it, put a copy back, check it, bring it to this version.",
        subcommands: [
            LedgerBackup.self, LedgerRestore.self, LedgerChecking.self, LedgerMigration.self,
        ])
}

/// Nodes of machines that are gone: of those nobody can tell but a person.
struct DeadNodesOption: ParsableArguments {
    @Option(
        name: .customLong("dead"),
        help: ArgumentHelp(
            "A node that is gone with its machine, as you know. May be given again.",
            valueName: "node"))
    var dead: [String] = []

    var obituary: NodeObituary {
        let dead = Set(dead)
        return { dead.contains($0.id.text) || NodeIdentity.isDead($0) }
    }
}

extension LedgerSummary {
    var text: String {
        "\(jobs) jobs, \(sequence) events, schema \(schema), head \(head.map { String($0.prefix(12)) } ?? "none")"
    }
}
