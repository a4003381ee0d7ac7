import ArgumentParser
import Foundation
import TranscodeModel

struct BenchTranscode: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "transcode",
        abstract: "Measure throughput on sample footage, beside one ffmpeg process if asked.",
        discussion: """
            Every run starts with an empty ledger and store below TMPDIR, enqueues all inputs at once \
            and works them off. Warm-up runs are not counted; every other run's raw numbers are kept. \
            The comparison makes the same renditions with the same encoder options in one ffmpeg \
            process, in turns with ours, with as many threads as it likes, and without images, manifests \
            and checks. What each number means, and how it is measured: docs/bench.md.

            EXAMPLES:
              reelmill bench
              reelmill bench talk.mov --profile web --workers 2 --runs 5
              reelmill bench talk.mov --runs 3 --compare ffmpeg --json
              reelmill bench talk.mov --compare ffmpeg --rival-preset medium --targets --markdown
              reelmill bench talk.mov --scaling --timeline timeline.svg --csv
            """)

    enum Rival: String, ExpressibleByArgument, CaseIterable { case ffmpeg }

    @Argument(
        help: "Videos; three short ones of different kinds are made when there are none.",
        completion: .file())
    var inputs: [String] = []
    @OptionGroup var profile: ProfileOption
    @OptionGroup var workers: WorkersOption
    @OptionGroup var sandbox: SandboxOption
    @Option(help: "Runs to measure.")
    var runs = 3
    @Option(
        help: "Runs before them that are not counted. Default: 1, or 0 where one run is measured.")
    var warmUps: Int?
    @Option(help: "Do the same work with another program, and measure the quality of both.")
    var compare: Rival?
    @Option(
        help: ArgumentHelp(
            "With --compare: have it encode with this preset and nothing of ours too, and tell what it takes for our quality.",
            valueName: "preset"))
    var rivalPreset: String?
    @Flag(help: "Measure the quality of the renditions without a comparison, too.")
    var quality = false
    @Option(
        help: ArgumentHelp(
            "An ffmpeg to measure quality with, such as one with libvmaf. Default: that of PATH.",
            valueName: "path"), completion: .file())
    var qualityTool: String?
    @Flag(help: "Run with 1, 2 and so on up to --workers workers.")
    var scaling = false
    @Flag(help: "Measure what chunks cost in bits, by eight more encodes of each input.")
    var seamCost = false
    @Flag(help: "Hold what was measured against the project's targets.")
    var targets = false
    @Option(
        help: ArgumentHelp("Draw the last run: workers as rows, units as bars.", valueName: "svg"),
        completion: .file())
    var timeline: String?
    @Flag(help: "Print a page in Markdown.")
    var markdown = false
    @Flag(help: "Print the raw samples, a run a line.")
    var csv = false
    @OptionGroup var format: JSONOption

    func validate() throws {
        guard runs >= 1, warmUps ?? 0 >= 0 else {
            throw ValidationError("--runs must be at least 1, and --warm-ups at least 0")
        }
        guard [markdown, csv, format.json].count(where: { $0 }) <= 1 else {
            throw ValidationError("choose one of --json, --markdown and --csv")
        }
        guard rivalPreset == nil || compare != nil else {
            throw ValidationError("--rival-preset needs --compare ffmpeg")
        }
    }

    func run() async throws {
        let load = Fingerprint.load
        let settings = try Settings.resolve(
            profile: profile.profile, workers: workers.workers, sandbox: sandbox.sandbox)
        let resolved = try ProfileLoading.load(settings.profile)
        let bench = TranscodeBench(
            settings: settings, profile: resolved, options: try options(settings, resolved)
        ) { Console.note("reelmill: \($0)") }
        let place = try BenchWorkplace(settings: settings, profile: resolved, workers: 1)
        do {
            let videos =
                inputs.isEmpty
                ? try await SampleClip().makeAll(in: place.folder, settings, bench.note) : inputs
            let report = try await bench.run(videos, load: load)
            try draw(report)
            try print(report)
        } catch {
            try place.remove()
            throw error
        }
        try place.remove()
    }

    private func options(
        _ settings: Settings, _ profile: Profile
    ) throws -> TranscodeBench.Options {
        var options = TranscodeBench.Options(workers: settings.workers)
        options.runs = runs
        options.warmUps = warmUps ?? (runs > 1 ? 1 : 0)
        let installed = Program(named: "ffmpeg")
        if compare != nil {
            guard let installed else {
                throw CommandFault(.usage, "--compare ffmpeg: there is no ffmpeg in PATH")
            }
            options.rival = installed
        }
        if rivalPreset != nil, profile.video == nil {
            throw CommandFault(
                .usage, "--rival-preset: the profile \(profile.name) makes no pictures in motion.")
        }
        options.rivalPreset = rivalPreset
        options.measuresQuality = quality
        options.scales = scaling
        options.measuresSeams = seamCost
        options.showsTargets = targets
        if let qualityTool {
            guard let tool = Program(named: qualityTool) else {
                throw CommandFault(
                    .usage,
                    "--quality-tool \(qualityTool): there is no such program. Name an ffmpeg."
                )
            }
            options.meter = try QualityMeter(program: tool)
        } else if compare != nil || quality || seamCost {
            options.meter = try installed.map { try QualityMeter(program: $0) }
        }
        return options
    }

    private func draw(_ report: BenchReport) throws {
        guard let timeline else { return }
        let drawing = TimelineDrawing(
            title: "reelmill bench, profile \(report.profile), \(report.workers) workers: "
                + "\(report.inputs.map(\.name).joined(separator: ", "))",
            bars: report.timeline)
        do {
            try drawing.text.write(toFile: timeline, atomically: true, encoding: .utf8)
        } catch {
            throw CommandFault(
                .usage, "\(timeline): the drawing cannot be written. Choose another file.")
        }
    }

    private func print(_ report: BenchReport) throws {
        if format.json { return try Console.printJSON("bench", report) }
        Console.print(markdown ? report.markdown : csv ? report.csv : report.text)
        guard markdown || csv else { return }
        for warning in report.warnings { Console.note("reelmill: warning: \(warning.message)") }
    }
}
