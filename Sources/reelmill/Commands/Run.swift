import ArgumentParser
import Logging

struct Run: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run a node: lease segment tasks and perform them.",
        discussion: """
            Any number of nodes may work on one ledger. The first SIGINT or SIGTERM lets short tasks \
            end and hands back the others; the second stops at once. A node that is killed loses \
            nothing but time.

            EXAMPLES:
              reelmill run
              reelmill run --workers 8 --until-idle
            """)

    @OptionGroup var workers: WorkersOption
    @OptionGroup var sandbox: SandboxOption
    @OptionGroup var log: LogOption
    @Flag(help: "End when no job is left, instead of waiting for more.")
    var untilIdle = false
    @OptionGroup var state: StateOption

    func run() async throws {
        let settings = try Settings.resolve(
            state: state.state, workers: workers.workers,
            sandbox: sandbox.sandbox, logFormat: log.logFormat)
        Console.logFormat = settings.logFormat
        let workplace = try Workplace.open(settings)
        let signal = try await NodeSession(
            workplace: workplace, jobs: nil, workers: settings.workers, endsWhenIdle: untilIdle,
            logLevel: .notice
        ).run()
        if let signal { throw signal.code }
    }
}
