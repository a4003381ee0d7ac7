import ArtifactStore
import Foundation
import TranscodeModel
import WorkerHost
import WorkerProtocol

/// Measures finished renditions against their source: by a program with ffmpeg's filters, or where there is none by a
/// worker, which tells SSIM of luma alone.
struct QualityJudge {
    let settings: Settings
    let meter: QualityMeter?

    /// By rendition.
    func ours(
        _ output: BenchRun.Output, source: String
    ) async throws -> [String: Quality] {
        guard let video = output.plan.video else { return [:] }
        guard let meter else { return try await byWorker(output, video, source: source) }
        var found: [String: Quality] = [:]
        for rendition in video.renditions {
            found[rendition.name] = try meter.measure(
                output.track(rendition.name), rendition: rendition, plan: video, source: source)
        }
        return found
    }

    private func byWorker(
        _ output: BenchRun.Output, _ video: VideoPlan, source: String
    ) async throws -> [String: Quality] {
        let measurement = SeamMeasurement(
            workerExecutable: WorkerLocation.find(override: settings.workerPath),
            limits: settings.limits, sandbox: settings.sandbox, directory: output.path,
            plan: output.plan, source: try SourceFile.open(absolute(source)))
        let measured = try await measurement.pictures(video)
        return Dictionary(
            zip(video.renditions, measured.renditions).map { rendition, frames in
                let mean = Distribution.mean(frames.map { Double($0.similarity) })
                return (rendition.name, Quality(ssim: mean))
            }
        ) { first, _ in first }
    }
}
