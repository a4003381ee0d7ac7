import ArgumentParser
import Ledger

struct LedgerMigration: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate",
        abstract: "Bring a ledger of an older released version to this one.",
        discussion: """
            A backup is made beside the ledger first. All steps take one transaction, which is committed only if \
            SQLite and a whole audit find nothing wrong; otherwise the ledger stays as it was. Done again, it does \
            nothing. Stop all nodes before, and whatever else has the ledger open.

            EXIT CODES:
              0    the ledger has this version's schema
              2    the ledger is of a version that cannot be brought forward
              4    a node is alive, the ledger is in use, or it cannot be reached or is not sound

            EXAMPLES:
              reelmill ledger migrate
              reelmill ledger migrate --json
            """)

    @OptionGroup var nodes: DeadNodesOption
    @OptionGroup var state: StateOption
    @OptionGroup var format: JSONOption

    func run() throws {
        let settings = try Settings.resolve(state: state.state)
        let report = try UpkeepFault.named {
            try SQLiteLedger.migrate(at: settings.ledgerPath, isDead: nodes.obituary)
        }
        if format.json { return try Console.printJSON("migration", report) }
        guard let backup = report.backup else {
            return Console.print(
                "\(settings.ledgerPath): it has schema \(report.to) already; nothing to do")
        }
        Console.print(
            "\(settings.ledgerPath): schema \(report.from) → \(report.to); \(report.ledger.text)")
        Console.print("the ledger as it was: \(backup)")
    }
}
