import ArtifactStore
import Ledger
import Packager
import Synchronization
import TranscodeModel
import WorkerHost
import WorkerProtocol

/// All that a stage may use to do one leased unit.
struct UnitContext: Sendable {
    let lease: Lease
    let assignment: Assignment
    let ledger: any Ledger
    let store: any ArtifactStore
    let workerExecutable: String
    let limits: SourceLimits
    let sandbox: SandboxPolicy
    let board: ProgressBoard
    let notes: NodeNotes
    let log: AttemptLog
    private let staging = AttemptStaging()
    private let knownPlan = KnownPlan()

    init(
        lease: Lease, assignment: Assignment, ledger: any Ledger, store: any ArtifactStore,
        workerExecutable: String, limits: SourceLimits, sandbox: SandboxPolicy,
        board: ProgressBoard, notes: NodeNotes, log: AttemptLog
    ) {
        self.lease = lease
        self.assignment = assignment
        self.ledger = ledger
        self.store = store
        self.workerExecutable = workerExecutable
        self.limits = limits
        self.sandbox = sandbox
        self.board = board
        self.notes = notes
        self.log = log
    }

    var job: JobRecord { assignment.job }

    /// The job's plan; every unit but the probe has one.
    func plan() throws -> Plan {
        try knownPlan.value { try readPlan() }
    }

    private func readPlan() throws -> Plan {
        guard let plan = try ledger.plan(ofJob: lease.unit.job) else {
            throw Failure(
                .permanent, .internalFault, "Job \(lease.unit.job) has units but no plan.")
        }
        return plan
    }

    /// The artifacts that the job's units have committed, by position.
    func artifacts() throws -> [Int: CommittedArtifact] {
        let committed = try ledger.artifacts(ofJob: lease.unit.job)
        return Dictionary(uniqueKeysWithValues: committed.map { ($0.position, $0) })
    }

    /// The upload, if it is still the one that was enqueued.
    func openSource() throws(Failure) -> SourceFile {
        let reference = job.source
        let source = try SourceFile.open(reference.locator)
        try source.requireUnchanged(
            byteCount: reference.byteCount,
            modificationMilliseconds: reference.modificationMilliseconds)
        return source
    }

    func stage() throws(Failure) -> StagedFile {
        let staged = try store.stage(
            tenant: lease.tenant, unit: lease.unit, epoch: lease.token.epoch)
        staging.add(staged)
        return staged
    }

    /// Removes what an attempt staged and did not commit, so that retries on a full disk do not fill it
    /// further. What cannot be removed now, the sweep of the next node removes.
    func discardStaging() {
        for staged in staging.takeAll() {
            do throws(Failure) { try store.discard(staged) } catch { continue }
        }
    }

    /// Runs a worker on open inputs; what it wrote is in `staged`. `span`: what its progress is of the unit's work, where
    /// that is known.
    func work(
        _ job: WorkerJob, inputs: [Int32], staged: StagedFile, span: WorkSpan? = nil
    ) async throws(Failure) -> (WorkResult, Usage) {
        let outcome = await outcome(job, inputs: inputs, staged: staged, span: span)
        return (try outcome.result.get(), outcome.usage)
    }

    /// The same, with what an attempt used that failed.
    func outcome(
        _ job: WorkerJob, inputs: [Int32], staged: StagedFile, span: WorkSpan? = nil
    ) async -> WorkerOutcome {
        let launch = WorkerLaunch(
            executable: workerExecutable,
            request: WorkerRequest(job: job, limits: WorkerLimits(limits)), inputs: inputs,
            staging: staged.descriptor, limits: processLimits(job), sandbox: sandbox)
        let token = lease.token
        let board = board
        let log = log
        var outcome = await WorkerHost().run(
            launch, onProgress: { board.note(token, $0, part: span?.part($0)) },
            onNote: { log.take($0) })
        log.say("worker ended: \(outcome.usage.text)")
        if case .success(let result) = outcome.result {
            for warning in result.warnings { log.say("warning: \(warning)") }
            outcome.usage.stageCPUSeconds = result.stageCPUSeconds
        }
        return outcome
    }

    private func processLimits(_ work: WorkerJob) -> ProcessLimits {
        if case .probe = work { return ProcessLimits(probing: job.source.byteCount, limits) }
        return ProcessLimits(
            cpuSeconds: UInt64(max(3600, 20 * lease.estimate.cpuSeconds)),
            wallSeconds: max(7200, 40 * lease.estimate.cpuSeconds))
    }

    /// Makes the staged bytes durable under their digest (I2).
    func commit(
        _ staged: StagedFile, pieces: [Piece], usage: Usage, warnings: [String] = [],
        damage: [Damage] = []
    ) throws(Failure) -> Artifact {
        notes.trace("commit", "begin", lease)
        let stored = try store.commit(staged)
        notes.trace("commit", "end", lease)
        for piece in pieces {
            let extents = piece.fragments.map(\.extent) + [piece.initialization].compactMap { $0 }
            guard extents.allSatisfy({ $0.end <= stored.byteCount }) else {
                throw Failure(
                    .crashed, .workerProtocol,
                    "\(piece.name): the worker claims bytes that it did not write.")
            }
        }
        return Artifact(
            digest: stored.digest, byteCount: stored.byteCount, pieces: pieces, usage: usage,
            warnings: warnings, damage: damage)
    }

    /// A committed artifact as a source of bytes, which keeps one file open.
    func open(_ artifact: Artifact, name: String) throws(Failure) -> FileByteSource {
        let file = try store.open(artifact.digest, tenant: lease.tenant)
        return try FileByteSource(owning: try file.duplicate(), name: name)
    }
}

/// The plan, read once: it is fixed, and may be long.
private final class KnownPlan: Sendable {
    private let plan = Mutex<Plan?>(nil)
    func value(_ read: () throws -> Plan) throws -> Plan {
        if let known = plan.withLock({ $0 }) { return known }
        let found = try read()
        plan.withLock { $0 = found }
        return found
    }
}

/// The files that one attempt staged.
private final class AttemptStaging: Sendable {
    private let files = Mutex<[StagedFile]>([])
    func add(_ file: StagedFile) { files.withLock { $0.append(file) } }
    func takeAll() -> [StagedFile] {
        files.withLock { list in
            defer { list = [] }
            return list
        }
    }
}
