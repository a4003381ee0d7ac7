public import ArgumentParser
import Foundation
public import Ledger
import TranscodeModel

struct BackfillReport: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Print what became of every row.",
        discussion: """
            One line a row, in the order of the listing, so that the lines add up to the sources that were named. --limit \
            and --after print one page.

            EXAMPLES:
              reelmill backfill report out --csv > out.csv
              reelmill backfill report out --json --status failed
              reelmill backfill report out --limit 50 --after 199
            """)

    @Argument(help: "A backfill.")
    var name: String
    @Flag(help: "Print CSV with a line of column names (RFC 4180).")
    var csv = false
    @Option(name: .customLong("status"), help: "Only rows in this state; may be repeated.")
    var states: [BackfillRow.State] = []
    @Option(help: ArgumentHelp("At most so many rows.", valueName: "n"))
    var limit: Int?
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Only rows behind this one.", valueName: "row"))
    var after = -1
    @OptionGroup var state: StateOption
    @OptionGroup var format: JSONOption

    func validate() throws {
        guard !(csv && format.json) else { throw ValidationError("--csv or --json, not both") }
        guard limit ?? 1 > 0 else { throw ValidationError("--limit must be at least 1") }
    }

    private func writer(_ record: BackfillRecord, _ workplace: Workplace) throws -> any RowWriter {
        if csv { return CSVRows() }
        guard format.json else { return TextRows() }
        return JSONRows(BackfillSummary(record, try workplace.ledger.rowCounts(of: name)))
    }

    private static let pageRows = 512

    func run() throws {
        let workplace = try state.workplace()
        let record = try workplace.backfill(name)
        let writer = try writer(record, workplace)
        try writer.begin()
        var (after, left) = (after, limit ?? .max)
        while left > 0 {
            let page = try workplace.ledger.rows(
                BackfillRowQuery(
                    states: Set(states), limit: min(Self.pageRows, left), after: after), of: name)
            guard let last = page.last else { break }
            for row in page { try writer.write(row) }
            (after, left) = (last.position, left - page.count)
        }
        try writer.end()
    }
}

extension BackfillRow.State: ExpressibleByArgument {}
