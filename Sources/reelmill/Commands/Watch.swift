import ArgumentParser
import Foundation
import Ledger
import Logging
import TranscodeModel
import UnixSignals

struct Watch: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Watch a folder: enqueue files once they have stopped changing, once each.",
        discussion: """
            A file has settled when its size and time have been the same for --settle and nobody has it open \
            for writing; one that is renamed into place, at once. Folders below DIR are watched too. Names that \
            begin with a dot or end in .part, .partial, .crdownload, .download, .filepart, .tmp, .temp or ~ are \
            passed over. Each output is OUT/NAME, with the folders below DIR kept, as `backfill` has it. A file \
            that was replaced by other content is a new job: what is published stays, and the new output is \
            OUT/NAME-DIGEST. Nodes do the work: `reelmill run`, or --run.

            EXAMPLES:
              reelmill watch /srv/incoming -p web -o /srv/outputs
              reelmill watch /srv/incoming -p web -o /srv/outputs --run --workers 4
              reelmill watch /srv/incoming -p web -o /srv/outputs --once --settle 2s
            """)

    @Argument(help: "The folder.", completion: .directory)
    var folder: String
    @Option(
        name: [.short, .long],
        help: ArgumentHelp("The directory above all outputs.", valueName: "out"),
        completion: .directory)
    var output: String
    @OptionGroup var profile: ProfileOption
    @Option(help: ArgumentHelp("How long a file must not change.", valueName: "time"))
    var settle = DurationArgument(milliseconds: 5000)
    @Option(
        help: ArgumentHelp(
            "How often all is looked at, beside what the kernel tells.", valueName: "time"))
    var rescan = DurationArgument(milliseconds: 30_000)
    @Flag(help: "Enqueue what is there, once it has settled, and end.")
    var once = false
    @Flag(name: .customLong("run"), help: "Run a node too, in the same process.")
    var runsNode = false
    @Option(help: "On whose behalf.")
    var tenant = "default"
    @Option(name: .customLong("class"), help: "live goes before backfill.")
    var jobClass = JobClass.live
    @Option(
        parsing: .unconditional,
        help: "Higher goes first among the jobs of a class, from -100 to 100.")
    var priority = 0
    @OptionGroup var workers: WorkersOption
    @OptionGroup var sandbox: SandboxOption
    @OptionGroup var log: LogOption
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
        guard rescan.milliseconds >= 100 else {
            throw ValidationError("--rescan must be at least 100ms")
        }
    }

    private struct Line: Encodable {
        var job: JobID
        var outcome = "created"
        var output: String
        var source: String
    }

    func run() async throws {
        let settings = try Settings.resolve(
            state: state.state, profile: profile.profile, workers: workers.workers,
            sandbox: sandbox.sandbox, logFormat: log.logFormat)
        Console.logFormat = settings.logFormat
        let resolved = try ProfileLoading.load(settings.profile)
        let root = try place()
        let outputs = real(absolute(output))
        guard outputs != root, !root.hasPrefix(outputs + "/") else {
            throw CommandFault(
                .usage,
                "\(output): outputs would land in the watched folder and be taken for uploads. Choose a "
                    + "directory outside \(folder), or one of its own below it.")
        }
        let workplace = try Workplace.open(settings)
        let enlistment = try WatchEnlistment(
            enlistment: Enlistment(
                workplace: workplace, profile: resolved, tenant: TenantID(tenant) ?? .standard,
                jobClass: jobClass, priority: priority, remakes: false), output: outputs)
        let loop = WatchLoop(
            folder: root, names: WatchedNames(output: outputs),
            settleMilliseconds: settle.milliseconds, rescanMilliseconds: rescan.milliseconds,
            isOnce: once
        ) { [format] job, source, place in
            let line = Line(job: job, output: place, source: source)
            Console.print(
                format.json
                    ? try Console.jsonLine(line) : "\(job)\tcreated\t\(place)\t\(source)")
        }
        let signal = try await work(loop, enlistment, workplace)
        if let signal { throw signal.code }
    }

    /// The folder, without links, so that what the kernel tells of is within it.
    private func place() throws -> String {
        let path = real(absolute(folder))
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory),
            isDirectory.boolValue
        else { throw CommandFault(.usage, "\(folder): there is no such folder. Check the path.") }
        return path
    }

    /// Links are followed as far as the path exists: what is made below a link later is below what it leads to.
    private func real(_ path: String) -> String {
        if let resolved = realpath(path, nil) {
            defer { free(resolved) }
            return String(cString: resolved)
        }
        guard path != "/" else { return path }
        let parent = real((path as NSString).deletingLastPathComponent)
        return (parent == "/" ? "" : parent) + "/" + (path as NSString).lastPathComponent
    }

    private func work(
        _ loop: WatchLoop, _ enlistment: WatchEnlistment, _ workplace: Workplace
    ) async throws -> ExitStatus? {
        if once {
            let tally = try await untilSignal { try await loop.run(enlistment) }
            guard case .done(let done) = tally else { return tally.signal }
            var signal: ExitStatus?
            var failed = done.refused
            if runsNode, !done.created.isEmpty {
                signal = try await NodeSession(
                    workplace: workplace, jobs: Set(done.created),
                    workers: workplace.settings.workers, endsWhenIdle: true
                ).run()
                failed += try done.created.count { try workplace.job($0.text).state != .ready }
            }
            return signal ?? (failed > 0 ? .someFailed : nil)
        }
        guard runsNode else {
            return try await untilSignal { try await loop.run(enlistment) }.signal
        }
        let session = NodeSession(
            workplace: workplace, jobs: nil, workers: workplace.settings.workers,
            endsWhenIdle: false, logLevel: .notice)
        return try await withThrowingTaskGroup(of: ExitStatus?.self) { group in
            group.addTask {
                _ = try await loop.run(enlistment)
                return nil
            }
            group.addTask { try await session.run() }
            defer { group.cancelAll() }
            // The node heeds signals; the loop ends only with an error.
            return try await group.next() ?? nil
        }
    }
}

/// How work ended that a signal may end.
private enum Interruptible<Value: Sendable>: Sendable {
    case done(Value)
    case signalled(ExitStatus)

    var signal: ExitStatus? {
        if case .signalled(let status) = self { status } else { nil }
    }
}

/// Does work until it is done or SIGINT or SIGTERM comes; then it is cancelled.
private func untilSignal<Value: Sendable>(
    _ work: @escaping @Sendable () async throws -> Value
) async throws -> Interruptible<Value> {
    let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
    return try await withThrowingTaskGroup(of: Interruptible<Value>.self) { group in
        group.addTask { .done(try await work()) }
        group.addTask {
            for await signal in signals {
                return .signalled(signal == .sigterm ? .terminated : .interrupted)
            }
            throw CancellationError()
        }
        defer { group.cancelAll() }
        guard let first = try await group.next() else { throw CancellationError() }
        return first
    }
}
