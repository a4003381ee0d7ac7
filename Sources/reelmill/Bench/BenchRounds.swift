import Foundation
import TranscodeModel

/// What the runs of a bench leave, gathered round by round.
struct BenchRounds {
    let videos: [String]
    let rivals: [FFmpegRival]
    let judge: QualityJudge
    /// Ours, by number of workers.
    private var samples: [Int: [BenchSample]] = [:]
    /// By rival.
    private var rivalSamples: [[BenchSample]]
    private var rivalRuns: [FFmpegRival.Run] = []
    /// Of the last run of ours.
    private var last: BenchRun?
    private(set) var x264: String?
    private(set) var quality: [BenchQuality] = []
    /// Of the rival with a plain preset: an encode at each of its settings.
    private var ladder: [LadderPoint] = []

    init(videos: [String], rivals: [FFmpegRival], judge: QualityJudge) {
        self.videos = videos
        self.rivals = rivals
        self.judge = judge
        rivalSamples = rivals.map { _ in [] }
    }

    mutating func add(_ run: BenchRun, workers: Int, isCounted: Bool) {
        if isCounted { samples[workers, default: []].append(run.sample) }
    }

    mutating func keepLast(_ run: BenchRun) { last = run }

    mutating func runRivals(
        _ run: BenchRun, _ place: BenchWorkplace, isCounted: Bool, _ note: (String) -> Void
    ) throws {
        rivalRuns = []
        for (index, rival) in rivals.enumerated() {
            note(rival.name)
            let made = try rival.run(
                videos, run.outputs, in: place.folder + "/rival-\(index)")
            if isCounted { rivalSamples[index].append(made.sample) }
            rivalRuns.append(made)
        }
    }

    mutating func readVersion(_ run: BenchRun) throws {
        for output in run.outputs {
            guard let rendition = output.plan.video?.renditions.first, rendition.codec == .h264
            else { continue }
            x264 = try Fingerprint.x264Version(in: output.track(rendition.name))
            return
        }
    }

    /// Of ours, of each rival, and of the one with a plain preset at two more settings.
    mutating func measureQuality(
        _ run: BenchRun, _ place: BenchWorkplace, _ note: (String) -> Void
    ) async throws {
        quality = []
        for (index, output) in run.outputs.enumerated() {
            note("measuring the quality of \(BenchRounds.name(videos[index]))")
            let found = try await judge.ours(output, source: videos[index])
            for rendition in output.plan.video?.renditions ?? [] {
                guard let ours = found[rendition.name] else { continue }
                quality.append(
                    BenchQuality(
                        input: BenchRounds.name(videos[index]), rendition: rendition.name,
                        entries: [
                            .init(
                                series: "reelmill", bytes: output.bytes[rendition.name] ?? 0,
                                quality: ours)
                        ]))
            }
        }
        for (rival, made) in zip(rivals, rivalRuns) {
            note("measuring the quality of \(rival.name)")
            let point = try measured(rival, made, run)
            enter(point, rival.name)
            guard rival.settings.preset != nil else { continue }
            ladder = [point]
            try measureLadder(rival, run, place, note)
        }
    }

    private mutating func measureLadder(
        _ rival: FFmpegRival, _ run: BenchRun, _ place: BenchWorkplace, _ note: (String) -> Void
    ) throws {
        for offset in BenchRounds.offsets(run) {
            let shifted = rival.shifted(by: offset)
            let name = "\(rival.name) \(offset > 0 ? "+" : "−")\(abs(offset))"
            note("\(name): for equal quality")
            let folder = place.folder + "/rival-at-\(offset)"
            let made = try shifted.run(videos, run.outputs, in: folder)
            let point = try measured(shifted, made, run)
            ladder.append(point)
            enter(point, name)
            try FileManager.default.removeItem(atPath: folder)
        }
    }

    /// From the profile's own quality: near enough that curves between them are nearly straight.
    private static func offsets(_ run: BenchRun) -> [Int] {
        let codec = run.outputs.first?.plan.video?.renditions.first?.codec
        return codec == .av1 ? [-4, 4] : [-2, 2]
    }

    private mutating func enter(_ point: LadderPoint, _ series: String) {
        for (index, rendition) in point.renditions.enumerated()
        where quality.indices.contains(index) {
            quality[index].entries.append(
                .init(series: series, bytes: rendition.bytes, quality: rendition.quality))
        }
    }

