/// Chooses where a video is cut, among the boundaries of its segments: the cheapest way from its start to its end, when
/// each chunk costs its beginning, the pictures that are decoded in vain before it, its seam, and how far it is from the
/// length to aim for.
///
/// All costs are seconds of video that could be encoded for them, in whole microseconds, so that every machine adds them up
/// to the same.
struct BoundaryChoice {
    /// Seconds of video in all, and in a segment.
    var length: Double
    var segment: Double
    /// Seconds to aim for.
    var aim: Double
    /// No chunk but the last is shorter.
    var shortest: Double
    /// No chunk is longer that starts near a key frame.
    var longest: Double
    /// What each chunk costs before its first picture is encoded.
    var startCost: Double
    /// What decoding a picture costs, as a share of encoding it.
    var decodeShare: Double
    /// For each boundary, from 0 on: seconds from the key frame before it.
    var preRolls: [Double]

    /// A chunk far from a key frame is made so long that decoding up to it costs at most this much of its encode: so
    /// cutting a source with one key frame costs half as much again at worst, and pays from two workers on.
    static let preRollShare = 0.5
    /// An encoder that begins anew knows nothing of what was before: 0.7 % of a chunk of ten seconds, and half of it where
    /// the scene changes, which is where encoders of sources put key frames.
    private static let seamCost = 0.07
    private static let seamCostAtKeyFrame = 0.035
    /// Of each second of a chunk twice as long as it should be, or half as long: twice this.
    private static let strayCost = 0.04
    /// Of a last chunk whose length is out of bounds: more than all the others can cost.
    private static let wrongLengthCost = 1_000_000.0
    /// A length that was divided and multiplied again is still the same.
    private var tolerance: Double { 1e-6 }
    /// Lengths that are tried from one boundary on.
    private static let lengthsMaximum = 64

    /// The number of the segment that each chunk but the first starts with, ascending.
    func starts() -> [Int] {
        let count = preRolls.count
        var cheapest = [Int64](repeating: 0, count: count)
        var next = [Int](repeating: count, count: count)
        for start in (0..<count).reversed() {
            let lengths = lengths(from: start)
            var best = cost(start, length - Double(start) * segment, lengths, isLast: true)
            for end in ends(start, lengths) {
                let total = cost(start, Double(end - start) * segment, lengths) + cheapest[end]
                if total < best {
                    best = total
                    next[start] = end
                }
            }
            cheapest[start] = best
        }
        var starts: [Int] = []
        var place = next.first ?? count
        while place < count {
            starts.append(place)
            place = next[place]
        }
        return starts
    }

    /// What a way costs in all; nil for one that has a chunk, other than its last, of a length that it must not have.
    func cost(of starts: [Int]) -> Int64? {
        var total: Int64 = 0
        for (start, end) in zip([0] + starts, starts.map { Optional($0) } + [nil]) {
            let lengths = lengths(from: start)
            guard let end else {
                return total
                    + cost(start, length - Double(start) * segment, lengths, isLast: true)
            }
            guard ends(start, lengths).contains(end) else { return nil }
            total += cost(start, Double(end - start) * segment, lengths)
        }
        return total
    }

    /// How long a chunk from there may be, in seconds.
    private func lengths(from start: Int) -> ClosedRange<Double> {
        let worthwhile = preRolls[start] * decodeShare / BoundaryChoice.preRollShare
        let least = max(shortest, worthwhile)
        return
            least...max(
                longest, 2 * worthwhile, (least / segment - tolerance).rounded(.up) * segment)
    }

    private func ends(_ start: Int, _ lengths: ClosedRange<Double>) -> StrideTo<Int> {
        let first = start + max(1, Int((lengths.lowerBound / segment - tolerance).rounded(.up)))
        let last = min(
            start + Int(lengths.upperBound / segment + tolerance), preRolls.count - 1)
        let step = max(1, (last - first) / BoundaryChoice.lengthsMaximum)
        return stride(from: first, to: last + 1, by: step)
    }

    private func cost(
        _ start: Int, _ seconds: Double, _ lengths: ClosedRange<Double>, isLast: Bool = false
    ) -> Int64 {
        // No chunk is empty; of one that was, the sums below are no numbers.
        guard seconds > tolerance else { return Int64(BoundaryChoice.wrongLengthCost * 1e6) }
        let aim = min(max(aim, lengths.lowerBound), lengths.upperBound)
        var cost =
            startCost + preRolls[start] * decodeShare
            + seconds * BoundaryChoice.strayCost * (seconds / aim + aim / seconds - 2)
        if start > 0 {
            cost +=
                preRolls[start] == 0
                ? BoundaryChoice.seamCostAtKeyFrame : BoundaryChoice.seamCost
        }
        if isLast {
            let excess = max(lengths.lowerBound - seconds, seconds - lengths.upperBound)
            if excess > tolerance { cost += BoundaryChoice.wrongLengthCost * (1 + excess / length) }
        }
        return Int64((cost * 1e6).rounded())
    }
}
