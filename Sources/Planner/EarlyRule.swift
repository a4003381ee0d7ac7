import TranscodeModel

extension VideoPlan {
    /// Early renditions count on half a buffer at the start of each chunk: what is played is not encoded again where one
    /// finds less than it counts on, and short chunks follow each other with little time to fill it.
    mutating func countOnLess() {
        for early in earlyRenditions {
            guard let index = renditions.firstIndex(of: early), early.codec != .av1 else {
                continue
            }
            renditions[index].bufferStart = BufferModel.earlyStart
        }
    }
}

/// What a plan has more where the profile plays early: a short first segment, short chunks at the start, the lowest
/// renditions of which are units of their own, and a preview for each chunk.
enum EarlyRule {
    /// So many segments at the start, of the usual length, have no chunk that goes beyond them.
    private static let shortSegments = 2
    /// The early renditions of chunks that start before that are units of their own: so much is playable at once, and
    /// plays while chunks of the whole ladder are made. Later ones are not worth decoding the source twice.
    private static let apartSeconds: Int64 = 30

    /// How long the first segment is, where it is shorter than others: a third of one, in whole key-frame intervals. Nil
    /// where that is no less, and where a film has less than half as much behind it. All in one unit.
    ///
    /// The rest of the segment is made at the same time, and takes as much longer as it lasts longer. Of a third it is
    /// there when the lead has been played, if pictures are made no slower than they play.
    static func lead(interval: Int, segment: Int, length: Int) -> Int? {
        let lead = (segment / interval + 2) / 3 * interval
        return lead < segment && 2 * (length - lead) >= lead ? lead : nil
    }

    /// Where the short chunks end: the lead is one, so is the rest of its segment, and then a segment. None of the latter
    /// leaves less than half a segment behind it.
    static func boundaries(_ segments: (lead: Int?, length: Int), length: Int) -> [Int] {
        (segments.lead.map { [$0] } ?? [])
            + (1...shortSegments).map { $0 * segments.length }
            .filter { 2 * (length - $0) >= segments.length }
    }

    /// The renditions of each unit of a chunk: in the first ones those that are played early stand alone.
    static func groups(
        _ usual: [[VideoRendition]], of chunk: Chunk, in video: VideoPlan
    ) -> [[VideoRendition]] {
        let start = Rational(
            video.grid.ticks(of: chunk.frames.lowerBound), Int64(video.grid.timescale))
        guard start < Rational(apartSeconds), video.chunks.count > 1 else { return usual }
        let early = video.earlyRenditions.filter(usual.joined().contains)
        let others = usual.map { $0.filter { !early.contains($0) } }
        // What is copied is a unit of its own.
        let copied = early.filter { $0.copied != nil }.map { [$0] }
        return (copied + [early.filter { $0.copied == nil }] + others).filter { !$0.isEmpty }
    }

    /// Previews of a long film come less and less often, since each looks at all that is there: one for each of the first
    /// 64 chunks, then one for every eighth of what there is.
    static func isShown(_ chunk: Int, of count: Int) -> Bool {
        guard chunk >= 64, chunk + 1 < count else { return true }
        var (shown, step) = (64, 8)
        while shown < chunk {
            shown += step
            step = shown / 8
        }
        return shown == chunk
    }

    /// A preview for each chunk that is shown, after the one before it and the units that make the early renditions of the
    /// chunks since then; the first after the sound too. Returns the position of the last; nil where there are no pictures.
    static func addPreviews(
        _ video: VideoPlan?, _ audio: [AudioRendition], _ model: CostModel,
        to graph: inout UnitGraph
    ) -> Int? {
        guard let video else { return nil }
        let names = Set(video.earlyRenditions.map(\.name))
        let sound = Plan.earlySound(of: audio)
        var makers: Set<Int> = []
        var last: Int?
        for unit in graph.units {
            guard case .stitch(let name) = unit.work else { continue }
            // Of units that make a rendition of that name it is the stitch that knows whose is delivered.
            if names.contains(name) { makers.formUnion(unit.dependencies) }
            if name == sound?.name { last = unit.position }
        }
        let encodes = graph.units.filter { makers.contains($0.position) }
        var made: [PlannedUnit] = []
        var next = encodes.startIndex
        for chunk in video.chunks {
            while next < encodes.endIndex,
                case .encode(let own, _) = encodes[next].work, own <= chunk.index
            {
                made.append(encodes[next])
                next += 1
            }
            guard isShown(chunk.index, of: video.chunks.count) else { continue }
            defer { made = [] }
            last = graph.add(
                .preview(chunk: chunk.index),
                after: made.map(\.position) + (last.map { [$0] } ?? []),
                detail: video.earlyRenditions.map(\.name),
                model.moving(bytes: made.reduce(0) { $0 + $1.estimate.outputBytes }))
        }
        return last
    }

    /// The critical seconds of a plan's units, changed so that chunks are encoded in the order in which they are played:
    /// one that another waits for counts a little more than that.
    static func inOrder(_ units: [PlannedUnit], _ seconds: [Double]) -> [Double] {
        var seconds = seconds
        var later = 0.0
        for unit in units.reversed() where unit.work.kind == .preview {
            for position in unit.dependencies where units[position - 1].work.kind == .encode {
                seconds[position - 1] = max(seconds[position - 1], later + 0.001)
            }
            later = max(
                later,
                unit.dependencies.filter { units[$0 - 1].work.kind == .encode }
                    .map { seconds[$0 - 1] }.max() ?? 0)
        }
        return seconds
    }
}
