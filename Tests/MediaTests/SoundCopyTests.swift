import Foundation
import Planner
import Testing
import TranscodeModel
import WorkerProtocol

@testable import Media

/// Copied sound is the source's, sample by sample, at the times of the plan.
struct SoundCopyTests {
    private static let noise =
        "aevalsrc='0.4*sin(2*PI*(300+200*t)*t)|0.3*sin(2*PI*(900-100*t)*t)':s=48000:d=5"

    private func index(_ bench: SoundBench, _ name: String) throws -> SourceIndex {
        let result = try bench.staged([name], as: "index") { sources, staging in
            try ProbePipeline.run(
                ProbeRequest(displayName: name), limits: WorkerLimits(),
                reporter: ProgressReporter(descriptor: -1), source: sources[0], staging: staging)
        }
        #expect(result.pieces.count == 1)
        return try JSONDecoder().decode(
            SourceIndex.self, from: Data(contentsOf: bench.url("index")))
    }

    /// The rendition of the file's sound in a plan of sound alone, or beside pictures.
    private func rendition(
        _ bench: SoundBench, _ name: String, bitRate: Int = 256, pictures: Bool = false
    ) throws -> AudioRendition {
        var profile = Profile(
            name: "p", summary: "", video: nil,
            audio: AudioSettings(
                codec: .aac, kilobitsPerSecond: bitRate, tracksMaximum: 1, copies: true),
            images: nil, packaging: .cmaf)
        if pictures {
            profile.video = VideoSettings(
                codec: .h264, preset: "ultrafast", quality: 30,
                ladder: [Rung(lines: 64, averageKilobitsPerSecond: 100)],
                frameRateMaximum: Rational(60), keyFrameIntervalSeconds: 2,
                segmentDurationSeconds: 2, chunkDurationSeconds: 8, parameters: [:])
        }
        let plan = try Planning.plan(
            index: index(bench, name), source: Digest(bytes: Array(repeating: 1, count: 32))!,
            profile: profile)
        return try #require(plan.audio.first)
    }

    /// What is heard of the rendition when it is encoded: the source's samples, placed by another way.
    private func expectSame(
        _ bench: SoundBench, _ name: String, _ rendition: AudioRendition, edges: Int = 0
    ) throws {
        let copied = try #require(rendition.copied)
        let made = try bench.encode(name, rendition)
        #expect(made.warnings == [] && made.damage == [])
        #expect(made.pieces[0].primingSamples == copied.primingSamples)
        let heard = try bench.heard(rendition, made.pieces[0])
        #expect(heard.count == rendition.samples)
        var encoded = rendition
        encoded.copied = nil
        encoded.kilobitsPerSecond = 320
        let other = try bench.encode(name, encoded, as: "encoded.mp4")
        let expected = try bench.heard(encoded, other.pieces[0], from: "encoded.mp4")
        // Coded once more, but at the same times: shifted by a sample or two it would differ far more.
        func distance(_ lag: Int) -> Double {
            var sum = 0.0
            for place in stride(from: 4096 + edges, to: 4096 + edges + 60_000, by: 7) {
                let difference = heard[place + lag] - expected[place]
                sum += Double(difference * difference)
            }
            return sum
        }
        let distances = (-40...40).map { (lag: $0, value: distance($0)) }
        let best = distances.min { $0.value < $1.value }
        #expect(abs(best?.lag ?? 99) <= 2)
    }

    @Test(arguments: ["a.mp4", "a.mov", "a.mkv", "a.ts", "a.aac", "a.flv"])
    func aacIsCopiedFromEveryContainer(name: String) throws {
        let bench = try SoundBench()
        try bench.ffmpeg(
            "-f", "lavfi", "-i", Self.noise, "-c:a", "aac", "-b:a", "160k", name)
        try expectSame(bench, name, try rendition(bench, name))
    }

    @Test(arguments: ["a.mp4", "a.mkv", "a.ts"])
    func besidePicturesItStartsWhereTheyDo(name: String) throws {
        let bench = try SoundBench()
        try bench.ffmpeg(
            "-f", "lavfi", "-i", "testsrc2=s=64x64:r=25:d=6", "-itsoffset", "0.3", "-f", "lavfi",
            "-i", Self.noise, "-c:v", "libx264", "-c:a", "aac", "-b:a", "160k", name)
        let rendition = try rendition(bench, name, pictures: true)
        let copied = try #require(rendition.copied)
        // It starts late and ends early.
        #expect(copied.leadingFrames > 10 && copied.trailingFrames > 10)
        try expectSame(bench, name, rendition, edges: 48_000)
        let heard = try bench.heard(rendition, bench.encode(name, rendition).pieces[0])
        let start = Loudness(heard).onset()
        #expect(abs((start ?? 0) - 14_400) < 1500)
    }

