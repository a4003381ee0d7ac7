import Foundation
import Planner
import Testing
import TranscodeModel
import WorkerProtocol

@testable import Media

/// Of a source's packets the probe tells whether they can be copied, and the worker copies none that are not as planned.
struct PictureCopyTests {
    private func make(_ bench: SoundBench, _ name: String, _ settings: String...) throws {
        try bench.ffmpeg(
            ["-f", "lavfi", "-i", "testsrc2=size=160x90:rate=24:duration=6"]
                + ["-c:v", "libx264", "-preset", "veryfast", "-crf", "30", "-bf", "3"] + settings
                + [name])
    }

    private func makeClosed(_ bench: SoundBench, _ name: String) throws {
        try make(bench, name, "-g", "48", "-keyint_min", "48", "-sc_threshold", "0")
    }

    private func index(_ bench: SoundBench, _ name: String) throws -> SourceIndex {
        _ = try bench.staged([name], as: "index") { sources, staging in
            try ProbePipeline.run(
                ProbeRequest(displayName: name), limits: WorkerLimits(),
                reporter: ProgressReporter(descriptor: -1), source: sources[0], staging: staging)
        }
        return try JSONDecoder().decode(
            SourceIndex.self, from: Data(contentsOf: bench.url("index")))
    }

    private func coded(_ bench: SoundBench, _ name: String) throws -> CodedPictures? {
        try index(bench, name).video.first?.coded
    }

    @Test func closedGroupsAreMeasured() throws {
        let bench = try SoundBench()
        try makeClosed(bench, "a.mp4")
        let coded = try #require(try coded(bench, "a.mp4"))
        #expect(coded.obstacle == nil && coded.reorderFrames == 2 && coded.isInRange)
        let sizes = try bench.ffprobe(
            "-select_streams", "v", "-show_entries", "packet=size", "-of", "csv=p=0", "a.mp4"
        ).split(separator: "\n").compactMap { Int32($0.prefix { $0.isNumber }) }
        #expect(sizes.count == 144 && coded.byteCount == sizes.reduce(0) { $0 + Int64($1) })
        #expect(coded.needs == CodedPictures.needs(sizes))
        // Stored otherwise, the pictures are the same.
        try bench.ffmpeg("-i", "a.mp4", "-c", "copy", "a.mkv")
        #expect(try self.coded(bench, "a.mkv") == coded)
    }

    @Test func whatCannotStandAsItIsHasAReason() throws {
        let bench = try SoundBench()
        try makeClosed(bench, "a.mp4")
        try bench.ffmpeg("-i", "a.mp4", "-c", "copy", "a.ts")
        #expect(try coded(bench, "a.ts")?.obstacle == .storage)
        try make(bench, "open.mp4", "-g", "24", "-x264-params", "open-gop=1")
        #expect(try coded(bench, "open.mp4")?.obstacle == .openGroups)
        try make(bench, "sets.mp4", "-g", "24", "-x264-params", "repeat-headers=1")
        #expect(try coded(bench, "sets.mp4")?.obstacle == .parameterSets)
        try make(bench, "wide.mp4", "-pix_fmt", "yuv444p")
        #expect(try coded(bench, "wide.mp4")?.obstacle == .profile)
        // What an edit list hides is decoded by players and shown by none.
        try bench.ffmpeg("-ss", "1", "-i", "a.mp4", "-c", "copy", "cut.mp4")
        #expect(try coded(bench, "cut.mp4")?.obstacle == .packets)
        try make(bench, "a.webm", "-c:v", "libvpx")
        #expect(try coded(bench, "a.webm") == nil)
    }

    /// The request that copies a file, by its plan.
    private func request(_ bench: SoundBench, _ name: String) throws -> EncodeRequest {
        let profile = Profile(
            name: "p", summary: "",
            video: {
                var video = VideoSettings(
                    codec: .h264, preset: "ultrafast", quality: 30,
                    ladder: [
                        Rung(lines: 90, averageKilobitsPerSecond: 800),
                        Rung(lines: 64, averageKilobitsPerSecond: 100),
                    ], frameRateMaximum: Rational(60), keyFrameIntervalSeconds: 2,
                    segmentDurationSeconds: 2, chunkDurationSeconds: 2, parameters: [:])
                video.passthrough = true
                return video
            }(), audio: nil, images: nil, packaging: .cmaf)
        let plan = try Planning.plan(
            index: index(bench, name), source: Digest(bytes: Array(repeating: 1, count: 32))!,
            profile: profile)
        let video = try #require(plan.video)
        #expect(video.renditions.first?.copied != nil, "\(plan.warnings)")
        return EncodeRequest(
            plan: video, timeBase: video.sourceTimeBase,
            chunk: try #require(video.chunks.dropFirst().first),
            renditions: Array(video.renditions.prefix(1)))
    }

    private func run(
        _ bench: SoundBench, _ request: EncodeRequest, _ name: String
    ) throws -> WorkResult {
        try bench.staged([name], as: "made.mp4") { sources, staging in
            try EncodePipeline.run(
                request, limits: WorkerLimits(), reporter: ProgressReporter(descriptor: -1),
                source: sources[0], staging: staging)
        }
    }

    @Test func aChunkIsItsPackets() throws {
        let bench = try SoundBench()
        try makeClosed(bench, "a.mp4")
        let request = try request(bench, "a.mp4")
        let made = try run(bench, request, "a.mp4")
        #expect(request.chunk.frames.lowerBound == 48 && made.pieces.count == 1)
        #expect(
            made.pieces[0].fragments.reduce(0) { $0 + $1.samples } == request.chunk.frames.count)
        #expect(made.pieces[0].fragments.first?.decodeTime == request.grid.ticks(of: 48))
        func packets(_ name: String) throws -> [String] {
            try bench.printed(["-i", name, "-map", "0:v", "-c", "copy", "-f", "framemd5", "-"])
                .split(separator: "\n").filter { !$0.hasPrefix("#") }
                .compactMap { $0.split(separator: " ").last.map(String.init) }
        }
        let all = try packets("a.mp4")
        #expect(try packets("made.mp4") == Array(all[request.chunk.frames]))
    }

    @Test func aSourceThatIsAnotherIsNotCopied() throws {
        let bench = try SoundBench()
        try makeClosed(bench, "a.mp4")
        var request = try request(bench, "a.mp4")
        func refused(_ name: String) -> Failure? {
            #expect(throws: Failure.self) { try run(bench, request, name) }
        }
        // Other key frames, other storage, fewer pictures.
        try make(bench, "b.mp4", "-g", "24")
        #expect(refused("b.mp4")?.code == .sourceChanged)
        try bench.ffmpeg("-i", "a.mp4", "-c", "copy", "a.ts")
        #expect(refused("a.ts")?.code == .sourceChanged)
        try bench.ffmpeg("-i", "a.mp4", "-c", "copy", "-frames:v", "60", "short.mp4")
        #expect(refused("short.mp4")?.code == .sourceChanged)
        // A plan that asks for what the file does not have.
        request.reorderFrames = 0
        #expect(refused("a.mp4")?.code == .sourceChanged)
        request = try self.request(bench, "a.mp4")
        request.keyFrameInterval = 24
        #expect(refused("a.mp4")?.code == .sourceChanged)
        request = try self.request(bench, "a.mp4")
        request.renditions += request.renditions
        #expect(refused("a.mp4")?.code == .internalFault)
    }
}
