import TranscodeModel

/// Where a source is cut (media rules 2 and 4): on segment boundaries of the grid, near source key frames, in chunks of 8
/// to 20 seconds. What it rests on is the source and what the profile says of time and encoder: no rung, no machine.
struct Chunking {
    let timing: FrameTiming
    let track: VideoTrack
    /// Frames that filters need before the first one they give.
    let preRollFrames: Int
    private let cost: NominalCost
    /// Cuts are sought in steps: frames, or ticks where frames last unequally.
    private let stepsPerSecond: Double
    private let length: Int
    private let segment: Int
    /// Of the first segment, where that is shorter.
    private let lead: Int?
    private let aimSeconds: Double
    /// Ascending by their times, with the first step that shows each or what follows it.
    private let points: [RandomAccessPoint]
    private let keyFrames: [Int]
    private let playsEarly: Bool

    private static let lengthSeconds = 8.0...20.0

    init(
        timing: FrameTiming, track: VideoTrack, settings: VideoSettings, preRollFrames: Int,
        playsEarly: Bool = false
    ) {
        self.playsEarly = playsEarly
        let grid = timing.grid
        self.timing = timing
        self.track = track
        self.preRollFrames = preRollFrames
        cost = NominalCost(track, settings, rate: grid.averageRate)
        let cadence = grid.cadence
        let rate = cadence == nil ? grid.rate : Rational(Int64(grid.timescale))
        stepsPerSecond = rate.approximation
        length = cadence.map { Int($0.end) } ?? grid.frames
        segment = cadence.map { Int($0.segmentTicks) } ?? timing.segmentFrames
        lead = cadence == nil ? timing.leadFrames : cadence?.leadTicks.map { Int($0) }
        aimSeconds = Double(settings.chunkDurationSeconds)
        // A grid starts at a whole tick of the source, and no key frame is before it.
        let first = (grid.origin / track.timeBase).rounded
        let below = Int128(track.timeBase.denominator) * Int128(rate.denominator)
        let unit = Int128(track.timeBase.numerator) * Int128(rate.numerator)
        points = track.randomAccessPoints.sorted { $0.pts < $1.pts }
        keyFrames = points.map { point in
            let above = Int128(point.pts - first) * unit
            let rounded = cadence == nil ? (2 * above + below) / (2 * below) : nil
            return Int(clamping: rounded ?? (above + below - 1) / below)
        }
    }

    func chunks() -> [Chunk] {
        let ends =
            boundaries().map { timing.grid.cadence?.firstFrame(from: Int64($0)) ?? $0 }
            + [timing.grid.frames]
        var start = 0
        return ends.enumerated().map { index, end in
            defer { start = end }
            return Chunk(
                index: index, frames: start..<end, entryPoints: entryPoints(before: start))
        }
    }

    /// Ascending, without 0 and without the end.
    private func boundaries() -> [Int] {
        // Pictures that are counted can be decoded from the start only.
        guard !track.clock.isCounted else { return [] }
        guard playsEarly else { return boundaries(from: 0) }
        let early = EarlyRule.boundaries((lead, segment), length: length)
        let rest = early.last ?? 0
        // The lead ends within a segment, and what it leaves alone is one chunk.
        return rest % segment == 0 ? early + boundaries(from: rest) : early
    }

    /// Ascending, after a boundary of segments and without the end.
    private func boundaries(from start: Int) -> [Int] {
        let seconds = Double(length - start) / stepsPerSecond
        let bounds = Chunking.lengthSeconds
        // A profile that asks for shorter chunks than are usual gets them, whatever they cost.
        let isThrifty = aimSeconds >= bounds.lowerBound
        guard
            !isThrifty || seconds * cost.encodeSeconds >= 2 * NominalCost.unitSecondsMinimum
        else { return [] }
        let segmentSeconds = Double(segment) / stepsPerSecond
        var shortest = min(bounds.lowerBound, aimSeconds)
        if isThrifty {
            let most = (bounds.upperBound / segmentSeconds).rounded(.down) * segmentSeconds
            let worthwhile = NominalCost.unitSecondsMinimum / max(cost.encodeSeconds, 1e-9)
            shortest = max(shortest, min(worthwhile, most))
        }
        let choice = BoundaryChoice(
            length: seconds, segment: segmentSeconds,
            aim: max(segmentSeconds, aimSeconds),
            shortest: shortest, longest: max(bounds.upperBound, aimSeconds),
            startCost: isThrifty ? NominalCost.startSeconds / max(cost.encodeSeconds, 1e-9) : 0,
            decodeShare: cost.decodeShare, preRolls: Array(preRolls().dropFirst(start / segment)))
        return choice.starts().map { start + $0 * segment }
    }

    /// Seconds from the key frame at or before each boundary to it; the last boundary leaves half a segment at least.
    private func preRolls() -> [Double] {
        var place = 0
        return stride(from: 0, through: max(length - max(1, segment / 2), 0), by: segment).map {
            boundary in
            while place < keyFrames.count, keyFrames[place] <= boundary { place += 1 }
            let from = place == 0 ? 0 : keyFrames[place - 1]
            return Double(boundary - from) / stepsPerSecond
        }
    }

    /// The nearest three key frames from which the first picture of a chunk can be decoded, and at
    /// last the start of the file.
    private func entryPoints(before frame: Int) -> [RandomAccessPoint] {
        let origin =
            track.randomAccessPoints.first
            ?? RandomAccessPoint(
                pts: track.frameTimes.first ?? 0, dts: track.frameTimes.first ?? 0, bytePosition: 0)
        guard frame > 0 else { return [origin] }
        // The frame's picture is the last one before its deadline, so it is at or after any key frame
        // that is before the deadline.
        let needed = max(frame - preRollFrames, 0)
        let limit = timing.grid.deadlineTicks(frame: needed, timeBase: track.timeBase)
        var (low, high) = (0, points.count)
        while low < high {
            let middle = (low + high) / 2
            if points[middle].pts < limit { low = middle + 1 } else { high = middle }
        }
        return points[max(0, low - 3)..<low].reversed() + [origin]
    }
}
