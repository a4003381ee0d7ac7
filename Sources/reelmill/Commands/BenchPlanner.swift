import ArgumentParser
import Foundation
import TranscodeModel

struct BenchPlanner: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "planner",
        abstract: "Measure how long it takes to plan a long film, and to read a file's index.",
        discussion: """
            The film is made up: 1080 lines, 30 frames a second, a key frame every two seconds. With \
            --probe a file is read by a worker, as a probe does, a few times: the first fills the cache. \
            Of several runs the best is told.

            EXAMPLES:
              reelmill bench planner
              reelmill bench planner --hours 2 --workers 64 --json
              reelmill bench planner --probe talk.mov
            """)

    @Option(help: "Length of the film, in hours.")
    var hours = 2
    @Option(help: "Measure each figure so often.")
    var runs = 5
    @Option(help: "Read this file's index, too.", completion: .file())
    var probe: String?
    @OptionGroup var profile: ProfileOption
    @OptionGroup var workers: WorkersOption
    @OptionGroup var sandbox: SandboxOption
    @OptionGroup var format: JSONOption

    func validate() throws {
        guard runs >= 1, (1...100).contains(hours) else {
            throw ValidationError("--runs must be at least 1, and --hours 1 to 100")
        }
    }

    func run() async throws {
        let settings = try Settings.resolve(
            profile: profile.profile, workers: workers.workers, sandbox: sandbox.sandbox)
        let film = PlannerBench(
            hours: hours, runs: runs, workers: settings.workers,
            profile: try ProfileLoading.load(settings.profile))
        var report = try film.run()
        if let probe { report.probe = try await ProbeBench(settings, runs: runs).run(probe) }
        if format.json {
            try Console.printJSON("planner-bench", report)
        } else {
            Console.print(report.text)
        }
    }
}
