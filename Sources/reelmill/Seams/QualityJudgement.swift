import Foundation
import TranscodeModel
import WorkerProtocol

/// Whether pictures are worse at seams than elsewhere, and whether their colours are the source's.
///
/// Scenes differ in how well they code, so that a seam is compared with its own surroundings, and what is
/// usual between a window and its surroundings is taken from boundaries of groups inside chunks.
struct QualityJudgement {
    let plan: VideoPlan
    let rendition: String
    let frames: [PictureMeasurement]
    let windows: SeamWindows

    /// What a fall at one seam may have over what is usual: decibels, or deviations if these are more.
    static let fallDecibels = 2.0
    static let stepDecibels = 3.0
    static let deviations = 5.0
    /// What all seams together may have.
    static let meanDecibels = 1.0
    static let meanErrors = 4.0
    /// Beyond this, what is better cannot be seen.
    static let decibelsMaximum = 35.0
    /// How far the mean of a plane may be off in a whole chunk, and in one frame, in steps of eight bits.
    static let colorOfChunk: Float = 1
    static let colorOfFrame: Float = 6

    func faults() -> [SeamFault] {
        let qualities = frames.map { frame in
            min(
                QualityJudgement.decibelsMaximum,
                -10 * log10(max(1 - Double(frame.similarity), 1e-9)))
        }
        return falls(qualities) + steps(qualities) + all(qualities) + colors()
    }

    private func mean(_ qualities: [Double], _ span: Range<Int>) -> Double? {
        guard !span.isEmpty, span.lowerBound >= 0, span.upperBound <= qualities.count else {
            return nil
        }
        return Distribution.mean(qualities[span])
    }

    /// How much worse the frames next to a boundary are than those beyond them, on its worse side.
    private func fall(_ qualities: [Double], _ boundary: Int) -> Double? {
        let reach = windows.reach
        let sides = [
            (boundary..<boundary + reach, boundary + reach..<boundary + 2 * reach),
            (boundary - reach..<boundary, boundary - 2 * reach..<boundary - reach),
        ]
        // Where the scene changes on a side, its two windows show different things.
        return sides.compactMap { near, far in
            guard !hasCut(min(near.lowerBound, far.lowerBound), 2 * reach),
                let here = mean(qualities, near), let there = mean(qualities, far)
            else { return nil }
            return there - here
        }.max()
    }

    private func falls(_ qualities: [Double]) -> [SeamFault] {
        let usual = Distribution(windows.middles.compactMap { fall(qualities, $0) })
        let limit = limit(usual, QualityJudgement.fallDecibels)
        return windows.seams.compactMap { seam in
            guard let fall = fall(qualities, seam), fall > limit else { return nil }
            return fault(
                .quality, seam - windows.reach, seam + windows.reach - 1,
                "quality falls by \(Quantity.decimal(fall, 1)) dB at the seam before frame "
                    + "\(seam), against \(Quantity.decimal(limit, 1)) dB allowed")
        }
    }

    /// The difference of a boundary's two sides; nil where the source's scene changes there.
    private func step(_ qualities: [Double], _ boundary: Int) -> Double? {
        let reach = windows.reach
        guard !hasCut(boundary - reach, 2 * reach),
            let before = mean(qualities, boundary - reach..<boundary),
            let after = mean(qualities, boundary..<boundary + reach)
        else { return nil }
        return after - before
    }

    private func steps(_ qualities: [Double]) -> [SeamFault] {
        let usual = Distribution(windows.middles.compactMap { step(qualities, $0) })
        let limit = limit(usual, QualityJudgement.stepDecibels) - usual.median
        return windows.seams.compactMap { seam in
            guard let step = step(qualities, seam), abs(step - usual.median) > limit else {
                return nil
            }
            return fault(
                .quality, seam, seam,
                "quality steps by \(Quantity.decimal(step, 1)) dB at the seam before frame "
                    + "\(seam), in the middle of a scene")
        }
    }

    private func limit(_ usual: Distribution, _ decibels: Double) -> Double {
        // Too few to know what is usual.
        let least = usual.count < 4 ? 2 * decibels : decibels
        return usual.median + max(least, QualityJudgement.deviations * usual.deviation)
    }

    /// All seams together, where scenes even out.
    private func all(_ qualities: [Double]) -> [SeamFault] {
        func values(_ boundaries: [Int]) -> [Double] {
            boundaries.compactMap { fall(qualities, $0) }
        }
        let (seams, middles) = (values(windows.seams), values(windows.middles))
        guard seams.count >= 4, middles.count >= 4 else { return [] }
        func square(_ list: [Double]) -> Double {
            let mean = Distribution.mean(list)
            return list.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(list.count - 1)
                / Double(list.count)
        }
        let error = (square(seams) + square(middles)).squareRoot()
        let excess = Distribution.mean(seams) - Distribution.mean(middles)
        let limit = max(QualityJudgement.meanDecibels, QualityJudgement.meanErrors * error)
        guard excess > limit, let first = windows.seams.first else { return [] }
        return [
            fault(
                .quality, first, first,
                "all seams together fall by \(Quantity.decimal(excess, 2)) dB more than the middles "
                    + "of chunks, against \(Quantity.decimal(limit, 2)) dB allowed")
        ]
    }

    /// Whether the source changes much more between two frames of a span than it does within it.
    private func hasCut(_ first: Int, _ count: Int) -> Bool {
        let span = max(first, 0)..<min(first + count - 1, frames.count)
        guard !span.isEmpty else { return false }
        let steps = span.map { Double(frames[$0].steps[0]) }
        let usual = Distribution.quantile(steps, 0.5)
        return (steps.max() ?? 0) > 8 * usual + 20
    }

    private func colors() -> [SeamFault] {
        let names = ["brightness", "blue", "red"]
        return plan.chunks.compactMap { chunk in
            let members = chunk.frames.clamped(to: 0..<frames.count)
            for plane in 0..<3 where !members.isEmpty {
                let off = members.map { abs(frames[$0].offsets[plane]) }
                let mean = off.reduce(0, +) / Float(off.count)
                let most = off.max() ?? 0
                guard
                    mean > QualityJudgement.colorOfChunk || most > QualityJudgement.colorOfFrame
                else { continue }
                return fault(
                    .color, members.lowerBound, members.upperBound - 1,
                    "chunk \(chunk.index), frames \(members.lowerBound) to "
                        + "\(members.upperBound - 1): \(names[plane]) is off by "
                        + "\(Quantity.decimal(Double(mean), 2)) of 255 (at most "
                        + "\(Quantity.decimal(Double(most), 2)))")
            }
            return nil
        }
    }

    private func fault(
        _ kind: SeamFault.Kind, _ first: Int, _ last: Int, _ message: String
    ) -> SeamFault {
        SeamFault(
            kind: kind, rendition: rendition, startSeconds: plan.seconds(ofFrame: max(first, 0)),
            firstFrame: max(first, 0), lastFrame: last, message: message)
    }
}
