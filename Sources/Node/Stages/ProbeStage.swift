import ArtifactStore
import Foundation
import Ledger
import Planner
import Scheduler
import TranscodeModel
import WorkerHost
import WorkerProtocol

/// Reads the source's packets once and plans the job from what they tell.
enum ProbeStage {
    static func perform(_ context: UnitContext) async throws -> Artifact {
        let source = try context.openSource()
        let staged = try context.stage()
        let name = context.job.source.displayName
        try context.limits.requireBytes(context.job.source.byteCount, name: name)
        let result: WorkResult
        let usage: Usage
        do throws(Failure) {
            (result, usage) = try await context.work(
                .probe(ProbeRequest(displayName: name)), inputs: [source.descriptor],
                staged: staged)
        } catch {
            throw error.ofProbe(
                name: name, ProcessLimits(probing: context.job.source.byteCount, context.limits))
        }
        return try await offPool {
            try context.commit(
                staged, pieces: result.pieces, usage: usage, warnings: result.warnings,
                damage: result.damage)
        }
    }

    /// The plan that the index in a probe's artifact leads to, for the workers that there are.
    static func plan(
        _ context: UnitContext, _ artifact: Artifact, _ policy: NodePolicy
    ) throws -> Plan {
        let file = try context.store.open(artifact.digest, tenant: context.lease.tenant)
        let index: SourceIndex
        do {
            index = try JSONDecoder().decode(SourceIndex.self, from: Data(try file.contents()))
        } catch let error as DecodingError {
            throw Failure(
                .crashed, .workerProtocol, "The probe's index cannot be understood: \(error)")
        }
        let job = context.job
        return try Planning.plan(
            index: index, source: job.source.digest, profile: job.profile,
            earlier: EarlierWork.find(
                source: job.source.digest, tenant: context.lease.tenant, in: context.ledger),
            context: PlanningContext(
                workers: try JobShare.workers(context.ledger, policy),
                learned: try context.ledger.learnedCosts(machine: Processor.name)))
    }
}
