import ArgumentParser
import Foundation

struct BenchWorkers: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "workers",
        abstract:
            "Measure how fast a segment task starts in a process of its own, sandbox included.",
        discussion: """
            Each unit decodes and encodes one small picture, in a worker process of its own with the whole sandbox, started, \
            watched and judged as nodes do. Told is the time until the worker has said what confines it, and until its \
            result is accepted and its process gone; from a zygote, and beside it from the program anew.

            EXAMPLES:
              reelmill bench workers
              reelmill bench workers --units 10000 --markdown
              reelmill bench workers --units 1000 --at-once 2 --json
            """)

    @Option(help: ArgumentHelp("Units from a zygote.", valueName: "n"))
    var units = 10_000
    @Option(help: ArgumentHelp("Units of which each is started as a program.", valueName: "n"))
    var plainUnits = 200
    @Option(help: ArgumentHelp("Units that run at the same time.", valueName: "n"))
    var atOnce = 1
    @Flag(help: "Print a table for a page.")
    var markdown = false
    @OptionGroup var format: JSONOption

    func validate() throws {
        guard units >= 1, plainUnits >= 0, atOnce >= 1 else {
            throw ValidationError(
                "--units and --at-once must be at least 1, --plain-units at least 0")
        }
    }

    func run() async throws {
        let report = try await WorkerBench(
            units: units, plainUnits: plainUnits, atOnce: atOnce, settings: try Settings.resolve()
        ).run { Console.note("reelmill: \($0)") }
        if format.json { return try Console.printJSON("worker-bench", report) }
        Console.print(markdown ? report.markdown : report.text)
    }
}
