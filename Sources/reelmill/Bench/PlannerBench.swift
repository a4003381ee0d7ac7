import ContentDigest
import Foundation
import Planner
import TranscodeModel

/// Plans a made-up film again and again.
struct PlannerBench {
    struct Report: Encodable {
        var hours: Int
        var workers: Int
        var frames = 0
        var chunks = 0
        var units = 0
        /// Seconds of wall time, the best of all runs.
        var indexSeconds = Double.infinity
        var planSeconds = Double.infinity
        var orderSeconds = Double.infinity
        var probe: ProbeBench.Report?

        var text: String {
            func milliseconds(_ seconds: Double) -> String {
                Quantity.decimal(seconds * 1000, 1) + " ms"
            }
            var lines = [
                "film     \(hours) h, \(frames) frames, for \(workers) workers: \(chunks) chunks, \(units) units",
                "index    \(milliseconds(indexSeconds)) to read it from JSON",
                "plan     \(milliseconds(planSeconds)), and \(milliseconds(orderSeconds)) for the order of units",
            ]
            if let probe { lines.append(probe.text) }
            return lines.joined(separator: "\n")
        }
    }

    let hours: Int
    let runs: Int
    let workers: Int
    let profile: Profile

    func run() throws -> Report {
        var report = Report(hours: hours, workers: workers)
        let data = try JSONEncoder().encode(index())
        let source = Digest.sha256("film")
        for _ in 0..<runs {
            var index: SourceIndex?
            report.indexSeconds = min(
                report.indexSeconds,
                try LedgerBenchTime.seconds {
                    index = try JSONDecoder().decode(SourceIndex.self, from: data)
                })
            guard let index else { continue }
            var plan: Plan?
            report.planSeconds = min(
                report.planSeconds,
                try LedgerBenchTime.seconds {
                    plan = try Planning.plan(
                        index: index, source: source, profile: profile,
                        context: PlanningContext(workers: workers))
                })
            guard let plan else { continue }
            report.orderSeconds = min(
                report.orderSeconds,
                LedgerBenchTime.seconds { _ = Planning.criticalSeconds(plan.units) })
            report.frames = plan.video?.grid.frames ?? 0
            report.chunks = plan.video?.chunks.count ?? 0
            report.units = plan.units.count
        }
        return report
    }

    /// Of a film as cameras make it.
    private func index() -> SourceIndex {
        let count = hours * 3600 * 30
        let ticks = (0..<Int64(count)).map { $0 * 3000 }
        var track = VideoTrack(
            streamIndex: 0, codec: "h264", pixelFormat: "yuv420p", bitDepth: 8, width: 1920,
            height: 1080, sampleAspect: .one, orientation: .upright,
            color: ColorDescription(
                primaries: "bt709", transfer: "bt709", matrix: "bt709", isFullRange: false),
            isInterlaced: false, timeBase: Rational(1, 90_000), averageFrameRate: Rational(30),
            frameTimes: TickRuns(ticks), lastFrameDuration: 3000,
            randomAccessPoints: stride(from: 0, to: count, by: 60).map {
                RandomAccessPoint(pts: ticks[$0], dts: ticks[$0], bytePosition: Int64($0) * 20_000)
            })
        // Some spans are harder than others.
        track.density = PacketDensity(
            spanTicks: 180_000, bytes: (0..<count / 60).map { 400_000 + Int64($0 % 97) * 10_000 })
        let sound = AudioTrack(
            streamIndex: 1, codec: "aac", sampleRate: 48_000, channels: 2, channelLayout: "stereo",
            language: "und", title: nil, isDefault: true, timeBase: Rational(1, 48_000),
            startTicks: 0, endTicks: Int64(hours) * 3600 * 48_000)
        return SourceIndex(
            container: "mov,mp4,m4a,3gp,3g2,mj2", byteCount: Int64(count) * 20_000, video: [track],
            audio: [sound], omitted: [], warnings: [])
    }
}
