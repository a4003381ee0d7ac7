import ArgumentParser
import Ledger
import Logging
import TranscodeModel

struct Transcode: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Transcode one video: enqueue it, run its segment tasks and wait, in one.",
        discussion: """
            A run that was interrupted or killed goes on where it was when the same command is given \
            again. OUT appears whole, or not at all.

            EXAMPLES:
              reelmill transcode talk.mov -o out/talk
              reelmill transcode talk.mov -o out/talk --profile av1 --workers 4
              reelmill transcode talk.mov -o out/talk --profile ./house.yaml --json
            """)

    @Argument(help: "The video.", completion: .file())
    var input: String
    @Option(
        name: [.short, .long],
        help: ArgumentHelp("The directory to make; it must not exist.", valueName: "out"),
        completion: .directory)
    var output: String
    @OptionGroup var profile: ProfileOption
    @OptionGroup var workers: WorkersOption
    @OptionGroup var sandbox: SandboxOption
    @OptionGroup var log: LogOption
    @OptionGroup var state: StateOption
    @OptionGroup var format: JSONOption

    func run() async throws {
        let settings = try Settings.resolve(
            state: state.state, profile: profile.profile, workers: workers.workers,
            sandbox: sandbox.sandbox, logFormat: log.logFormat)
        Console.logFormat = settings.logFormat
        let resolved = try ProfileLoading.load(settings.profile)
        let workplace = try Workplace.open(settings)
        let outcome = try Enlistment(workplace: workplace, profile: resolved)
            .enlist(input, to: output)
        let id = outcome.job
        switch outcome {
        case .created: break
        case .underWay: Console.note("reelmill: going on with job \(id)")
        case .published: Console.note("reelmill: job \(id) has made this output already")
        }
        let signal = try await NodeSession(
            workplace: workplace, jobs: [id], workers: settings.workers, endsWhenIdle: true
        ).run()
        let record = try workplace.job(id.text)
        switch record.state {
        case .ready:
            let summary = try OutputSummary(record, ledger: workplace.ledger)
            for warning in summary.warnings {
                Console.note("reelmill: warning: \(warning)", level: .warning)
            }
            if format.json {
                try Console.printJSON("output", summary)
            } else {
                Console.print(summary.text)
            }
        case .failed, .cancelled:
            if format.json { try Console.printJSON("job", JobReport(record)) }
            throw CommandFault(.jobFailed, JobReport.failureText(record))
        case .planning, .running:
            throw CommandFault(
                signal ?? .interrupted,
                "job \(id) is not finished; give the same command, or `reelmill run`, to go on")
        }
    }
}
