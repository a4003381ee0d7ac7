import CPicture
import Foundation
import SeededRandom
import Testing
import TranscodeModel
import WorkerProtocol

@testable import Media

/// A rung's bytes are the source's, the treatment's and its own doing; no other rung has a part in them.
struct ScalingTests {
    private static let color = ColorDescription(
        primaries: "bt709", transfer: "bt709", matrix: "bt709", isFullRange: false)

    private static func rung(_ width: Int, _ height: Int, rate: Int = 800) -> VideoRendition {
        VideoRendition(
            name: "v\(height)", width: width, height: height, codec: .h264, preset: "ultrafast",
            quality: 30, averageKilobitsPerSecond: rate, parameters: [:])
    }

    /// The source's own size, one that is no halving of it, two that are, and one below them.
    private static let ladder = [
        rung(320, 192), rung(240, 144), rung(160, 96), rung(80, 48), rung(72, 42),
    ]

    private static func plan(_ renditions: [VideoRendition], frames: Int = 24) -> VideoPlan {
        VideoPlan(
            streamIndex: 0, sourceTimeBase: Rational(1, 12_800),
            grid: FrameGrid(
                rate: Rational(25), frames: frames, origin: .zero, timescale: 12_800,
                ticksPerFrame: 512), keyFrameInterval: 12, segmentFrames: 12, reorderFrames: 2,
            treatment: PictureTreatment(
                deinterlaces: false, toneMaps: false, orientation: .upright),
            picture: PictureSize(width: 320, height: 192), color: color, renditions: renditions,
            chunks: [Chunk(index: 0, frames: 0..<frames, entryPoints: [])])
    }

    /// The bytes of each rung, made together.
    private func made(
        _ bench: SoundBench, _ source: String, _ renditions: [VideoRendition],
        only: String? = nil, as name: String
    ) throws -> [String: Data] {
        let plan = Self.plan(renditions)
        let result = try bench.staged([source], as: name) { sources, staging in
            try EncodePipeline.run(
                EncodeRequest(
                    plan: plan, timeBase: plan.sourceTimeBase, chunk: plan.chunks[0],
                    renditions: renditions, onlyRendition: only),
                limits: WorkerLimits(), reporter: ProgressReporter(descriptor: -1),
                source: sources[0], staging: staging)
        }
        let bytes = try Data(contentsOf: bench.url(name))
        var rungs: [String: Data] = [:]
        for piece in result.pieces {
            let extents = [piece.initialization].compactMap { $0 } + piece.fragments.map(\.extent)
            rungs[piece.name] = extents.reduce(into: Data()) {
                $0 += bytes[Int($1.offset)..<Int($1.end)]
            }
        }
        return rungs
    }

    private func makeClip(_ bench: SoundBench, _ name: String, _ filter: String) throws {
        try bench.ffmpeg(
            "-f", "lavfi", "-i", "testsrc2=s=320x192:r=25:d=1,\(filter)", "-c:v", "ffv1", name)
    }

    @Test func aRungHasTheSameBytesInEveryLadder() throws {
        let bench = try SoundBench()
        try makeClip(bench, "a.mkv", "format=yuv420p,setparams=colorspace=bt709:range=tv")
        let whole = try made(bench, "a.mkv", Self.ladder, as: "whole")
        #expect(Set(whole.keys) == ["v192", "v144", "v96", "v48", "v42"])
        #expect(Set(whole.values).count == 5)
        for rung in Self.ladder {
            #expect(try made(bench, "a.mkv", [rung], as: "alone")[rung.name] == whole[rung.name])
            let only = try made(bench, "a.mkv", Self.ladder, only: rung.name, as: "only")
            #expect(only == [rung.name: whole[rung.name]])
        }
        var other = Self.ladder
        other.remove(at: 2)
        other[0].quality = 40
        let changed = try made(bench, "a.mkv", other, as: "changed")
        #expect(changed["v192"] != whole["v192"])
        for name in ["v144", "v48", "v42"] { #expect(changed[name] == whole[name]) }
    }

    /// Pictures of another size or format than the plan's are brought to it on the way.
    @Test func theChainIsThePlansWhateverThePicturesAre() throws {
        let bench = try SoundBench()
        try makeClip(bench, "a.mkv", "scale=200x120,format=yuv444p")
        let whole = try made(bench, "a.mkv", Self.ladder, as: "whole")
        for rung in Self.ladder {
            #expect(try made(bench, "a.mkv", [rung], as: "alone")[rung.name] == whole[rung.name])
        }
    }

    /// The arithmetic of `reelmill_halve`, sample by sample.
    private func halved(_ plane: [UInt8], _ width: Int, _ height: Int) -> [UInt8] {
        let taps = [-1, -3, 8, 28, 28, 8, -3, -1]
        func sample(_ x: Int, _ y: Int) -> Int {
            Int(plane[min(max(y, 0), height - 1) * width + min(max(x, 0), width - 1)])
        }
        return (0..<height / 2).flatMap { y in
            (0..<width / 2).map { x in
                var sum = 0
                for across in 0..<8 {
                    var down = 0
                    for row in 0..<8 {
                        down += taps[row] * sample(2 * x - 3 + across, 2 * y - 3 + row)
                    }
                    sum += taps[across] * ((down + 16) >> 5)
                }
                return UInt8(min(max((sum + 64) >> 7, 0), 255))
            }
        }
    }

    @Test(arguments: [(4, 4), (8, 12), (36, 20), (132, 64), (644, 16)])
    func halvingIsTheSameOnEveryPath(width: Int, height: Int) {
        var random = SplitMix64(seed: UInt64(width))
        // Checkers of four samples swing furthest below black and above white, in one of their phases.
        var planes = (0..<64).map { phase in
            (0..<width * height).map { place -> UInt8 in
                let (x, y) = (place % width + phase % 8, place / width + phase / 8)
                return (x / 4 + y / 4) % 2 == 0 ? 0 : 255
            }
        }
        for extremes in [false, true] {
            let plane = (0..<width * height).map { _ -> UInt8 in
                let value = UInt8.random(in: 0...255, using: &random)
                return extremes ? (value < 128 ? 0 : 255) : value
            }
            planes.append(plane)
        }
        for plane in planes {
            let expected = halved(plane, width, height)
            for path in [reelmill_halve, reelmill_halve_rows] {
                var found = [UInt8](repeating: 7, count: width * height / 4)
                var scratch = [UInt16](repeating: 0, count: 2 * width + 64)
                path(plane, width, Int32(width), Int32(height), &found, width / 2, &scratch)
                #expect(found == expected)
            }
        }
    }
}
