import Foundation
import TranscodeModel

/// All that a bench measured, with what is needed to judge it.
struct BenchReport: Encodable {
    struct Input: Encodable {
        var name: String
        var bytes: Int64
        var seconds: Double
        var frames: Int
        /// Of the renditions, from the largest to the smallest.
        var renditions: [String]
    }

    var fingerprint: Fingerprint
    var inputs: [Input]
    var profile: String
    var workers: Int
    var warmUps: Int
    /// Seconds of video and frames of the grid in one run, over all inputs.
    var videoSeconds: Double
    var frames: Int
    /// Ours, with as many workers as were asked for.
    var series: BenchSeries
    var rivals: [BenchRival] = []
    var scaling: [ScalingPoint] = []
    var quality: [BenchQuality] = []
    var seamCost: SeamCost?
    /// Of the last run.
    var timeline: [UnitBar] = []
    var targets: [BenchTarget]?
    var warnings: [BenchWarning] = []

    /// Ours, then the rivals, then ours with other numbers of workers.
    var allSeries: [BenchSeries] {
        [series] + rivals.map(\.series)
            + scaling.map(\.series).filter { $0.workers != series.workers }
    }
}
