import TranscodeModel
import WorkerProtocol

/// Which source picture each frame shows.
///
/// On the line from the source's picture n to its picture n + k, frame n lies at t = (e₀ − eₖ + d) ÷ 2d, with its
/// errors e and the distance d between the two: at 0 it is picture n, at 1 it is picture n + k.
struct OrderJudgement {
    let plan: VideoPlan
    let rendition: String
    let frames: [PictureMeasurement]

    /// From here on a frame is taken for its neighbour.
    static let placeMinimum: Float = 0.75
    /// Pictures less apart than this mean square of blocks, or than this many times the coding error, cannot be
    /// told apart: an encoder may rightly leave so small a change out.
    static let distanceMinimum: Float = 1
    static let distanceInErrors: Float = 2
    /// A frame with this share of the source's variance in error, beyond an allowance, shows something else.
    static let strangeShare: Float = 0.1
    static let strangeAllowance: Float = 25

    /// How far off the picture of each frame is; nil where that cannot be told.
    private var shifts: [Int?] { frames.indices.map(shift) }

    var indistinct: Int { shifts.count { $0 == nil } }

    func faults() -> [SeamFault] {
        let shifts = shifts
        var faults: [SeamFault] = []
        var number = 0
        while number < frames.count {
            if isStrange(frames[number]) {
                let end = end(of: number) { isStrange(frames[$0]) }
                faults.append(
                    fault(
                        .wrongPicture, number, end,
                        "\(span(number, end)) \(number == end ? "shows" : "show") no picture near "
                            + "\(number == end ? "its" : "their") own"))
                number = end + 1
                continue
            }
            guard let shift = shifts[number], shift != 0 else {
                number += 1
                continue
            }
            // Swapped across a pair, or else a run that shows times off by as much.
            if shift == 1, number + 1 < frames.count, shifts[number + 1] == -1 {
                faults.append(
                    fault(
                        .swapped, number, number + 1,
                        "frames \(number) and \(number + 1) stand in each other's place"))
                number += 2
                continue
            }
            let last = lastOfRun(from: number, shift, shifts)
            faults.append(run(number, last, shift))
            number = last + 1
        }
        return faults
    }

    /// The last frame of a run with one shift; frames that cannot be told belong to it when it goes on after.
    private func lastOfRun(from start: Int, _ shift: Int, _ shifts: [Int?]) -> Int {
        var last = start
        var number = start + 1
        while number < shifts.count, shifts[number] == nil || shifts[number] == shift {
            if shifts[number] == shift { last = number }
            number += 1
        }
        return last
    }

    private func run(_ first: Int, _ last: Int, _ shift: Int) -> SeamFault {
        let far = abs(shift) == PictureMeasurement.reach ? " or more" : ""
        let chunk = plan.chunks.first { $0.frames.contains(first) }
        if let chunk, first - chunk.frames.lowerBound <= 1, chunk.frames.upperBound - last <= 4,
            last > first
        {
            return fault(
                .shifted, first, last,
                "chunk \(chunk.index), \(span(first, last)), is \(abs(shift))\(far) "
                    + (abs(shift) == 1 ? "frame " : "frames ") + (shift > 0 ? "early" : "late"))
        }
        let shown = first + shift
        if shift > 0 {
            return fault(
                .dropped, first, last,
                "the picture of frame \(first) is dropped: \(span(first, last)) "
                    + "\(first == last ? "shows" : "show") that of \(shift)\(far) later")
        }
        return fault(
            .doubled, first, last,
            "the picture of frame \(shown) is shown again: \(span(first, last)) "
                + "\(first == last ? "shows" : "show") that of \(-shift)\(far) before")
    }

    private func shift(_ number: Int) -> Int? {
        let frame = frames[number]
        guard let own = frame.error(0) else { return 0 }
        let reach = PictureMeasurement.reach
        let candidates = (-reach...reach).compactMap { offset in
            frame.error(offset).map { (offset: offset, error: $0) }
        }
        guard let best = candidates.min(by: { $0.error < $1.error }) else { return 0 }
        let least = max(
            OrderJudgement.distanceMinimum, OrderJudgement.distanceInErrors * best.error)
        if best.offset != 0, let distance = distance(number, best.offset), distance >= least {
            let place = (own - best.error + distance) / (2 * distance)
            if place >= OrderJudgement.placeMinimum { return best.offset }
        }
        let isDistinct = [-1, 1].allSatisfy { (distance(number, $0) ?? .infinity) >= least }
        return isDistinct ? 0 : nil
    }

    /// Between the source's pictures of two frames.
    private func distance(_ number: Int, _ offset: Int) -> Float? {
        let first = min(number, number + offset)
        guard frames.indices.contains(first), offset != 0 else { return nil }
        let value = frames[first].steps[abs(offset) - 1]
        return value < 0 ? nil : value
    }

    private func isStrange(_ frame: PictureMeasurement) -> Bool {
        let limit =
            OrderJudgement.strangeShare * frame.variance + OrderJudgement.strangeAllowance
        return frame.errors.allSatisfy { $0 < 0 || $0 > limit }
    }

    private func end(of start: Int, while holds: (Int) -> Bool) -> Int {
        var end = start
        while end + 1 < frames.count, holds(end + 1) { end += 1 }
        return end
    }

    private func span(_ first: Int, _ last: Int) -> String {
        first == last ? "frame \(first)" : "frames \(first) to \(last)"
    }

    private func fault(
        _ kind: SeamFault.Kind, _ first: Int, _ last: Int, _ message: String
    ) -> SeamFault {
        SeamFault(
            kind: kind, rendition: rendition, startSeconds: plan.seconds(ofFrame: first),
            firstFrame: first, lastFrame: last, message: message)
    }
}
