import ArgumentParser
import Foundation
import TranscodeModel

struct Enqueue: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Put videos on the ledger, for a node to transcode.",
        discussion: """
            Prints one line a job: its name, what became of it, and its output. The same video with \
            the same profile and output is one job, however often it is enqueued. With one INPUT, OUT \
            is its output; with several, each gets a directory below OUT.

            EXAMPLES:
              reelmill enqueue talk.mov -o out/talk
              reelmill enqueue *.mov -o out --class backfill --priority -5
              reelmill enqueue talk.mov -o out/talk --key upload-4711 --wait
            """)

    @Argument(help: "The videos.", completion: .file())
    var inputs: [String]
    @Option(
        name: [.short, .long],
        help: ArgumentHelp("The output directory, or the one above several.", valueName: "out"),
        completion: .directory)
    var output: String
    @OptionGroup var profile: ProfileOption
    @Option(help: "On whose behalf.")
    var tenant = "default"
    @Option(name: .customLong("class"), help: "live goes before backfill.")
    var jobClass = JobClass.live
    @Option(
        parsing: .unconditional,
        help: "Higher goes first among the jobs of a class, from -100 to 100.")
    var priority = 0
    @Option(help: "Your own name for the job: the same key never makes a second one.")
    var key: String?
    @Flag(help: "Wait until the jobs have ended; a node must be running.")
    var wait = false
    @OptionGroup var state: StateOption
    @OptionGroup var format: JSONOption

    func validate() throws {
        guard TenantID(tenant) != nil else {
            throw ValidationError(
                "--tenant must be 1 to 64 letters, digits, '-', '_' or '.', not “\(tenant)”")
        }
        guard (-100...100).contains(priority) else {
            throw ValidationError("--priority must be from -100 to 100")
        }
        guard key == nil || inputs.count == 1 else {
            throw ValidationError("--key names one job; give one INPUT with it")
        }
    }

    private struct Line: Encodable {
        var input: String
        var job: JobID?
        var outcome: String
        var output: String
        var error: String?
    }

    func run() async throws {
        let settings = try Settings.resolve(state: state.state, profile: profile.profile)
        let resolved = try ProfileLoading.load(settings.profile)
        let workplace = try Workplace.open(settings)
        let enlistment = Enlistment(
            workplace: workplace, profile: resolved, tenant: TenantID(tenant) ?? .standard,
            jobClass: jobClass, priority: priority)
        let folders = OutputNaming.folders(inputs.map { ($0 as NSString).lastPathComponent })
        var lines: [Line] = []
        var firstFault: CommandFault?
        for (input, folder) in zip(inputs, folders) {
            let place = inputs.count == 1 ? output : output + "/" + folder
            do {
                let outcome = try enlistment.enlist(input, to: place, key: key)
                lines.append(
                    Line(
                        input: input, job: outcome.job, outcome: outcome.word,
                        output: absolute(place)))
            } catch {
                guard let fault = CommandFault(error), fault.status != .unreachable else {
                    // Those before it are on the ledger.
                    try show(lines)
                    throw error
                }
                firstFault = firstFault ?? fault
                Console.note("reelmill: \(fault.message)")
                lines.append(
                    Line(
                        input: input, outcome: "refused", output: absolute(place),
                        error: fault.message))
            }
        }
        try show(lines)
        try await finish(lines.compactMap(\.job), workplace, firstFault)
    }

    private func show(_ lines: [Line]) throws {
        if format.json { return try Console.printJSON("jobs", lines) }
        for line in lines where line.job != nil {
            Console.print("\(line.job!)\t\(line.outcome)\t\(line.output)")
        }
    }

    private func finish(
        _ jobs: [JobID], _ workplace: Workplace, _ fault: CommandFault?
    ) async throws {
        if let fault, jobs.isEmpty, inputs.count == 1 { throw fault.status.code }
        if wait {
            let failed = try await JobWaiting(workplace: workplace).wait(for: jobs)
            if failed > 0 || fault != nil {
                throw (inputs.count == 1 ? ExitStatus.jobFailed : .someFailed).code
            }
        }
        if fault != nil { throw (jobs.isEmpty ? ExitStatus.usage : .someFailed).code }
    }
}

extension Enlistment.Outcome {
    /// One word for people and programs.
    var word: String {
        switch self {
        case .created: "created"
        case .underWay: "exists"
        case .published: "done"
        }
    }
}
