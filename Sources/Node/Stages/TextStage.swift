import ArtifactStore
import Ledger
import TranscodeModel
import WorkerHost
import WorkerProtocol

/// Has a worker write all subtitles. They are never a reason to fail a job: what cannot be made is left out.
enum TextStage {
    /// Crashes of the worker after which the text is given up; one more would quarantine the unit.
    private static let crashesMaximum = 2
    /// Attempts after which text that took too much time or memory is given up: once it may be the machine's fault.
    private static let attemptsMaximum = 2

    static func perform(_ context: UnitContext) async throws -> Artifact {
        let plan = try context.plan()
        let source = try context.openSource()
        let staged = try context.stage()
        let outcome = await context.outcome(
            .text(TextRequest(renditions: plan.text)), inputs: [source.descriptor], staged: staged)
        let usage = outcome.usage
        let made: WorkResult
        do throws(Failure) {
            made = try outcome.result.get()
            try check(made.pieces, plan)
        } catch {
            guard isGivenUp(after: error, context.lease) else { throw error }
            let empty = try context.stage()
            return try await offPool {
                try context.commit(
                    empty, pieces: [], usage: usage,
                    warnings: ["The subtitles are left out: \(error.message)"])
            }
        }
        return try await offPool {
            try context.commit(
                staged, pieces: made.pieces, usage: usage, warnings: made.warnings)
        }
    }

    /// Whether the job goes on without text: no further attempt would have more of it, or none is left.
    static func isGivenUp(after failure: Failure, _ lease: Lease) -> Bool {
        switch failure.category {
        case .permanent:
            [.undecodable, .unsupportedCodec, .overLimit].contains(failure.code)
        case .crashed: lease.crashes >= crashesMaximum
        case .timedOut, .outOfMemory:
            lease.token.attempt >= min(attemptsMaximum, lease.attemptsMaximum)
        case .transient, .fenced, .cancelled: false
        }
    }

    /// Each piece is a rendition of the plan, none stands twice, and none is longer than text may be.
    static func check(_ pieces: [Piece], _ plan: Plan) throws(Failure) {
        let names = pieces.map(\.name)
        guard Set(names).count == names.count,
            Set(names).isSubset(of: plan.text.map { $0.name + ".vtt" }),
            pieces.allSatisfy({
                $0.fragments.count == 1
                    && $0.fragments[0].extent.length <= 2 * TextBounds.bytesMaximum
            })
        else {
            throw Failure(
                .crashed, .workerProtocol,
                "The worker made text that the plan does not have. Install node and worker from "
                    + "one build.")
        }
    }
}
