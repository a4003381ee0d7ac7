import ArtifactStore
import Ledger
package import TranscodeModel
import WorkerProtocol

/// Encodes one chunk in a worker and checks what it says it made (I8).
enum EncodeStage {
    static func perform(
        _ context: UnitContext, chunk index: Int, renditions names: [String]
    ) async throws -> Artifact {
        let plan = try context.plan()
        guard let video = plan.video, video.chunks.indices.contains(index) else {
            throw Failure(.permanent, .internalFault, "The plan has no chunk \(index).")
        }
        let renditions = video.renditions(ofUnit: context.lease.unit.position, named: names)
        let source = try context.openSource()
        let staged = try context.stage()
        var request = EncodeRequest(
            plan: video, timeBase: video.sourceTimeBase, chunk: video.chunks[index],
            renditions: renditions, damage: plan.profile.damage)
        var result = WorkResult(pieces: [])
        var usage = Usage()
        let turns = turns(context, renditions)
        for (turn, only) in turns.enumerated() {
            request.onlyRendition = only
            let span = WorkSpan(
                total: video.chunks[index].frames.count, turn: turn, turns: turns.count)
            let (part, cost) = try await context.work(
                .encode(request), inputs: [source.descriptor], staged: staged, span: span)
            result.pieces += part.pieces
            result.warnings += part.warnings
            // Each turn decodes the same pictures.
            result.damage = part.damage
            usage.add(cost)
        }
        let check = ChunkCheck(
            chunk: video.chunks[index], names: renditions.map(\.name), timing: video.timing)
        try check.check(result.pieces)
        try requireSameParameterSets(context, plan, renditions, result.pieces)
        let (made, used) = (result, usage)
        return try await offPool {
            try context.commit(
                staged, pieces: made.pieces, usage: used, warnings: made.warnings,
                damage: made.damage)
        }
    }

    /// All renditions in one turn; or one in each, when the unit is split.
    private static func turns(
        _ context: UnitContext, _ renditions: [VideoRendition]
    ) -> [String?] {
        context.lease.isSplit ? renditions.map(\.name) : [nil]
    }

    /// The parameter sets must be those of the first unit of the rendition, if that is done (media rule 5);
    /// stitching compares all of them again.
    private static func requireSameParameterSets(
        _ context: UnitContext, _ plan: Plan, _ renditions: [VideoRendition], _ pieces: [Piece]
    ) throws {
        for (piece, rendition) in zip(pieces, renditions) {
            let first = plan.units.first { unit in
                guard case .encode(_, let names) = unit.work, let video = plan.video else {
                    return false
                }
                return video.renditions(ofUnit: unit.position, named: names).contains(rendition)
            }
            guard let first, first.position != context.lease.unit.position,
                let artifact = try context.ledger.artifact(
                    content: first.content, tenant: context.lease.tenant),
                let other = artifact.pieces.first(where: { $0.name == piece.name })
            else { continue }
            guard piece.initializationDigest == other.initializationDigest else {
                throw Failure(
                    .permanent, .parameterSetsDiffer,
                    "Rendition \(piece.name): the encoder's parameter sets differ between chunks, "
                        + "so that they cannot be joined. Pin the encoder's parameters in the "
                        + "profile.")
            }
        }
    }
}

/// Whether a worker's account of a chunk is what the plan asks for. The bytes are checked when they
/// are joined.
package struct ChunkCheck {
    let chunk: Chunk
    let names: [String]
    let timing: FrameTiming

    package init(chunk: Chunk, names: [String], timing: FrameTiming) {
        self.chunk = chunk
        self.names = names
        self.timing = timing
    }

    package func check(_ pieces: [Piece]) throws(Failure) {
        guard pieces.map(\.name) == names else {
            throw fault("has the renditions \(pieces.map(\.name)) instead of \(names)")
        }
        for piece in pieces {
            let frames = piece.fragments.reduce(0) { $0 &+ $1.samples }
            guard frames == chunk.frames.count else {
                throw Failure(
                    .permanent, .wrongFrameCount,
                    "Chunk \(chunk.index) of \(piece.name) has \(frames) frames where the plan has "
                        + "\(chunk.frames.count). Retry the job.")
            }
            let groups = timing.groups(in: chunk.frames)
            for (fragment, group) in zip(piece.fragments, groups) {
                let time = timing.grid.ticks(of: group.lowerBound)
                guard fragment.decodeTime == time, fragment.samples == group.count,
                    fragment.duration == timing.grid.ticks(of: group.upperBound) - time
                else {
                    throw fault(
                        "has a fragment of \(piece.name) at tick \(fragment.decodeTime) where "
                            + "\(time) is due")
                }
            }
            guard piece.fragments.count == groups.count else {
                throw fault("has \(piece.fragments.count) fragments where \(groups.count) are due")
            }
        }
    }

    private func fault(_ reason: String) -> Failure {
        Failure(
            .permanent, .outputInvalid,
            "Chunk \(chunk.index) (frames \(chunk.frames.lowerBound) to "
                + "\(chunk.frames.upperBound - 1)) \(reason). Retry the job.")
    }
}
