import TranscodeModel

/// Where a source is cut (media rules 2 and 4): on segment boundaries of the grid, near source key
/// frames, in chunks of 8 to 20 seconds.
struct Chunking {
    let timing: FrameTiming
    let track: VideoTrack
    /// Frames that filters need before the first one they give.
    let preRollFrames: Int
    /// Cuts are sought in steps: frames, or ticks where frames last unequally.
    private let stepsPerSecond: Rational
    private let length: Int
    private let segment: Int
    private let aim: Int
    /// The first step that shows each key frame or what follows it.
    private let keyFrames: [Int]

    /// What it costs to decode a picture, as a share of what it costs to encode it.
    private let decodeShare: Double
    private let playsEarly: Bool

    private static let lengthSeconds: ClosedRange<Int64> = 8...20
    /// A chunk far from a key frame is made so long that decoding up to it costs at most this much of its encode: so
    /// cutting a source with one key frame costs half as much again at worst, and pays from two workers on.
    private static let preRollShare = 0.5

    init(
        timing: FrameTiming, track: VideoTrack, aimSeconds: Int, preRollFrames: Int,
        decodeShare: Double, playsEarly: Bool = false
    ) {
        self.playsEarly = playsEarly
        self.decodeShare = decodeShare
        let grid = timing.grid
        self.timing = timing
        self.track = track
        self.preRollFrames = preRollFrames
        let cadence = grid.cadence
        let rate = cadence == nil ? grid.rate : Rational(Int64(grid.timescale))
        stepsPerSecond = rate
        length = cadence.map { Int($0.end) } ?? grid.frames
        segment = cadence.map { Int($0.segmentTicks) } ?? timing.segmentFrames
        aim = max(Int((Rational(Int64(aimSeconds)) * rate).rounded), segment)
        // A grid starts at a whole tick of the source, and no key frame is before it.
        let first = (grid.origin / track.timeBase).rounded
        let below = Int128(track.timeBase.denominator) * Int128(rate.denominator)
        let unit = Int128(track.timeBase.numerator) * Int128(rate.numerator)
        keyFrames = track.randomAccessPoints.map { point in
            let above = Int128(point.pts - first) * unit
            let rounded = cadence == nil ? (2 * above + below) / (2 * below) : nil
            return Int(clamping: rounded ?? (above + below - 1) / below)
        }.sorted()
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
        var found = playsEarly ? EarlyRule.boundaries(segment: segment, length: length) : []
        if track.clock.isCounted { found = [] }
        var start = found.last ?? 0
        // Pictures that are counted can be decoded from the start only.
        while !track.clock.isCounted {
            let left = length - start
            let aim = max(aim, leastLength(from: start))
            // Two chunks are worth their seam only when neither is short.
            guard left > aim + aim / 2 else { return found }
            start = nextBoundary(after: start, aim: aim)
            found.append(start)
        }
        return found
    }

    /// How long a chunk from there must be to be worth what is decoded before it.
    private func leastLength(from start: Int) -> Int {
        let least = Double(preRoll(start)) * decodeShare / Chunking.preRollShare
        return (Int(min(least, Double(length))) + segment - 1) / segment * segment
    }

    private func nextBoundary(after start: Int, aim: Int) -> Int {
        func steps(_ seconds: Int64) -> Int { Int((Rational(seconds) * stepsPerSecond).rounded) }
        let shortest = max(
            min(steps(Chunking.lengthSeconds.lowerBound), aim), leastLength(from: start))
        let longest = max(steps(Chunking.lengthSeconds.upperBound), aim)
        let lastStart = length - segment / 2
        let candidates = stride(
            from: start + segment, through: min(lastStart, start + longest), by: segment
        ).filter { $0 - start >= shortest }
        let best = candidates.min {
            (preRoll($0), abs($0 - start - aim)) < (preRoll($1), abs($1 - start - aim))
        }
        return best ?? start + max(aim / segment, 1) * segment
    }

    /// Steps from the key frame at or before a boundary to it.
    private func preRoll(_ boundary: Int) -> Int {
        var low = 0
        var high = keyFrames.count
        while low < high {
            let middle = (low + high) / 2
            if keyFrames[middle] <= boundary { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? boundary : boundary - keyFrames[low - 1]
    }

    /// The nearest three key frames from which the first picture of a chunk can be decoded, and at
    /// last the start of the file.
    private func entryPoints(before frame: Int) -> [RandomAccessPoint] {
        let first = track.randomAccessPoints.first
        let origin =
            first
            ?? RandomAccessPoint(
                pts: track.frameTimes.first ?? 0, dts: track.frameTimes.first ?? 0, bytePosition: 0)
        guard frame > 0 else { return [origin] }
        // The frame's picture is the last one before its deadline, so it is at or after any key frame
        // that is before the deadline.
        let needed = max(frame - preRollFrames, 0)
        let limit = timing.grid.deadlineTicks(frame: needed, timeBase: track.timeBase)
        let usable = track.randomAccessPoints.filter { $0.pts < limit }
        return Array(usable.suffix(3).reversed()) + [origin]
    }
}
