import ArgumentParser
import Foundation

struct BenchCatalogue: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "catalogue",
        abstract: "Measure a large catalogue: listing, enqueueing, pages, status and top.",
        discussion: """
            A list of so many rows is made and listed into a ledger, and as many jobs are enqueued, a fifth of which end \
            again. Then pages of rows and of jobs, at random places, and what `status` and `top` read are timed. No media \
            is read.

            EXAMPLES:
              reelmill bench catalogue --rows 1000
              reelmill bench catalogue --rows 100000 --json
            """)

    @Option(help: ArgumentHelp("Rows of the catalogue, and jobs.", valueName: "n"))
    var rows = 100_000
    @Option(help: ArgumentHelp("Pages and refreshes of each kind to time.", valueName: "n"))
    var pages = 200
    @Option(help: "Where to make the ledger, which is removed in the end; TMPDIR by default.")
    var directory: String?
    @OptionGroup var format: JSONOption

    func validate() throws {
        guard rows >= 1, pages >= 1 else {
            throw ValidationError("--rows and --pages must be at least 1")
        }
    }

    func run() throws {
        let report = try CatalogueBench(
            rows: rows, pages: pages,
            directory: directory ?? FileManager.default.temporaryDirectory.path
        ).run { Console.note("reelmill: \($0)") }
        if format.json { return try Console.printJSON("catalogue-bench", report) }
        Console.print(report.text)
    }
}