    private func measured(
        _ rival: FFmpegRival, _ made: FFmpegRival.Run, _ run: BenchRun
    ) throws -> LadderPoint {
        guard let meter = judge.meter else {
            throw CommandFault(.usage, "a rival's quality cannot be measured without ffmpeg")
        }
        var renditions: [LadderPoint.Rendition] = []
        var setting = 0.0
        for (index, output) in run.outputs.enumerated() {
            guard let video = output.plan.video else { continue }
            for rendition in video.renditions {
                let file = made.file(index, rendition.name)
                setting = Double(rendition.quality + rival.settings.qualityOffset)
                renditions.append(
                    LadderPoint.Rendition(
                        name: BenchRounds.key(index, rendition.name),
                        pixels: rendition.width * rendition.height * video.grid.frames,
                        bytes: try FFmpegComparison.bytes(of: file),
                        quality: try meter.measure(
                            file, rendition: rendition, plan: video, source: videos[index])))
            }
        }
        return LadderPoint(
            setting: setting, cpuSeconds: made.sample.cpuSeconds, renditions: renditions)
    }

    private static func name(_ path: String) -> String { (path as NSString).lastPathComponent }

    private static func key(_ index: Int, _ rendition: String) -> String { "\(index) \(rendition)" }
}

extension BenchRounds {
    func report(
        _ fingerprint: Fingerprint, _ profile: String, _ options: TranscodeBench.Options
    ) -> BenchReport {
        guard let last, let own = samples[options.workers] else {
            preconditionFailure("a bench has a run that counts")
        }
        let seconds = last.videoSeconds
        func series(_ workers: Int, _ samples: [BenchSample]) -> BenchSeries {
            BenchSeries(
                "reelmill", workers: workers, samples, videoSeconds: seconds,
                cores: fingerprint.cores)
        }
        let ours = series(options.workers, own)
        var report = BenchReport(
            fingerprint: fingerprint, inputs: inputs(last), profile: profile,
            workers: options.workers, warmUps: options.warmUps, videoSeconds: seconds,
            frames: last.frames, series: ours)
        for (index, rival) in rivals.enumerated() {
            var entry = BenchRival(
                BenchSeries(
                    rival.name, commands: rivalRuns[index].commands, rivalSamples[index],
                    videoSeconds: seconds, cores: fingerprint.cores), rival.settings, ours: ours)
            if rival.settings.preset != nil { entry.equalQuality = equalQuality(entry, ours, last) }
            report.rivals.append(entry)
        }
        if options.scales {
            report.scaling = ScalingPoint.points(
                samples.sorted { $0.key < $1.key }.map { series($0.key, $0.value) })
        }
        report.quality = quality
        report.timeline = last.bars
        return report
    }

    private func inputs(_ run: BenchRun) -> [BenchReport.Input] {
        zip(videos, run.outputs).map { path, output in
            BenchReport.Input(
                name: BenchRounds.name(path), bytes: output.sourceBytes,
                seconds: output.plan.duration.approximation,
                frames: output.plan.video?.grid.frames ?? 0,
                renditions: (output.plan.video?.renditions ?? []).map {
                    "\($0.name) \($0.width)×\($0.height)"
                } + output.plan.audio.map(\.name))
        }
    }

    private func equalQuality(
        _ rival: BenchRival, _ ours: BenchSeries, _ run: BenchRun
    ) -> [EqualQualityRatio] {
        var targets: [String: Quality] = [:]
        var pictureBytes: Int64 = 0
        var number = 0
        for (index, output) in run.outputs.enumerated() {
            for rendition in output.plan.video?.renditions ?? []
            where quality.indices.contains(number) {
                targets[BenchRounds.key(index, rendition.name)] =
                    quality[number].entries.first?.quality
                pictureBytes += output.bytes[rendition.name] ?? 0
                number += 1
            }
        }
        var points = ladder
        // The one that was run as often as ours has a median.
        if !points.isEmpty { points[0].cpuSeconds = rival.series.cpu.median }
        return QualityMetric.allCases.compactMap { metric in
            EqualQuality(metric: metric, ours: targets, rival: points).map {
                EqualQualityRatio(
                    rival: $0, cpuRatio: ours.cpu.median / $0.cpuSeconds,
                    byteRatio: Double(pictureBytes) / $0.bytes)
            }
        }
    }

    /// Inputs of which ours and a rival's encodes are not alike.
    var unlikenesses: [BenchWarning] {
        guard !rivals.isEmpty, let last else { return [] }
        return zip(videos, last.outputs).compactMap { path, output in
            BenchWarning.unlike(BenchRounds.name(path), output.plan)
        }
    }

    func extrapolations(_ report: BenchReport) -> [BenchWarning] {
        report.rivals.flatMap { rival in
            (rival.equalQuality ?? []).flatMap { ratio in
                ratio.rival.renditions.filter(\.isExtrapolated).map {
                    BenchWarning(
                        kind: .extrapolated,
                        message: "\(rival.series.name): its settings do not reach our "
                            + "\(ratio.rival.metric.rawValue.uppercased()) of rendition \($0.name), "
                            + "so that what it takes for that is extrapolated.")
                }
            }
        }
    }
}
