import ArgumentParser
import Ledger

struct BackfillStatus: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show the backfills, or how far one has come.",
        discussion: """
            EXAMPLES:
              reelmill backfill status
              reelmill backfill status out --json
            """)

    @Argument(help: "A backfill.")
    var name: String?
    @OptionGroup var state: StateOption
    @OptionGroup var format: JSONOption

    func run() throws {
        let workplace = try state.workplace()
        let records =
            if let name { [try workplace.backfill(name)] } else { try workplace.ledger.backfills() }
        let summaries = try records.map {
            BackfillSummary($0, try workplace.ledger.rowCounts(of: $0.name))
        }
        if format.json { return try Console.printJSON("backfills", summaries) }
        if records.isEmpty {
            Console.print("no backfills; `reelmill backfill run SOURCES -o OUT` begins one")
        }
        for record in records {
            let counts = try workplace.ledger.rowCounts(of: record.name)
            Console.print(
                "\(record.name): \(record.state.rawValue)\(record.reason.map { " (\($0))" } ?? "")")
            Console.print("  rows      \(counts.total): \(BackfillText.counts(counts))")
            Console.print("  settings  \(BackfillText.settings(record.settings))")
            Console.print(
                "  begun     \(Quantity.instant(milliseconds: record.createdMilliseconds)), pass "
                    + "\(record.pass); \(record.state.rawValue) since "
                    + Quantity.instant(milliseconds: record.changedMilliseconds))
        }
    }
}
