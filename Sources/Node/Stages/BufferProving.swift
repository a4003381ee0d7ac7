import ArtifactStore
import Glibc
import Ledger
import Packager
import TranscodeModel
import WorkerProtocol

/// Proves that the chunks of a rendition, one after the other, keep to the decoder's buffer, and has those few
/// encoded once more that count on more than the chunk before leaves.
///
/// Every number comes from the chunks' bytes, and how a chunk is encoded again from what is before it alone: so the
/// result is the same whoever made the chunks, in whatever order and however often (I16).
struct BufferProving {
    struct Proven: Sendable {
        var parts: [TrackPart]
        var proof: BufferProof
        var usage: Usage
        var warnings: [String]
    }

    /// An encoder that twice made no chunk better does not keep to the buffer: the rest is reported as it is.
    private static let vainMaximum = 2

    private let context: UnitContext
    private let plan: Plan
    private let video: VideoPlan
    private let rendition: VideoRendition
    private let model: BufferModel
    /// Whether late chunks are encoded again: what is copied, and what is played while it is made, stays as it is.
    private let isRepaired: Bool

    /// Nil for sound.
    init?(_ context: UnitContext, _ plan: Plan, rendition name: String) {
        guard let video = plan.video,
            let rendition = video.renditions.first(where: { $0.name == name })
        else { return nil }
        self.context = context
        self.plan = plan
        self.video = video
        self.rendition = rendition
        model = BufferModel(rendition)
        let isPlayedEarly =
            plan.profile.playsEarly && video.earlyRenditions.contains(rendition)
        isRepaired = model.isEnforced && rendition.copied == nil && !isPlayedEarly
    }

    /// A part with its samples, and how many of them are late after what is before it.
    private struct Candidate: Sendable {
        var part: TrackPart
        var samples: [CodedSample]
        var late: Int
    }

    /// What was used so far, and one file for all that is encoded again: there may be more chunks than a process may have
    /// open files.
    private struct Effort {
        var usage = Usage()
        var staged: StagedFile?
    }

    func prove(_ units: [StitchedUnit]) async throws -> Proven {
        var scan = BufferScan(model, timescale: video.grid.timescale)
        var (parts, effort, reencoded): ([TrackPart], Effort, Int) = ([], Effort(), 0)
        var vain = 0
        for unit in units {
            var best = try await candidate(unit.part, after: scan, &effort)
            try requireClaim(best)
            if best.late > 0, isRepaired, vain < BufferProving.vainMaximum {
                if let better = try await encodedAgain(unit, best, after: scan, &effort) {
                    best = better
                    reencoded += 1
                } else {
                    vain += 1
                }
            }
            for sample in best.samples { scan.take(sample) }
            parts.append(best.part)
        }
        let proof = scan.proof(reencoded: reencoded)
        return Proven(
            parts: parts, proof: proof, usage: effort.usage, warnings: warnings(of: proof))
    }

    private func warnings(of proof: BufferProof) -> [String] {
        guard model.isEnforced, proof.violations > 0 else { return [] }
        return [
            "\(rendition.name): \(proof.violations) frames are due before they have arrived at "
                + "\(model.rate) bits a second; a player that reads no further ahead stops there."
        ]
    }

    /// Reads a part's samples from its bytes.
    private func candidate(
        _ part: TrackPart, after scan: BufferScan, _ effort: inout Effort
    ) async throws -> Candidate {
        let timescale = video.grid.timescale
        let (samples, cost) = try await offPool {
            let meter = StageMeter()
            let samples = try part.samples(timescale: timescale)
            return (samples, meter.usage)
        }
        effort.usage.add(cost)
        var trial = scan
        let before = trial.proof(reencoded: 0).violations
        for sample in samples { trial.take(sample) }
        return Candidate(
            part: part, samples: samples,
            late: trial.proof(reencoded: 0).violations - before)
    }

