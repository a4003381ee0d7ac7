/// The table of targets, filled from what a bench measured. Pure.
///
/// They are meant for the profile `web`, two minutes of ordinary film, and two workers on two cores; of anything else they
/// are told all the same.
enum BenchTargets {
    static func rows(_ report: BenchReport) -> [BenchTarget] {
        let plain = report.rivals.first { $0.settings.preset != nil }
        let same = report.rivals.first { $0.settings.preset == nil }
        let equal = best(plain?.equalQuality)
        var rows = [
            BenchTarget(
                name: "CPU-seconds against ffmpeg with a plain preset, at equal quality",
                bound: .atMost(0.75), unit: .ratio, measured: equal?.cpuRatio,
                note: equal.map {
                    "by \($0.rival.metric.rawValue.uppercased()), against \(plain?.series.name ?? "")"
                } ?? "needs --compare ffmpeg --rival-preset medium"),
            BenchTarget(
                name: "CPU-seconds against ffmpeg, identical encoder settings",
                bound: .atMost(0.92), unit: .ratio, measured: same?.cpuRatio,
                note: same == nil ? "needs --compare ffmpeg" : "medians of all runs"),
            BenchTarget(
                name: "wall time against ffmpeg, identical encoder settings",
                bound: .atMost(0.92), unit: .ratio, measured: same?.wallRatio,
                note: same == nil
                    ? "needs --compare ffmpeg"
                    : "\(report.workers) workers on \(report.fingerprint.cores) cores"),
        ]
        rows += ourOwn(report)
        rows.append(
            BenchTarget(
                name: "seam cost: BD-rate against encodes in one piece", bound: .atMost(0.5),
                unit: .percent, measured: report.seamCost?.worstPercent,
                note: report.seamCost?.meanPercent.map {
                    "by SSIM, of the worst rendition; \(BenchTarget.Unit.percent.text($0)) in the mean"
                } ?? "needs --seam-cost"))
        return rows
    }

    private static func ourOwn(_ report: BenchReport) -> [BenchTarget] {
        let ours = report.series
        return [
            BenchTarget(
                name: "CPU time above decoding, scaling, encoding and muxing", bound: .atMost(2),
                unit: .percent, measured: ours.median { $0.split.overhead * 100 },
                note: "of all CPU time"),
            BenchTarget(
                name: "cores busy from the first lease to the last commit", bound: .atLeast(97),
                unit: .percent, measured: ours.median { $0.span.utilisation * 100 },
                note: "of \(min(report.workers, report.fingerprint.cores)) cores"),
            BenchTarget(
                name: "stitch, package and publish", bound: .atMost(1), unit: .seconds,
                measured: ours.median(\.finishingSeconds),
                note: "wall time with a lease of any of them"),
            BenchTarget(
                name: "violations of the buffer", bound: .atMost(0), unit: .count,
                measured: ours.median { $0.bufferViolations.map(Double.init) },
                note: "frames that are due before they have arrived, proven from the bytes"),
            BenchTarget(
                name: "bits that seams and the buffer cost", bound: .atMost(1), unit: .percent,
                measured: report.seamCost?.renditions.compactMap(\.bytesPercent).max(),
                note: report.seamCost == nil
                    ? "needs --seam-cost" : "at the profile's quality, of the worst rendition"),
            BenchTarget(
                name: "until a player can begin", bound: .none, unit: .seconds,
                measured: ours.median(\.firstPlayableSeconds),
                note: "needs a profile that publishes early"),
            BenchTarget(
                name: "until the output is ready", bound: .none, unit: .seconds,
                measured: ours.median(\.readySeconds), note: "from enqueueing on"),
        ]
    }

    /// VMAF says most of what people see; SSIM stands in for it.
    private static func best(_ ratios: [EqualQualityRatio]?) -> EqualQualityRatio? {
        ratios?.first { $0.rival.metric == .vmaf } ?? ratios?.first { $0.rival.metric == .ssim }
    }
}
