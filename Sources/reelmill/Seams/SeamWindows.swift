import TranscodeModel

/// Which frames are compared with which: like with like, at the same place in the group of pictures.
struct SeamWindows {
    /// Frames on either side of a boundary.
    let reach: Int
    /// The first frames of chunks, but the first.
    let seams: [Int]
    /// The first frames of groups of pictures inside chunks, with whole windows around them.
    let middles: [Int]

    /// Frames that a window has on either side at most.
    static let reachMaximum = 12

    init(_ plan: VideoPlan) {
        let interval = plan.keyFrameInterval
        let reach = max(min(SeamWindows.reachMaximum, interval / 2), 1)
        self.reach = reach
        let starts = plan.chunks.dropFirst().map(\.frames.lowerBound)
        seams = starts
        let cuts = Set(starts)
        let last = plan.grid.frames - 2 * reach
        middles =
            last < interval
            ? []
            : stride(from: interval, through: last, by: interval).filter { !cuts.contains($0) }
    }
}
