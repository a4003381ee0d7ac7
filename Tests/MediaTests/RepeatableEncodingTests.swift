import Foundation
import Glibc
import Testing
import TranscodeModel
import WorkerProtocol

@testable import Media

@Suite("Encoded bytes depend on nothing but the pictures", .serialized)
struct RepeatableEncodingTests {
    private static let frames = 50

    private func request(width: Int, height: Int) -> EncodeRequest {
        let grid = FrameGrid(
            rate: Rational(25), frames: Self.frames, origin: .zero, timescale: 25_000,
            ticksPerFrame: 1000)
        let chunk = Chunk(index: 0, frames: 0..<Self.frames, entryPoints: [])
        let plan = VideoPlan(
            streamIndex: 0, sourceTimeBase: Rational(1, 12_800), grid: grid, keyFrameInterval: 50,
            segmentFrames: 50, reorderFrames: 2,
            treatment: PictureTreatment(
                deinterlaces: false, toneMaps: false, orientation: .upright),
            color: ColorDescription(
                primaries: "bt709", transfer: "bt709", matrix: "bt709", isFullRange: false),
            renditions: [
                VideoRendition(
                    name: "v", width: width, height: height, codec: .h264, preset: "medium",
                    quality: 23, averageKilobitsPerSecond: 145, parameters: ["ref": "1"])
            ], chunks: [chunk])
        return EncodeRequest(
            plan: plan, timeBase: Rational(1, 12_800), chunk: chunk, renditions: plan.renditions)
    }

    /// Has the C library fill what it hands out, with the complement of a byte; 0 ends that.
    private func fillMemory(_ byte: Int32) throws {
        typealias Setting = @convention(c) (Int32, Int32) -> Int32
        let symbol = try #require(dlsym(nil, "mallopt"))
        // M_PERTURB, which the Glibc module leaves out.
        #expect(unsafeBitCast(symbol, to: Setting.self)(-6, byte) == 1)
    }

    /// Encodes while all memory that is allocated holds some byte at first.
    private func encode(
        _ bench: SoundBench, _ request: EncodeRequest, memory: Int32
    ) throws -> (WorkResult, Data) {
        try fillMemory(memory)
        defer { #expect(throws: Never.self) { try fillMemory(0) } }
        let name = "staged\(memory)"
        let result = try bench.staged(["clip.mp4"], as: name) { sources, staging in
            try EncodePipeline.run(
                request, limits: WorkerLimits(), reporter: ProgressReporter(descriptor: -1),
                source: sources[0], staging: staging)
        }
        return (result, try Data(contentsOf: bench.url(name)))
    }

    @Test(
        "whatever was in the memory that an encoder is given, it makes the same bytes",
        arguments: [(416, 234), (240, 136), (256, 144)])
    func memoryDoesNotMatter(width: Int, height: Int) throws {
        let bench = try SoundBench()
        try bench.ffmpeg(
            "-f", "lavfi", "-i", "testsrc2=size=\(width)x\(height):rate=25:duration=2", "-vf",
            "noise=alls=20:allf=t", "-c:v", "libx264", "-qp", "10", "clip.mp4")
        let request = request(width: width, height: height)
        let one = try encode(bench, request, memory: 85)
        let other = try encode(bench, request, memory: 170)
        #expect(one.1 == other.1 && !one.1.isEmpty)
        #expect(one.0.pieces == other.0.pieces)
        #expect(one.0.pieces.first?.buffer?.isAttainable == true)
    }
}
