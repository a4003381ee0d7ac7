import ArgumentParser
import Ledger

struct BackfillRetry: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry",
        abstract: "Ask again for the rows that failed.",
        discussion: """
            The next `reelmill backfill run` looks at them anew; one that is running does so at once. --reason takes a \
            code, as `status` and `report` show them.

            EXAMPLES:
              reelmill backfill retry out
              reelmill backfill retry out --reason storage-full
            """)

    @Argument(help: "A backfill.")
    var name: String
    @Option(help: ArgumentHelp("Only rows that failed with this code.", valueName: "code"))
    var reason: String?
    @OptionGroup var state: StateOption
    @OptionGroup var format: JSONOption

    private static let pageRows = 512

    func run() throws {
        let workplace = try state.workplace()
        let record = try workplace.backfill(name)
        var (after, retried) = (-1, 0)
        while true {
            let page = try workplace.ledger.rows(
                BackfillRowQuery(
                    states: [.failed, .quarantined], limit: Self.pageRows, after: after), of: name)
            guard let last = page.last else { break }
            after = last.position
            // What a list does not state properly is mended in the list.
            let wanted = page.filter {
                $0.code != BackfillRow.badRow && (reason == nil || $0.code == reason)
            }
            retried += try workplace.ledger.changeRows(
                wanted.map { BackfillRowChange(from: $0.state, row: $0.again()) },
                pass: record.pass, of: name)
        }
        if format.json { return try Console.printJSON("retried", retried) }
        Console.print(
            retried == 0
                ? "\(name): no row failed\(reason.map { " with \($0)" } ?? "")"
                : "\(name): \(retried) rows are asked for again; `reelmill backfill run \(name)` does them"
        )
    }
}
