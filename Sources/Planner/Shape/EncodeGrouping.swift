import TranscodeModel

/// Which renditions an encode unit makes in one decode (media rule 4): all of them, which saves decoding, unless the job's
/// units are too few or too long for so many workers to end together.
///
/// Then chunks are parted by rungs, the longest first and of equal ones the last, and no more of them than it takes: the
/// small units fill the gaps at the end. What comes of it is the same bytes, since a rung is the same in any company.
struct EncodeGrouping {
    let video: VideoPlan
    let model: CostModel
    /// Predicted seconds of the job's other long units, which fill gaps too.
    let besides: [Double]
    /// Units that can be done at a time.
    let workers: Int

    /// More than every worker's even share is good enough.
    private static let excessGood = 1.02
    /// A split must gain so much of the whole, or it is not worth its decodes.
    private static let gainLeast = 0.005

    /// A chunk's units, as the ranges of renditions that each makes, and their lengths.
    private struct Parting {
        var cuts: [Range<Int>]
        var seconds: [Double]
    }

    /// For each chunk, from the upper rungs to the lower ones.
    func groups() -> [[[VideoRendition]]] {
        let whole = video.chunks.map { parting($0, [0..<video.renditions.count]) }
        let chosen = workers > 1 && video.renditions.count > 1 ? best(whole) : whole
        return chosen.map { $0.cuts.map { Array(video.renditions[$0]) } }
    }

    /// Tries ever more partings, first in two, then into single rungs, until the end is even.
    private func best(_ whole: [Parting]) -> [Parting] {
        let least = Makespan.ideal(lengths(whole), workers: workers)
        var best = (partings: whole, seconds: makespan(whole))
        guard best.seconds > least * EncodeGrouping.excessGood else { return whole }
        let order = whole.indices.sorted {
            let (left, right) = (whole[$0].seconds[0], whole[$1].seconds[0])
            return (UnitLength.rounded(left), $0) > (UnitLength.rounded(right), $1)
        }
        var current = whole
        for level in [halved, single] {
            let base = current
            var parted = current
            for (number, index) in order.enumerated() {
                parted[index] = level(video.chunks[index])
                guard EncodeGrouping.isTried(number + 1, of: order.count) else { continue }
                let seconds = makespan(parted)
                if seconds < best.seconds * (1 - EncodeGrouping.gainLeast) {
                    best = (parted, seconds)
                }
                if seconds <= least * EncodeGrouping.excessGood { return best.partings }
            }
            current = parted.indices.map {
                parted[$0].cuts.count > base[$0].cuts.count ? parted[$0] : base[$0]
            }
        }
        return best.partings
    }

    /// Few partings are tried one by one, and many by eighths more.
    private static func isTried(_ count: Int, of all: Int) -> Bool {
        guard count > 8, count < all else { return true }
        var tried = 8
        while tried < count { tried += max(1, tried / 8) }
        return tried == count
    }

    private func makespan(_ partings: [Parting]) -> Double {
        Makespan(lengths(partings), workers: workers).seconds
    }

    private func lengths(_ partings: [Parting]) -> [Double] {
        partings.flatMap(\.seconds) + besides
    }

    /// In two of like cost.
    private func halved(_ chunk: Chunk) -> Parting {
        let count = video.renditions.count
        let whole = parting(chunk, [0..<count])
        let pairs = (1..<count).map { parting(chunk, [0..<$0, $0..<count]) }.filter(isWorthwhile)
        return pairs.min { ($0.seconds.max() ?? 0) < ($1.seconds.max() ?? 0) } ?? whole
    }

    /// Each rung by itself, but for small ones, which stay together.
    private func single(_ chunk: Chunk) -> Parting {
        let count = video.renditions.count
        var cuts: [Range<Int>] = []
        var start = 0
        for end in 1...count where end == count || isWorthwhile(parting(chunk, [start..<end])) {
            cuts.append(start..<end)
            start = end
        }
        if cuts.count > 1, let last = cuts.last, !isWorthwhile(parting(chunk, [last])) {
            cuts.removeLast(2)
            cuts.append((cuts.last?.upperBound ?? 0)..<count)
        }
        return parting(chunk, cuts)
    }

    private func isWorthwhile(_ parting: Parting) -> Bool {
        parting.seconds.allSatisfy { $0 >= NominalCost.unitSecondsMinimum }
    }

    private func parting(_ chunk: Chunk, _ cuts: [Range<Int>]) -> Parting {
        Parting(
            cuts: cuts,
            seconds: cuts.map {
                model.encode(chunk, Array(video.renditions[$0]), video).estimate.cpuSeconds
            })
    }
}
