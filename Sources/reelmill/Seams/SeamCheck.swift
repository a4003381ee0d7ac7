import ArtifactStore
import Foundation
import Packager
import TranscodeModel
import WorkerHost
import WorkerProtocol

/// Compares a published output with its source around every seam.
struct SeamCheck {
    private let workerExecutable: String
    private let limits: SourceLimits
    private let sandbox: SandboxPolicy

    init(_ settings: Settings) {
        workerExecutable = WorkerLocation.find(override: settings.workerPath)
        limits = settings.limits
        sandbox = settings.sandbox
    }

    /// Fails when there is no receipt, or the file is not the receipt's source.
    func report(output: String, source path: String) async throws -> SeamReport {
        let start = ContinuousClock.now
        let directory = absolute(output)
        let receipt = try PublishedOutput.open(directory).receipt
        let source = try SourceFile.open(absolute(path))
        try limits.requireBytes(source.byteCount, name: path)
        let digest = try source.hash()
        guard digest == receipt.source.sha256 else {
            throw CommandFault(
                .usage,
                "\(path): this is not the source of \(output): its SHA-256 is \(digest), and the receipt "
                    + "has \(receipt.source.sha256) (\(receipt.source.name)). Name the file that was "
                    + "transcoded.")
        }
        let plan = receipt.plan
        guard plan.packaging != .images, plan.video != nil || !plan.audio.isEmpty else {
            throw CommandFault(
                .usage, "\(output): it has no pictures in motion and no sound, so it has no seams.")
        }
        let measurement = SeamMeasurement(
            workerExecutable: workerExecutable, limits: limits, sandbox: sandbox,
            directory: directory, plan: plan, source: source)
        async let pictures = pictureVerdicts(measurement, plan)
        async let sounds = soundVerdicts(measurement, plan)
        let (seen, heard) = (try await pictures, try await sounds)
        return SeamReport(
            output: output, source: path, pictures: seen.0, sounds: heard.0,
            warnings: seen.1 + heard.1,
            seconds: Double((ContinuousClock.now - start) / .milliseconds(1)) / 1000)
    }

    private func pictureVerdicts(
        _ measurement: SeamMeasurement, _ plan: Plan
    ) async throws -> ([PictureVerdict], [String]) {
        guard let video = plan.video else { return ([], []) }
        let measured = try await measurement.pictures(video)
        let verdicts = zip(video.renditions, measured.renditions).map { rendition, numbers in
            PictureJudgement(plan: video, rendition: rendition.name, frames: numbers).verdict()
        }
        return (verdicts, measured.warnings)
    }

    private func soundVerdicts(
        _ measurement: SeamMeasurement, _ plan: Plan
    ) async throws -> ([SoundVerdict], [String]) {
        var verdicts: [SoundVerdict] = []
        var warnings: [String] = []
        for rendition in plan.audio {
            let boundaries = SoundBoundaries(rendition, video: plan.video)
            let measured = try await measurement.sound(rendition, windows: boundaries.windows)
            verdicts.append(
                SoundJudgement(
                    rendition: rendition, boundaries: boundaries, blocks: measured.blocks,
                    lags: measured.lags
                ).verdict())
            warnings += measured.warnings
        }
        return (verdicts, warnings)
    }
}
