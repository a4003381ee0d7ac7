import ArtifactStore
import Foundation
import Packager
import TranscodeModel
import WorkerHost
import WorkerProtocol

/// Has workers measure an output beside its source, and reads their numbers, none of which it believes unseen.
struct SeamMeasurement: Sendable {
    let workerExecutable: String
    let limits: SourceLimits
    let sandbox: SandboxPolicy
    let directory: String
    let plan: Plan
    let source: SourceFile

    /// What came of one worker.
    struct Pictures: Sendable {
        /// By rendition, in the plan's order, then by frame.
        var renditions: [[PictureMeasurement]]
        var warnings: [String]
    }

    struct Sound: Sendable {
        var blocks: [SoundMeasurement]
        var lags: [LagMeasurement]
        var warnings: [String]
    }

    func pictures(_ video: VideoPlan) async throws -> Pictures {
        var bare = video
        // A worker that compares does not need to know where the cuts are.
        bare.chunks = []
        let paths = video.renditions.map { path(ofTrack: $0.name) }
        let (result, bytes) = try await work(
            .comparePictures(PictureComparisonRequest(plan: bare)), tracks: paths,
            seconds: plan.duration.approximation * Double(paths.count))
        let count = video.grid.frames * video.renditions.count
        let numbers = try SeamMeasurement.numbers(
            bytes, count: count, of: PictureMeasurement.byteCount, PictureMeasurement.init(bytes:))
        let width = video.renditions.count
        return Pictures(
            renditions: (0..<width).map { rendition in
                stride(from: rendition, to: count, by: width).map { numbers[$0] }
            }, warnings: result.warnings)
    }

    func sound(_ rendition: AudioRendition, windows: [Int]) async throws -> Sound {
        let track = plan.audio.firstIndex { $0.name == rendition.name } ?? 0
        let isAlone = plan.packaging == .cmaf
        let (result, bytes) = try await work(
            .compareSound(
                SoundComparisonRequest(
                    rendition: rendition, track: isAlone ? 0 : track, windows: windows)),
            tracks: [path(ofTrack: rendition.name)], seconds: plan.duration.approximation)
        let lagBytes = windows.count * LagMeasurement.byteCount
        let blockBytes = bytes.count - lagBytes
        guard blockBytes >= 0, blockBytes % SoundMeasurement.byteCount == 0 else {
            throw SeamMeasurement.misconduct
        }
        return Sound(
            blocks: try SeamMeasurement.numbers(
                bytes.prefix(blockBytes), count: blockBytes / SoundMeasurement.byteCount,
                of: SoundMeasurement.byteCount, SoundMeasurement.init(bytes:)),
            lags: try SeamMeasurement.numbers(
                bytes.suffix(lagBytes), count: windows.count, of: LagMeasurement.byteCount,
                LagMeasurement.init(bytes:)), warnings: result.warnings)
    }

    private func path(ofTrack name: String) -> String {
        plan.packaging == .progressive
            ? directory + "/" + OutputLayout.progressivePath(plan)
            : directory + "/" + OutputLayout.trackPath(name, in: plan)
    }

    private func work(
        _ job: WorkerJob, tracks: [String], seconds: Double
    ) async throws -> (WorkResult, ArraySlice<UInt8>) {
        let files = try tracks.map { path in try SourceFile.open(path) }
        let scratch = try ScratchFile()
        let launch = WorkerLaunch(
            executable: workerExecutable,
            request: WorkerRequest(job: job, limits: WorkerLimits(limits)),
            inputs: [source.descriptor] + files.map(\.descriptor), staging: scratch.descriptor,
            limits: ProcessLimits(
                cpuSeconds: UInt64(max(3600, 20 * seconds)), wallSeconds: max(7200, 40 * seconds)),
            sandbox: sandbox)
        let outcome = await WorkerHost().run(launch) { _ in }
        withExtendedLifetime(files) {}
        let result = try outcome.result.get()
        return (result, [UInt8](try scratch.contents())[...])
    }

    private static func numbers<Value>(
        _ bytes: ArraySlice<UInt8>, count: Int, of length: Int,
        _ read: (ArraySlice<UInt8>) -> Value?
    ) throws -> [Value] {
        guard bytes.count == count * length else { throw misconduct }
        return try stride(from: bytes.startIndex, to: bytes.endIndex, by: length).map { start in
            guard let value = read(bytes[start..<start + length]) else { throw misconduct }
            return value
        }
    }

    private static let misconduct = Failure(
        .crashed, .workerProtocol,
        "The worker's measurements cannot be used: there are too few of them, or they are out of range. "
            + "Install node and worker from one build.")
}
