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
        let groups = plan.timing.groups(in: 0..<plan.grid.frames)
        // Where frames last unequally, groups and chunks have few frames or many: half of the usual group counts, and no
        // window is longer than a chunk beside a seam.
        let usual = groups.map(\.count).sorted()[groups.count / 2]
        let shortest = plan.chunks.map(\.frames.count).min() ?? usual
        let reach = max(min(SeamWindows.reachMaximum, usual / 2, shortest), 1)
        self.reach = reach
        seams = plan.chunks.dropFirst().map(\.frames.lowerBound)
        let cuts = Set(seams)
        middles = groups.map(\.lowerBound).filter {
            $0 >= 2 * reach && $0 <= plan.grid.frames - 2 * reach && !cuts.contains($0)
        }
    }
}
