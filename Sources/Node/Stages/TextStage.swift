import ArtifactStore
import Ledger
import TranscodeModel
import WorkerProtocol

/// Has a worker write all subtitles. They are never a reason to fail a job: what cannot be made is left out.
enum TextStage {
    /// Crashes of the worker after which the text is given up; one more would quarantine the unit.
    private static let crashesMaximum = 2

    static func perform(_ context: UnitContext) async throws -> Artifact {
        let plan = try context.plan()
        let source = try context.openSource()
        let staged = try context.stage()
        var (result, usage) = (WorkResult(pieces: []), Usage())
        do throws(Failure) {
            (result, usage) = try await context.work(
                .text(TextRequest(renditions: plan.text)), inputs: [source.descriptor],
                staged: staged)
        } catch {
            guard isOfTheSource(error, context.lease) else { throw error }
            let empty = try context.stage()
            return try await offPool {
                try context.commit(
                    empty, pieces: [], usage: Usage(),
                    warnings: ["The subtitles are left out: \(error.message)"])
            }
        }
        try check(result.pieces, plan)
        let (made, used) = (result, usage)
        return try await offPool {
            try context.commit(
                staged, pieces: made.pieces, usage: used, warnings: made.warnings)
        }
    }

    private static func isOfTheSource(_ failure: Failure, _ lease: Lease) -> Bool {
        let isParsing = failure.code == .undecodable || failure.code == .unsupportedCodec
        return isParsing || failure.category == .crashed && lease.crashes >= crashesMaximum
    }

    /// Each piece is a rendition of the plan, and none stands twice.
    private static func check(_ pieces: [Piece], _ plan: Plan) throws(Failure) {
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
