import Sandbox
import TranscodeModel
import WorkerProtocol

/// What every worker does first and alike, done once in the process that workers are forked from. It starts no thread, opens
/// no media and no encoder.
public enum WorkerPreload {
    public static func perform() {
        LogSink.install()
        Sandbox.prepare()
        _ = LibraryCensus.describe()
        speak()
    }

    /// Writes and reads a message of each kind: at first use the runtime looks up every type and conformance.
    private static func speak() {
        let (encode, result) = (sampleEncode, WorkerEvent.result(sampleResult))
        do {
            for job in [
                WorkerJob.encode(encode), .describe, .probe(ProbeRequest(displayName: "a")),
            ] {
                var reader = FrameReader()
                reader.append(
                    try Framing.frame(WorkerRequest(job: job, limits: WorkerLimits())))
                _ = try reader.next(WorkerRequest.self)
            }
            let events = [
                result, .progress(WorkProgress(done: 1, bytes: 1)),
                .failure(Failure(.transient, .workerKilled, "a")),
                .confined(
                    Confinement(
                        noNewPrivileges: true, seccomp: true, landlock: 1,
                        limits: ConfinementLimits(
                            addressSpaceBytes: 1, cpuSeconds: 1, fileBytes: 1, openFiles: 1,
                            coreBytes: 0))),
            ]
            for event in events { _ = try Framing.frame(event) }
        } catch { preconditionFailure("a message of ours cannot be read: \(error)") }
    }

    private static var sampleEncode: EncodeRequest {
        let chunk = Chunk(index: 0, frames: 0..<1, entryPoints: [])
        let rendition = VideoRendition(
            name: "v2", width: 2, height: 2, codec: .h264, preset: "fast", quality: 23,
            averageKilobitsPerSecond: 1, parameters: ["ref": "1"])
        let plan = VideoPlan(
            streamIndex: 0, sourceTimeBase: Rational(1, 25),
            grid: FrameGrid(
                rate: Rational(25), frames: 1, origin: Rational(0), timescale: 25,
                ticksPerFrame: 1),
            keyFrameInterval: 1, segmentFrames: 1, reorderFrames: 0,
            treatment: PictureTreatment(
                deinterlaces: false, toneMaps: false, orientation: .upright),
            color: .unknown, renditions: [rendition], chunks: [chunk])
        return EncodeRequest(
            plan: plan, timeBase: plan.sourceTimeBase, chunk: chunk, renditions: [rendition])
    }

    private static var sampleResult: WorkResult {
        let fragment = Fragment(
            extent: Extent(offset: 0, length: 1), decodeTime: 0, duration: 1, samples: 1)
        return WorkResult(
            pieces: [
                Piece(
                    name: "v2", initialization: Extent(offset: 0, length: 1),
                    initializationDigest: nil, fragments: [fragment])
            ], stageCPUSeconds: ["encode": 1], warnings: ["a"],
            damage: [Damage(kind: .decodeErrors, streamIndex: 0, count: 1)])
    }
}