    @Test func packetsBeforeThePicturesAreLeftOut() throws {
        let bench = try SoundBench()
        try bench.ffmpeg(
            "-itsoffset", "0.05", "-f", "lavfi", "-i", "testsrc2=s=64x64:r=25:d=5", "-f", "lavfi",
            "-i", Self.noise, "-c:v", "libx264", "-c:a", "aac", "-b:a", "160k", "a.mkv")
        let rendition = try rendition(bench, "a.mkv", pictures: true)
        let copied = try #require(rendition.copied)
        #expect(copied.packets.lowerBound > 0 && copied.leadingFrames == 0)
        try expectSame(bench, "a.mkv", rendition)
    }

    /// A cut without encoding keeps a second of packets that an edit list hides, and the cut is within one.
    @Test func whatAnEditListHidesStaysHidden() throws {
        let bench = try SoundBench()
        try bench.ffmpeg("-f", "lavfi", "-i", Self.noise, "-c:a", "aac", "-b:a", "160k", "a.mp4")
        try bench.ffmpeg("-ss", "1.2345", "-i", "a.mp4", "-c", "copy", "cut.mp4")
        let rendition = try rendition(bench, "cut.mp4")
        #expect(rendition.copied != nil)
        try expectSame(bench, "cut.mp4", rendition)
    }

    @Test func theSameBytesComeAgain() throws {
        let bench = try SoundBench()
        try bench.ffmpeg("-f", "lavfi", "-i", Self.noise, "-c:a", "aac", "-b:a", "160k", "a.mp4")
        let rendition = try rendition(bench, "a.mp4")
        let piece = try bench.encode("a.mp4", rendition).pieces[0]
        #expect(try bench.encode("a.mp4", rendition, as: "again.mp4").pieces[0] == piece)
        #expect(
            try Data(contentsOf: bench.url("out.mp4")) == Data(contentsOf: bench.url("again.mp4")))
        // The packets are the source's own.
        let sizes = "packet=size"
        func list(_ name: String) throws -> [String] {
            try bench.ffprobe(
                "-select_streams", "a", "-show_entries", sizes, "-of", "csv=p=0", name
            ).split(separator: "\n").map { String($0.prefix { $0 != "," }) }
        }
        #expect(try list("out.mp4") == list("a.mp4"))
    }

    @Test func whatIsNotPlainIsEncoded() throws {
        let bench = try SoundBench()
        try bench.ffmpeg("-f", "lavfi", "-i", Self.noise, "-c:a", "aac", "-b:a", "160k", "a.mkv")
        #expect(try rendition(bench, "a.mkv", bitRate: 96).copied == nil)
        try bench.ffmpeg("-i", "a.mkv", "-c:a", "libmp3lame", "mp3.mkv")
        #expect(try rendition(bench, "mp3.mkv").copied == nil)
        try bench.ffmpeg("-i", "a.mkv", "-c:a", "aac", "-ar", "32000", "slow.mkv")
        #expect(try rendition(bench, "slow.mkv").copied == nil)
        // A second of packets is missing.
        try bench.ffmpeg(
            "-i", "a.mkv", "-c", "copy", "-bsf:a", "noise=drop='between(n,100,147)'", "gap.mkv")
        #expect(try index(bench, "gap.mkv").audio.first?.coded == nil)
    }

    @Test func damageIsFoundAndEncodedAround() throws {
        let bench = try SoundBench()
        try bench.ffmpeg(
            "-f", "lavfi", "-i", Self.noise, "-c:a", "aac", "-b:a", "160k", "-movflags",
            "faststart", "a.mp4")
        let rendition = try rendition(bench, "a.mp4")
        #expect(rendition.copied != nil)
        var bytes = try Data(contentsOf: bench.url("a.mp4"))
        for index in bytes.count / 2..<bytes.count / 2 + 4000 where index % 7 == 0 {
            bytes[index] ^= 0x5a
        }
        try bytes.write(to: bench.url("a.mp4"))
        let made = try bench.encode("a.mp4", rendition)
        #expect(made.warnings.first?.contains("encoded and not copied") == true)
        #expect(made.pieces[0].primingSamples == 1024)
        #expect(!made.damage.isEmpty)
    }
}
