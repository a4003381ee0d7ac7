import ArtifactStore
import Ledger
import TranscodeModel
import WorkerProtocol

/// Encodes one whole track of sound in a worker (media rule 6).
enum AudioStage {
    static func perform(_ context: UnitContext, rendition name: String) async throws -> Artifact {
        let plan = try context.plan()
        guard let rendition = plan.audio.first(where: { $0.name == name }) else {
            throw Failure(.permanent, .internalFault, "The plan has no sound \(name).")
        }
        let source = try context.openSource()
        let staged = try context.stage()
        let (result, usage) = try await context.work(
            .audio(AudioRequest(rendition: rendition, damage: plan.profile.damage)),
            inputs: [source.descriptor], staged: staged,
            span: WorkSpan(
                total: rendition.samples / (rendition.codec == .aac ? 1024 : 960)))
        return try await offPool {
            try context.commit(
                staged, pieces: result.pieces, usage: usage, warnings: result.warnings,
                damage: result.damage)
        }
    }
}
