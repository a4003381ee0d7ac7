import Foundation
import TranscodeModel

/// Measures throughput: ours and a rival's in turns, so that what drifts on the machine meets both.
struct TranscodeBench {
    struct Options {
        var runs = 3
        /// Not counted; they fill the file cache and bring the processor to its pace.
        var warmUps = 1
        var workers: Int
        /// One process that does the same work.
        var rival: Program?
        /// Has the rival encode with a plain preset too, at three qualities.
        var rivalPreset: String?
        /// Measures quality by ffmpeg's filters; nil has a worker do it.
        var meter: QualityMeter?
        var measuresQuality = false
        /// With 1 to `workers` workers.
        var scales = false
        var measuresSeams = false
        var showsTargets = false
    }

    let settings: Settings
    let profile: Profile
    let options: Options
    let note: @Sendable (String) -> Void

    /// - Parameter load: of the machine, before anything was run.
    func run(_ videos: [String], load: [Double]) async throws -> BenchReport {
        var rounds = BenchRounds(
            videos: videos, rivals: rivals,
            judge: QualityJudge(settings: settings, meter: options.meter))
        let count = options.warmUps + options.runs
        for number in 0..<count {
            let isCounted = number >= options.warmUps
            for workers in workerCounts {
                note("run \(number + 1) of \(count), \(workers) workers")
                let place = try BenchWorkplace(
                    settings: settings, profile: profile, workers: workers)
                do {
                    let run = try await place.run(videos)
                    rounds.add(run, workers: workers, isCounted: isCounted)
                    if workers == options.workers {
                        try rounds.runRivals(run, place, isCounted: isCounted, note)
                        if number == count - 1 { try await finish(&rounds, run, place) }
                    }
                } catch {
                    try place.remove()
                    throw error
                }
                try place.remove()
            }
        }
        return try await report(rounds, load)
    }

    /// The most workers last, beside the rivals.
    private var workerCounts: [Int] {
        options.scales ? Array(1...options.workers) : [options.workers]
    }

    private var rivals: [FFmpegRival] {
        guard let program = options.rival else { return [] }
        return [nil, options.rivalPreset].enumerated()
            .filter { $0.offset == 0 || $0.element != nil }
            .map { FFmpegRival(program: program, settings: .init(preset: $0.element)) }
    }

    /// What is done once, with the outputs of the last run.
    private func finish(
        _ rounds: inout BenchRounds, _ run: BenchRun, _ place: BenchWorkplace
    ) async throws {
        rounds.keepLast(run)
        try rounds.readVersion(run)
        guard options.measuresQuality || options.rival != nil else { return }
        try await rounds.measureQuality(run, place, note)
    }

    private func report(_ rounds: BenchRounds, _ load: [Double]) async throws -> BenchReport {
        var fingerprint = try await Fingerprint.taken(
            settings, load: load, rival: options.rival, tool: options.meter?.program)
        fingerprint.x264 = rounds.x264
        if fingerprint.qualityTool == nil, !rounds.quality.isEmpty {
            fingerprint.qualityTool = "reelmill-worker"
        }
        var report = rounds.report(fingerprint, profile.name, options)
        if options.measuresSeams {
            report.seamCost = try await SeamCostBench(
                settings: settings, profile: profile, workers: options.workers, judge: rounds.judge
            ).run(rounds.videos, note)
        }
        report.warnings = BenchWarning.of(fingerprint, workers: options.workers)
        for series in report.allSeries {
            let name = series.workers.map { "\(series.name) with \($0)" } ?? series.name
            report.warnings += BenchWarning.of(name, series.samples)
        }
        report.warnings += rounds.unlikenesses + rounds.extrapolations(report)
        if options.showsTargets { report.targets = BenchTargets.rows(report) }
        return report
    }
}
