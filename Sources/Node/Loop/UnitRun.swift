import ArtifactStore
import Ledger
import Planner
import Scheduler
import TranscodeModel

/// One attempt at one leased unit: perform, make durable, commit, or say why not.
struct UnitRun: Sendable {
    enum Ending: Sendable {
        case committed(JobState)
        /// Ready again after a delay.
        case failed(Failure, retryAfterMilliseconds: Int64)
        /// The unit is dead, and its job failed.
        case gaveUp(Failure)
        /// Cancelled, or the lease was lost: nothing was changed.
        case stopped
    }

    let context: UnitContext
    let rule: RetryRule

    /// Throws only what the ledger itself could not do.
    func run() async throws -> Ending {
        // After a commit there is nothing left to discard.
        defer { context.discardStaging() }
        let failure: Failure
        do {
            return try await attempt()
        } catch let error as LedgerFailure {
            throw error
        } catch let error as Failure {
            failure = error
        } catch is CancellationError {
            return .stopped
        } catch {
            failure = Failure(
                .permanent, .internalFault, "Unit \(context.lease.unit) failed: \(error)")
        }
        return try settle(failure)
    }

    private func attempt() async throws -> Ending {
        let lease = context.lease
        let artifact: Artifact
        if let made = try existing() {
            artifact = made
        } else {
            context.log.begin(lease.kind.rawValue, lease.unit)
            artifact = try await perform()
            context.log.end(lease.kind.rawValue, lease.unit)
        }
        if Task.isCancelled { return .stopped }
        let outcome: CommitOutcome
        if lease.kind == .probe {
            context.log.begin("plan", lease.unit)
            let plan = try ProbeStage.plan(context, artifact)
            context.log.end("plan", lease.unit)
            outcome = try context.log.effect("complete") { () throws(LedgerFailure) in
                try context.ledger.completeProbe(
                    lease, artifact: artifact, plan: plan,
                    criticalSeconds: Planning.criticalSeconds(plan.units))
            }
        } else {
            outcome = try context.log.effect("complete") { () throws(LedgerFailure) in
                try context.ledger.complete(lease, artifact: artifact)
            }
        }
        switch outcome {
        case .committed(let state): return .committed(state)
        case .alreadyDone, .fenced: return .stopped
        }
    }

    /// What another job, or an earlier one, made of the same content. What has an effect beside its
    /// artifact is always done anew.
    private func existing() throws -> Artifact? {
        let lease = context.lease
        guard lease.kind != .verify, lease.kind != .publish,
            let artifact = try context.ledger.artifact(
                content: lease.content, tenant: lease.tenant),
            try context.store.contains(artifact.digest, tenant: lease.tenant)
        else { return nil }
        return artifact
    }

    private func perform() async throws -> Artifact {
        switch context.lease.work {
        case nil: try await ProbeStage.perform(context)
        case .encode(let chunk, let renditions):
            try await EncodeStage.perform(context, chunk: chunk, renditions: renditions)
        case .audio(let rendition): try await AudioStage.perform(context, rendition: rendition)
        case .images: try await ImagesStage.perform(context)
        case .stitch(let rendition): try await StitchStage.perform(context, rendition: rendition)
        case .package: try await PackageStage.perform(context)
        case .verify: try await VerifyStage.perform(context)
        case .publish: try await PublishStage.perform(context)
        }
    }

    private func settle(_ failure: Failure) throws -> Ending {
        let lease = context.lease
        var generator = SystemRandomNumberGenerator()
        let decision = rule.decide(
            after: failure, attempt: lease.attempt, attemptsMaximum: lease.attemptsMaximum,
            using: &generator)
        switch decision {
        case .stop: return .stopped
        case .retry(let delay):
            let isOurs = try context.log.effect("fail") { () throws(LedgerFailure) in
                try context.ledger.fail(lease, failure: failure, retryAfterMilliseconds: delay)
            }
            return isOurs ? .failed(failure, retryAfterMilliseconds: delay) : .stopped
        case .giveUp(let reason):
            let isOurs = try context.ledger.fail(
                lease, failure: reason, retryAfterMilliseconds: nil)
            return isOurs ? .gaveUp(reason) : .stopped
        }
    }
}