    /// A worker is not believed: what it reports must be what it made.
    private func requireClaim(_ candidate: Candidate) throws(Failure) {
        guard let claim = candidate.part.piece.buffer,
            claim != model.transfer(of: candidate.samples, timescale: video.grid.timescale)
        else { return }
        throw Failure(
            .permanent, .outputInvalid,
            "\(candidate.part.source.name): what it does to the decoder's buffer is not what its unit "
                + "reported. Transcode the source again.")
    }

    /// The chunk made for a buffer that is as full as it is, or less; nil when none of these is better.
    private func encodedAgain(
        _ unit: StitchedUnit, _ made: Candidate, after scan: BufferScan, _ effort: inout Effort
    ) async throws -> Candidate? {
        guard case .encode(let index, let names) = unit.work,
            video.chunks.indices.contains(index)
        else { return nil }
        let chunk = video.chunks[index]
        var best: Candidate?
        for start in BufferProving.starts(model, fullness: scan.fullness, chunk) {
            context.log.say(
                "chunk \(index) of \(rendition.name) finds \(scan.fullness) bits in the buffer; "
                    + "it is encoded again for \(start)/\(BufferModel.twentieths) of it")
            let part = try await encode(chunk, names, start: start, &effort)
            let found = try await candidate(part, after: scan, &effort)
            try requireClaim(found)
            if found.late < (best ?? made).late { best = found }
            if found.late == 0 { break }
        }
        return best
    }

    /// What to count on, in twentieths and in the order of trying: what is there, unless that was counted on already;
    /// then half of it; then next to nothing.
    static func starts(_ model: BufferModel, fullness: Int64, _ chunk: Chunk) -> [Int] {
        let counted =
            chunk.frames.lowerBound == 0 ? BufferModel.firstStart : BufferModel.laterStart
        let there = max(1, min(model.twentieths(bits: fullness), counted - 1))
        var starts: [Int] = []
        for start in [there, max(1, there / 2), 1] where !starts.contains(start) {
            starts.append(start)
        }
        return starts
    }

    /// Has a worker encode the rendition alone, scaled as in the chunk's own unit.
    private func encode(
        _ chunk: Chunk, _ names: [String], start: Int, _ effort: inout Effort
    ) async throws -> TrackPart {
        let source = try context.openSource()
        let staged = if let open = effort.staged { open } else { try context.stage() }
        effort.staged = staged
        var request = EncodeRequest(
            plan: video, timeBase: video.sourceTimeBase, chunk: chunk,
            renditions: video.renditions.filter { names.contains($0.name) },
            damage: plan.profile.damage, onlyRendition: rendition.name)
        request.bufferStart = start
        let (result, cost) = try await context.work(
            .encode(request), inputs: [source.descriptor], staged: staged)
        withExtendedLifetime(source) {}
        effort.usage.add(cost)
        try ChunkCheck(chunk: chunk, names: [rendition.name], timing: video.timing)
            .check(result.pieces)
        return TrackPart(
            source: StagedSource(
                staged: staged, name: "\(rendition.name), chunk \(chunk.index)"),
            piece: result.pieces[0])
    }

    /// By rendition, what stitching proved; nil when it proved nothing.
    static func proofs(_ artifacts: some Sequence<Artifact>) -> [String: BufferProof]? {
        let pieces = artifacts.flatMap(\.pieces)
        let proofs = pieces.compactMap { piece in piece.bufferProof.map { (piece.name, $0) } }
        return proofs.isEmpty ? nil : Dictionary(proofs) { first, _ in first }
    }
}

/// What a worker wrote to staging.
private struct StagedSource: ByteSource {
    let staged: StagedFile
    let name: String

    var byteCount: Int64 {
        var status = stat()
        return fstat(staged.descriptor, &status) == 0 ? Int64(status.st_size) : 0
    }

    func read(at offset: Int64, length: Int) throws(Failure) -> [UInt8] {
        try FileByteSource(owning: dup(staged.descriptor), name: name)
            .read(at: offset, length: length)
    }
}
