import ArtifactStore
import Glibc
import Ledger
import Packager
import TranscodeModel
import WorkerProtocol

/// Writes the text files of the output, and for `progressive` has a worker make the MP4.
enum PackageStage {
    static func perform(_ context: UnitContext) async throws -> Artifact {
        let plan = try context.plan()
        switch plan.packaging {
        case .cmaf, .images: return try await offPool { try writeManifests(context, plan) }
        case .progressive: return try await remux(context, plan)
        }
    }

    private static func writeManifests(_ context: UnitContext, _ plan: Plan) throws -> Artifact {
        let meter = StageMeter()
        var tracks: [String: Track] = [:]
        if plan.packaging == .cmaf {
            for (name, artifact) in try stitched(context, plan) {
                tracks[name] = try TrackReader.track(
                    context.open(artifact, name: name), of: name, in: plan)
            }
        }
        let staged = try context.stage()
        var pieces: [Piece] = []
        var offset: Int64 = 0
        let text = plan.packaging == .cmaf ? try text(context, plan) : [:]
        let files =
            plan.packaging == .cmaf
            ? Manifests.files(Presentation(plan: plan, tracks: tracks, text: text))
            : Manifests.thumbnails(plan).map { [$0] } ?? []
        for (path, text) in files {
            pieces.append(try append(text, path, at: &offset, to: staged))
        }
        return try context.commit(staged, pieces: pieces, usage: meter.usage)
    }

    private static func remux(_ context: UnitContext, _ plan: Plan) async throws -> Artifact {
        var inputs: [FileByteSource] = []
        var samples = 0
        for (name, artifact) in try stitched(context, plan) {
            inputs.append(try context.open(artifact, name: name))
            samples += artifact.pieces.flatMap(\.fragments).reduce(0) { $0 + $1.samples }
        }
        let languages =
            (plan.video == nil ? [] : ["und"]) + plan.audio.map { LanguageTag.code($0.language) }
        let staged = try context.stage()
        let (result, usage) = try await context.work(
            .remux(
                RemuxRequest(
                    languages: languages, samples: samples,
                    unequalTicks: plan.video?.grid.cadence?.end, chapters: plan.chapters)),
            inputs: inputs.map(\.descriptor), staged: staged)
        // The descriptors must stay open until the worker has ended.
        withExtendedLifetime(inputs) {}
        let made = result.pieces
        return try await offPool {
            var pieces = made
            // The worker does not know which name the output has for it.
            if !pieces.isEmpty { pieces[0].name = OutputLayout.progressivePath(plan) }
            if let (path, text) = Manifests.thumbnails(plan) {
                var offset = Int64(lseek(staged.descriptor, 0, SEEK_END))
                pieces.append(try append(text, path, at: &offset, to: staged))
            }
            return try context.commit(
                staged, pieces: pieces, usage: usage, warnings: result.warnings)
        }
    }

    /// The finished tracks, pictures first, in the plan's order.
    private static func stitched(
        _ context: UnitContext, _ plan: Plan
    ) throws -> [(String, Artifact)] {
        let committed = try context.artifacts()
        return try plan.units.compactMap { unit in
            guard case .stitch(let name) = unit.work else { return nil }
            guard let artifact = committed[unit.position]?.artifact else {
                throw Failure(.permanent, .internalFault, "Rendition \(name) is not joined.")
            }
            return (name, artifact)
        }
    }

    /// The cues of the renditions of text that have any.
    private static func text(_ context: UnitContext, _ plan: Plan) throws -> [String: [TextCue]] {
        guard let unit = plan.units.first(where: { $0.work == .text }) else { return [:] }
        guard let artifact = try context.artifacts()[unit.position]?.artifact else {
            throw Failure(.permanent, .internalFault, "The text is not made.")
        }
        var cues: [String: [TextCue]] = [:]
        for rendition in plan.text {
            guard
                let piece = artifact.pieces.first(where: { $0.name == rendition.name + ".vtt" }),
                let extent = piece.fragments.first?.extent
            else { continue }
            let path = OutputLayout.textPath(rendition.name)
            let bytes = try context.open(artifact, name: path).read(extent)
            cues[rendition.name] = try WebVTTFile.cues(bytes, of: rendition, path: path)
        }
        return cues
    }

    private static func append(
        _ text: String, _ path: String, at offset: inout Int64, to staged: StagedFile
    ) throws(Failure) -> Piece {
        let bytes = Array(text.utf8)
        try staged.append(bytes)
        let extent = Extent(offset: offset, length: Int64(bytes.count))
        offset = extent.end
        return Piece(
            name: path, initialization: nil, initializationDigest: nil,
            fragments: [Fragment(extent: extent, decodeTime: 0, duration: 0, samples: 0)])
    }
}
