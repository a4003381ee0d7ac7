import ArtifactStore
import Ledger
import TranscodeModel
import WorkerProtocol

/// Makes the poster and the sheets of thumbnails in a worker.
enum ImagesStage {
    static func perform(_ context: UnitContext) async throws -> Artifact {
        guard let images = try context.plan().images else {
            throw Failure(.permanent, .internalFault, "The plan has no images.")
        }
        let source = try context.openSource()
        let staged = try context.stage()
        let (result, usage) = try await context.work(
            .images(ImagesRequest(plan: images)), inputs: [source.descriptor], staged: staged)
        return try await offPool {
            try context.commit(
                staged, pieces: result.pieces, usage: usage, warnings: result.warnings,
                damage: result.damage)
        }
    }
}
