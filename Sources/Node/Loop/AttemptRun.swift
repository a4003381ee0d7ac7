import ArtifactStore
import Ledger
import Planner
import Scheduler
import TranscodeModel
import WorkerProtocol

/// One attempt at one leased unit: perform it and make its bytes durable. What becomes of it, the core decides.
struct AttemptRun: Sendable {
    let lease: Lease
    let ledger: any Ledger
    let store: any ArtifactStore
    let workerExecutable: String
    let policy: NodePolicy
    let limits: SourceLimits
    let sandbox: SandboxPolicy
    let board: ProgressBoard
    let notes: NodeNotes
    let log: AttemptLog

    func run() async -> AttemptResult {
        let result = await perform()
        switch result {
        case .made(let artifact, _, _):
            log.say("result: \(artifact.byteCount) bytes, SHA-256 \(artifact.digest)")
        case .failed(let failure): log.say("failed [\(failure.code.rawValue)]: \(failure.message)")
        case .stopped: log.say("stopped before its end")
        }
        return result
    }

    private func perform() async -> AttemptResult {
        let assignment: Assignment
        do throws(LedgerFailure) { assignment = try ledger.assignment(lease.token) } catch {
            return .failed(Self.failure(error))
        }
        let context = UnitContext(
            lease: lease, assignment: assignment, ledger: ledger, store: store,
            workerExecutable: workerExecutable, limits: limits, sandbox: sandbox, board: board,
            notes: notes, log: log)
        if let work = assignment.work { log.say("work: \(work.text)") }
        // What was committed is not in staging any more.
        defer { context.discardStaging() }
        do {
            return try await attempt(context)
        } catch let error as Failure {
            return error.category == .cancelled ? .stopped : .failed(error)
        } catch let error as LedgerFailure {
            return .failed(Self.failure(error))
        } catch is CancellationError {
            return .stopped
        } catch {
            return .failed(
                Failure(.permanent, .internalFault, "Unit \(lease.unit) failed: \(error)"))
        }
    }

    private func attempt(_ context: UnitContext) async throws -> AttemptResult {
        if let made = try existing(context) {
            do {
                let result = try finish(context, made)
                log.say("the same was made before, and is used again")
                return result
            } catch let failure as Failure where failure.code == .artifactMissing {
                log.say("the same was made before, and has just been removed")
            }
        }
        notes.trace(lease.kind.rawValue, "begin", lease)
        let artifact = try await perform(context)
        notes.trace(lease.kind.rawValue, "end", lease)
        return try finish(context, artifact, lesson: CostLearning.lesson(context, artifact.usage))
    }

    private func finish(
        _ context: UnitContext, _ artifact: Artifact, lesson: CostLesson? = nil
    ) throws -> AttemptResult {
        guard lease.kind == .probe else { return .made(artifact, nil, lesson: lesson) }
        notes.trace("plan", "begin", lease)
        let plan = try ProbeStage.plan(context, artifact, policy)
        notes.trace("plan", "end", lease)
        log.say(
            "planned \(plan.units.count) units"
                + (plan.unitsMade.map { ", \($0) of which are already made" } ?? ""))
        return .made(
            artifact,
            PlannedJob(plan: plan, criticalSeconds: Planning.criticalSeconds(plan.units)),
            lesson: lesson)
    }

    /// What another job, or an earlier one, made of the same content. What has an effect beside its
    /// artifact is always done anew.
    private func existing(_ context: UnitContext) throws -> Artifact? {
        guard lease.kind.isReused,
            var artifact = try ledger.artifact(content: lease.content, tenant: lease.tenant),
            try store.contains(artifact.digest, tenant: lease.tenant)
        else { return nil }
        // What it took then is told there; now it takes nothing.
        artifact.usage = Usage()
        return artifact
    }

    private func perform(_ context: UnitContext) async throws -> Artifact {
        switch context.assignment.work {
        case nil: try await ProbeStage.perform(context)
        case .encode(let chunk, let renditions):
            try await EncodeStage.perform(context, chunk: chunk, renditions: renditions)
        case .audio(let rendition): try await AudioStage.perform(context, rendition: rendition)
        case .images: try await ImagesStage.perform(context)
        case .text: try await TextStage.perform(context)
        case .stitch(let rendition): try await StitchStage.perform(context, rendition: rendition)
        case .preview(let chunk): try await PreviewStage.perform(context, chunk: chunk)
        case .package: try await PackageStage.perform(context)
        case .verify: try await VerifyStage.perform(context)
        case .publish: try await PublishStage.perform(context)
        }
    }

    /// The attempt could not read what it needs; another one may.
    private static func failure(_ error: LedgerFailure) -> Failure {
        Failure(.transient, .ledgerUnreadable, error.message)
    }
}
