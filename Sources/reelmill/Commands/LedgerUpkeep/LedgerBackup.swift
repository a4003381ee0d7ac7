import ArgumentParser
import Foundation
import Ledger

struct LedgerBackup: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Copy the ledger to a file, while nodes go on working.",
        discussion: """
            The copy is of one moment, made with SQLite's online backup; it is synced to the disk and its history \
            checked before it appears. Nothing is ever replaced. Artifacts are not in it: see `reelmill gc` for \
            what a restored ledger may miss.

            EXIT CODES:
              0    the copy is there
              2    something is there already, or the ledger is of another version
              4    the ledger or the file cannot be reached, or the copy is not sound

            EXAMPLES:
              reelmill ledger backup ledger.backup
              reelmill ledger backup ledger-2.backup --json
            """)

    @Argument(help: "The file to make.", completion: .file())
    var file: String
    @OptionGroup var state: StateOption
    @OptionGroup var format: JSONOption

    private struct Report: Encodable {
        var file: String
        var ledger: LedgerSummary
    }

    func run() throws {
        let settings = try Settings.resolve(state: state.state)
        let path = absolute(file)
        let summary = try UpkeepFault.named {
            try LedgerFileCheck.requireThere(settings.ledgerPath)
            return try SQLiteLedger.open(at: settings.ledgerPath).backUp(to: path)
        }
        if format.json {
            try Console.printJSON("backup", Report(file: path, ledger: summary))
        } else {
            Console.print("\(path): \(summary.text)")
        }
    }
}

/// What looks after a ledger never makes one.
enum LedgerFileCheck {
    static func requireThere(_ path: String) throws(CommandFault) {
        guard FileManager.default.fileExists(atPath: path) else {
            throw CommandFault(.unreachable, "\(path): there is no ledger. Check --state.")
        }
    }
}

/// Refusals of what was asked are wrong usage here; the rest is the ledger's.
enum UpkeepFault {
    static func named<Value>(_ body: () throws -> Value) throws -> Value {
        do { return try body() } catch let failure as LedgerFailure {
            switch failure.code {
            case .refused, .olderSchema, .newerSchema: throw CommandFault(.usage, failure.message)
            case .busy, .corrupt, .full, .unreachable: throw failure
            }
        }
    }
}
