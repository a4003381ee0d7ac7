import ArgumentParser
import Foundation
import Node
import TranscodeModel

struct Bench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measure throughput on sample footage, or the ledger.",
        discussion: """
            EXAMPLES:
              reelmill bench
              reelmill bench talk.mov --runs 3 --compare ffmpeg
              reelmill bench ledger --json
            """,
        subcommands: [
            BenchTranscode.self, BenchLedger.self, BenchCatalogue.self, BenchPlanner.self,
        ],
        defaultSubcommand: BenchTranscode.self)
}

struct BenchTranscode: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "transcode",
        abstract: "Measure throughput on sample footage, beside one ffmpeg process if asked.",
        discussion: """
            Every run starts with an empty ledger and store below TMPDIR, enqueues all inputs at once \
            and works them off. Warm-up runs are not counted; every other run's raw numbers are kept. \
            The comparison makes the same renditions with the same encoder options in one ffmpeg \
            process, with as many threads as it likes, and without images, manifests and checks.

            EXAMPLES:
              reelmill bench
              reelmill bench talk.mov --profile web --workers 2 --runs 5
              reelmill bench talk.mov --runs 3 --compare ffmpeg --json
              reelmill bench ledger --markdown
            """)

    enum Rival: String, ExpressibleByArgument, CaseIterable { case ffmpeg }

    @Argument(
        help: "Videos; a test pattern of 30 s when there are none.", completion: .file())
    var inputs: [String] = []
    @OptionGroup var profile: ProfileOption
    @OptionGroup var workers: WorkersOption
    @OptionGroup var sandbox: SandboxOption
    @Option(help: "Runs to measure.")
    var runs = 3
    @Option(help: "Runs before them that are not counted.")
    var warmUps = 0
    @Option(help: "Do the same work with another program, and measure the quality of both.")
    var compare: Rival?
    @OptionGroup var format: JSONOption

    func validate() throws {
        guard runs >= 1, warmUps >= 0 else {
            throw ValidationError("--runs must be at least 1, and --warm-ups at least 0")
        }
    }

    func run() async throws {
        let settings = try Settings.resolve(
            profile: profile.profile, workers: workers.workers,
            sandbox: sandbox.sandbox)
        let resolved = try ProfileLoading.load(settings.profile)
        let rival = try compare.map { _ in
            guard let program = Program(named: "ffmpeg") else {
                throw CommandFault(.usage, "--compare ffmpeg: there is no ffmpeg in PATH")
            }
            return program
        }
        let place = try BenchWorkplace(
            settings: settings, profile: resolved, workers: settings.workers)
        do {
            var videos = inputs
            if videos.isEmpty {
                videos = [place.folder + "/sample.mp4"]
                try SampleClip.make(at: videos[0])
            }
            let report = try await measure(videos, settings, resolved, rival)
            if format.json {
                try Console.printJSON("bench", report)
            } else {
                Console.print(report.text)
            }
        } catch {
            try place.remove()
            throw error
        }
        try place.remove()
    }

    private func measure(
        _ videos: [String], _ settings: Settings, _ profile: Profile, _ rival: Program?
    ) async throws -> BenchReport {
        var samples: [BenchSample] = []
        var plans: [Plan] = []
        var rivalSamples: [BenchSample] = []
        var commands: [[String]] = []
        var quality: [BenchReport.Quality] = []
        for number in 0..<(warmUps + runs) {
            let place = try BenchWorkplace(
                settings: settings, profile: profile, workers: settings.workers)
            Console.note("reelmill: run \(number + 1) of \(warmUps + runs)")
            let sample: BenchSample
            do { (sample, plans) = try await place.run(videos) } catch {
                try place.remove()
                throw error
            }
            if number >= warmUps { samples.append(sample) }
            guard let rival else {
                try place.remove()
                continue
            }
            let made = try compared(videos, plans, rival, place)
            commands = made.map(\.arguments)
            if number >= warmUps { rivalSamples.append(BenchSample(sum: made.map(\.sample))) }
            if number == warmUps + runs - 1 {
                quality = try measureQuality(videos, plans, rival, place)
            }
            try place.remove()
        }
        let wall = Spread(samples.map(\.wallSeconds))
        let cpu = Spread(samples.map(\.cpuSeconds))
        let seconds = plans.reduce(0) { $0 + $1.duration.approximation }
        let cores = ProcessInfo.processInfo.activeProcessorCount
        return BenchReport(
            machine: BenchReport.Machine(
                processor: Processor.name, cores: cores, memoryBytes: Machine.memoryBytes),
            inputs: videos, profile: profile.name, workers: settings.workers, warmUps: warmUps,
            videoSeconds: seconds, frames: plans.reduce(0) { $0 + ($1.video?.grid.frames ?? 0) },
            samples: samples, wall: wall, cpu: cpu, realtimeFactor: seconds / wall.median,
            utilisation: Spread(samples.map { $0.utilisation(cores: cores) }).median,
            comparison: rivalSamples.isEmpty
                ? nil
                : BenchReport.Comparison(
                    program: "ffmpeg", commands: commands, samples: rivalSamples,
                    wallRatio: wall.median / Spread(rivalSamples.map(\.wallSeconds)).median,
                    cpuRatio: cpu.median / Spread(rivalSamples.map(\.cpuSeconds)).median,
                    byteRatio: Double(samples[0].trackBytes) / Double(rivalSamples[0].trackBytes)),
            quality: quality)
    }

    private func compared(
        _ videos: [String], _ plans: [Plan], _ rival: Program, _ place: BenchWorkplace
    ) throws -> [(arguments: [String], sample: BenchSample)] {
        try zip(videos, plans).enumerated().map { index, pair in
            let folder = place.folder + "/ffmpeg/\(index)"
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true)
            let arguments = FFmpegComparison.arguments(pair.1, source: pair.0, folder: folder)
            let sample = try FFmpegComparison(program: rival).run(arguments, folder: folder)
            return (arguments, sample)
        }
    }

    private func measureQuality(
        _ videos: [String], _ plans: [Plan], _ rival: Program, _ place: BenchWorkplace
    ) throws -> [BenchReport.Quality] {
        let meter = QualityMeasurement(program: rival)
        var quality: [BenchReport.Quality] = []
        for (index, (source, plan)) in zip(videos, plans).enumerated() {
            guard let video = plan.video else { continue }
            for rendition in video.renditions {
                Console.note("reelmill: measuring the quality of \(rendition.name)")
                let ours = try meter.measure(
                    place.track(index, rendition.name, plan), rendition: rendition, plan: video,
                    source: source)
                let theirs = try meter.measure(
                    place.folder + "/ffmpeg/\(index)/\(rendition.name).mp4", rendition: rendition,
                    plan: video, source: source)
                quality.append(
                    BenchReport.Quality(
                        input: (source as NSString).lastPathComponent, rendition: rendition.name,
                        ssim: ours.ssim, psnr: ours.psnr, comparedSSIM: theirs.ssim,
                        comparedPSNR: theirs.psnr))
            }
        }
        return quality
    }
}
