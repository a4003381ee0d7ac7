import TranscodeModel

/// Where a source is cut (media rules 2 and 4): on segment boundaries of the grid, near source key
/// frames, in chunks of 8 to 20 seconds.
struct Chunking {
    let grid: FrameGrid
    let track: VideoTrack
    let segmentFrames: Int
    let aimFrames: Int
    /// Frames that filters need before the first one they give.
    let preRollFrames: Int
    private let keyFrames: [Int]

    private static let lengthSeconds: ClosedRange<Int64> = 8...20

    init(
        grid: FrameGrid, track: VideoTrack, segmentFrames: Int, aimSeconds: Int, preRollFrames: Int
    ) {
        self.grid = grid
        self.track = track
        self.segmentFrames = segmentFrames
        self.aimFrames = max(Int((Rational(Int64(aimSeconds)) * grid.rate).rounded), segmentFrames)
        self.preRollFrames = preRollFrames
        // The first grid frame that shows each key frame or what follows it.
        keyFrames = track.randomAccessPoints.map { point in
            let time = Rational(point.pts) * track.timeBase
            return Int(((time - grid.origin) * grid.rate + Rational(1, 2)).floor)
        }.sorted()
    }

    func chunks() -> [Chunk] {
        let ends = boundaries() + [grid.frames]
        var start = 0
        return ends.enumerated().map { index, end in
            defer { start = end }
            return Chunk(
                index: index, frames: start..<end, entryPoints: entryPoints(before: start))
        }
    }

    /// Ascending, without 0 and without the end.
    private func boundaries() -> [Int] {
        var found: [Int] = []
        var start = 0
        // Pictures that are counted can be decoded from the start only.
        while !track.clock.isCounted {
            let left = grid.frames - start
            // Two chunks are worth their seam only when neither is short.
            guard left > aimFrames + aimFrames / 2 else { return found }
            start = nextBoundary(after: start)
            found.append(start)
        }
        return found
    }

    private func nextBoundary(after start: Int) -> Int {
        func frames(_ seconds: Int64) -> Int { Int((Rational(seconds) * grid.rate).rounded) }
        let shortest = min(frames(Chunking.lengthSeconds.lowerBound), aimFrames)
        let longest = max(frames(Chunking.lengthSeconds.upperBound), aimFrames)
        let lastStart = grid.frames - segmentFrames / 2
        let candidates = stride(
            from: start + segmentFrames, through: min(lastStart, start + longest),
            by: segmentFrames
        )
        .filter { (shortest...longest).contains($0 - start) }
        let best = candidates.min {
            (preRoll($0), abs($0 - start - aimFrames)) < (preRoll($1), abs($1 - start - aimFrames))
        }
        let aim = max(aimFrames / segmentFrames, 1) * segmentFrames
        return best ?? start + aim
    }

    /// Frames from the key frame at or before a boundary to it.
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
        let limit = grid.deadlineTicks(frame: needed, timeBase: track.timeBase)
        let usable = track.randomAccessPoints.filter { $0.pts < limit }
        return Array(usable.suffix(3).reversed()) + [origin]
    }
}
