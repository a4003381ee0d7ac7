import ArtifactStore
import Foundation
import Ledger
import Packager
import TranscodeModel

/// Checks all that will be published, from the bytes that will be published.
enum VerifyStage {
    /// What a verification leaves behind: the digest of every file.
    struct Report: Codable {
        struct File: Codable {
            var path: String
            var sha256: Digest
            var bytes: Int64
        }
        var files: [File]
    }

    static func perform(_ context: UnitContext) async throws -> Artifact {
        try await offPool { try verify(context) }
    }

    private static func verify(_ context: UnitContext) throws -> Artifact {
        let meter = StageMeter()
        let plan = try context.plan()
        let artifacts = try context.artifacts().mapValues(\.artifact)
        var sources: [String: any ByteSource] = [:]
        var files: [Report.File] = []
        for file in OutputLayout.files(plan, artifacts: artifacts) {
            guard let artifact = artifacts[file.position] else { continue }
            let whole = try context.open(artifact, name: file.path)
            let source = ByteRangeSource(whole, file.extent, name: file.path)
            let digest = try source.digest(Extent(offset: 0, length: source.byteCount))
            guard file.extent.length != artifact.byteCount || digest == artifact.digest else {
                throw Failure(
                    .permanent, .outputInvalid,
                    "\(file.path): the artifact \(artifact.digest) has changed in the store since "
                        + "it was made. Remove it there and retry the job.")
            }
            sources[file.path] = source
            files.append(
                Report.File(path: file.path, sha256: digest, bytes: source.byteCount))
        }
        let findings = PublicationCheck.findings(
            plan, files: sources, listed: Set(sources.keys),
            buffers: BufferProving.proofs(artifacts.values) ?? [:])
        guard findings.isEmpty else {
            throw Failure(
                .permanent, .outputInvalid,
                "The output is not what the plan says, and is not published: "
                    + findings.prefix(3).map(\.description).joined(separator: "; ") + ".")
        }
        let staged = try context.stage()
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        try staged.append([UInt8](try encoder.encode(Report(files: files))))
        return try context.commit(staged, pieces: [], usage: meter.usage)
    }
}
