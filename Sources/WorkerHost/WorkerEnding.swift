import Glibc
import TranscodeModel
import WorkerProtocol

/// What the host saw of a worker's end, before it is judged.
struct WorkerEnding {
    enum KillReason { case silence, stall, wall, cancelled, misconduct, unconfined }
    /// As it said at its start, and what was asked for.
    var confinement: Confinement?
    var policy: SandboxPolicy
    /// The last event: a result or a failure.
    var verdict: WorkerEvent?
    /// What was wrong with its messages.
    var misconduct: String?
    /// Why the host killed it, if it did.
    var killReason: KillReason?
    /// -1 unless it exited.
    var exitCode: Int32
    /// 0 unless a signal ended it.
    var signal: Int32
    /// Processor time that it used.
    var cpuSeconds: Double
    var log: String
    var limits: ProcessLimits

    /// The one place where a worker's end is classified (scheduling rules of the architecture page).
    func classified() -> Result<WorkResult, Failure> {
        switch killReason {
        case .cancelled:
            return .failure(Failure(.cancelled, .cancelled, "The attempt was stopped."))
        case .silence:
            return stalled("said nothing for \(Int(limits.silenceSeconds)) s")
        case .stall:
            return stalled("made no progress for \(Int(limits.stallSeconds)) s")
        case .wall:
            return stalled("was not done after \(Int(limits.wallSeconds)) s")
        case .misconduct, .unconfined, nil: break
        }
        if let confinement, let refusal = policy.refusal(of: confinement) {
            return .failure(refusal)
        }
        if let misconduct = misconduct ?? misconductInVerdict {
            return .failure(
                Failure(
                    .crashed, .workerProtocol,
                    "The worker broke the protocol: \(misconduct)\(lastWords)."))
        }
        // A failure that was told stands, however the process ended after it; a result needs a clean end.
        if case .failure(var failure) = verdict {
            failure.message = WorkerEnding.printable(failure.message, maximum: 1000)
            return .failure(failure)
        }
        guard signal == 0, exitCode == 0 else {
            return .failure(signal != 0 ? deathBySignal() : unexpectedExit())
        }
        guard case .result(let result) = verdict, let confinement else {
            return .failure(
                Failure(
                    .crashed, .workerProtocol, "The worker ended without a result\(lastWords)."))
        }
        var accepted = ResultCheck.sanitised(result)
        if let warning = policy.warning(about: confinement) { accepted.warnings.append(warning) }
        return .success(accepted)
    }

    /// What is wrong with the last word itself.
    private var misconductInVerdict: String? {
        switch verdict {
        case .result(let result): ResultCheck.fault(in: result)
        case .failure(let failure):
            // Whether it was fenced, cancelled or too slow is for the node to say.
            [.permanent, .transient, .outOfMemory].contains(failure.category)
                ? nil : "a failure of class \(failure.category.rawValue)"
        case .confined, .progress, nil: nil
        }
    }

    private func stalled(_ reason: String) -> Result<WorkResult, Failure> {
        .failure(Failure(.timedOut, .workerStalled, "The worker \(reason) and was killed."))
    }

    private func deathBySignal() -> Failure {
        switch signal {
        case SIGXCPU:
            return Failure(
                .timedOut, .workerStalled,
                "The worker used up its \(limits.cpuSeconds) s of processor time.")
        case SIGXFSZ:
            return Failure(
                .permanent, .overLimit,
                "The output is larger than the limit of \(limits.fileBytes) bytes.")
        case SIGKILL where cpuSeconds >= Double(limits.cpuSeconds):
            return Failure(
                .timedOut, .workerStalled,
                "The worker used up its \(limits.cpuSeconds) s of processor time.")
        case SIGKILL:
            return Failure(
                .transient, .workerKilled,
                "The worker was killed from outside (SIGKILL); if nobody did it, the kernel ran "
                    + "out of memory: lower --workers or add memory.")
        case SIGTERM, SIGINT, SIGHUP:
            return Failure(
                .transient, .workerKilled, "The worker was ended from outside by signal \(signal).")
        case SIGSYS:
            return Failure(
                .crashed, .workerCrashed,
                "The worker tried what its sandbox forbids, and was killed (SIGSYS)\(lastWords).")
        default:
            if mentionsMemory { return outOfMemory }
            return Failure(
                .crashed, .workerCrashed,
                "The worker crashed (\(WorkerEnding.name(ofSignal: signal)))\(lastWords).")
        }
    }

    private func unexpectedExit() -> Failure {
        if mentionsMemory { return outOfMemory }
        return Failure(
            .crashed, .workerCrashed, "The worker ended with exit code \(exitCode)\(lastWords).")
    }

    private var outOfMemory: Failure {
        Failure(
            .outOfMemory, .workerOutOfMemory,
            "The worker needed more than its \(limits.addressSpaceBytes >> 20) MiB of memory.")
    }

    private var mentionsMemory: Bool {
        let text = log.lowercased()
        return ["cannot allocate memory", "out of memory", "bad_alloc", "malloc of size"].contains {
            text.contains($0)
        }
    }

    private var lastWords: String {
        guard let line = log.split(whereSeparator: \.isNewline).last else { return "" }
        return "; its last words: " + WorkerEnding.printable(String(line), maximum: 200)
    }

    /// What an untrusted process says, made safe to print: no control characters, none that turn the
    /// direction of writing, none without a meaning.
    static func printable(_ text: String, maximum: Int) -> String {
        let unsafe: Set<Unicode.GeneralCategory> = [
            .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate,
            .unassigned,
        ]
        return String(
            String.UnicodeScalarView(
                text.unicodeScalars.prefix(maximum).map {
                    unsafe.contains($0.properties.generalCategory) ? " " : $0
                }))
    }

    static func name(ofSignal signal: Int32) -> String {
        let names = [
            SIGSEGV: "SIGSEGV", SIGABRT: "SIGABRT", SIGILL: "SIGILL", SIGBUS: "SIGBUS",
            SIGFPE: "SIGFPE", SIGTRAP: "SIGTRAP", SIGSYS: "SIGSYS", SIGPIPE: "SIGPIPE",
        ]
        return names[signal] ?? "signal \(signal)"
    }
}
