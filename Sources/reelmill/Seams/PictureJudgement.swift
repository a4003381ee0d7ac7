import Foundation
import TranscodeModel
import WorkerProtocol

/// What is said of one rendition's pictures. Qualities are in decibels: −10 log₁₀(1 − SSIM).
struct PictureVerdict: Encodable {
    var rendition: String
    var frames: Int
    var seams: Int
    var middles: Int
    /// Mean SSIM of the frames within a window of a seam, and of a boundary of groups inside a chunk.
    var seamSimilarity: Double
    var middleSimilarity: Double
    /// The frame least like its source.
    var worstFrame: Int
    var worstSimilarity: Double
    /// Frames whose neighbours in the source are too alike to tell one from the other.
    var indistinct: Int
    var faults: [SeamFault]
}

/// Judges one rendition from the numbers of a worker. Pure.
struct PictureJudgement {
    let plan: VideoPlan
    let rendition: String
    let frames: [PictureMeasurement]

    func verdict() -> PictureVerdict {
        let windows = SeamWindows(plan)
        let order = OrderJudgement(plan: plan, rendition: rendition, frames: frames)
        let quality = QualityJudgement(
            plan: plan, rendition: rendition, frames: frames, windows: windows)
        func near(_ boundaries: [Int]) -> [Double] {
            boundaries.flatMap { boundary in
                (boundary - windows.reach..<boundary + windows.reach)
                    .filter(frames.indices.contains).map { Double(frames[$0].similarity) }
            }
        }
        let worst = frames.indices.min { frames[$0].similarity < frames[$1].similarity } ?? 0
        let found = order.faults()
        return PictureVerdict(
            rendition: rendition, frames: frames.count, seams: windows.seams.count,
            middles: windows.middles.count, seamSimilarity: Distribution.mean(near(windows.seams)),
            middleSimilarity: Distribution.mean(near(windows.middles)), worstFrame: worst,
            worstSimilarity: frames.isEmpty ? 1 : Double(frames[worst].similarity),
            indistinct: order.indistinct, faults: found + quality.faults())
    }
}

extension VideoPlan {
    /// When a frame is shown, in seconds of the presentation.
    func seconds(ofFrame number: Int) -> Double {
        Double(grid.ticks(of: number)) / Double(grid.timescale)
    }
}
