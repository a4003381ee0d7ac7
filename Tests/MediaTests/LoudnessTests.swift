import Foundation
import Testing
import TranscodeModel
import WorkerProtocol

@testable import Media

@Suite("Loudness: measured once, reached by one gain, as far as the peaks allow (EBU R 128)")
struct LoudnessTests {
    private static let target = LoudnessTarget(integrated: Rational(-16), truePeak: Rational(-1))

    /// What `ffmpeg` measures of the output, in LUFS.
    private func integrated(_ bench: SoundBench) throws -> Double {
        let lines = try bench.printed([
            "-i", "out.mp4", "-af",
            "ebur128=metadata=1,ametadata=print:key=lavfi.r128.I:file=-", "-f", "null", "-",
        ]).split(separator: "\n").filter { $0.hasPrefix("lavfi.r128.I=") }
        return try #require(lines.last.flatMap { Double($0.dropFirst(13)) })
    }

    private func rendition(_ codec: AudioCodec, channels: Int) -> AudioRendition {
        var rendition = SoundBench.rendition(
            codec: codec, channels: channels, seconds: Rational(6))
        rendition.loudness = Self.target
        // Coding takes away from noise: half a unit of it at 64 kbit/s a channel.
        rendition.kilobitsPerSecond = 128 * channels
        return rendition
    }

    @Test(
        "quiet and loud sources both come out within half a unit",
        arguments: [(0.02, 1), (0.02, 2), (0.6, 2), (0.1, 6)])
    func reached(amplitude: Double, channels: Int) throws {
        let bench = try SoundBench()
        try bench.ffmpeg(
            "-f", "lavfi", "-i", "anoisesrc=d=6:c=pink:r=48000:seed=7:a=\(amplitude)", "-ac",
            String(channels), "-c:a", "flac", "a.mkv")
        for codec in channels == 6 ? [AudioCodec.aac] : AudioCodec.allCases {
            let piece = try bench.encode("a.mkv", rendition(codec, channels: channels)).pieces[0]
            let record = try #require(piece.loudness)
            #expect(record.integratedThousandths + record.gainThousandths == -16_000)
            #expect(abs(try integrated(bench) + 16) <= 0.5)
        }
    }

    @Test("a click keeps a quiet track quiet: nothing is compressed, and it is said")
    func peaks() throws {
        let bench = try SoundBench()
        try bench.ffmpeg(
            "-f", "lavfi", "-i",
            "aevalsrc='0.01*sin(2*PI*500*t)+0.8*sin(2*PI*900*t)*between(t,3,3.01)':d=6:s=48000",
            "-c:a", "flac", "a.mkv")
        let result = try bench.encode("a.mkv", rendition(.aac, channels: 1))
        let record = try #require(result.pieces[0].loudness)
        let peak = try #require(record.truePeakThousandths)
        #expect(abs(peak + 1900) < 400)
        #expect(record.gainThousandths == -1000 - peak)
        #expect(result.warnings.count == 1 && result.warnings[0].contains("peaks allow"))
    }

    @Test(
        "silence, and sound too short to be measured, stay as they are",
        arguments: [
            "anullsrc=r=48000:cl=mono:d=6", "sine=frequency=700:sample_rate=48000:duration=0.2",
        ])
    func unmeasured(source: String) throws {
        let bench = try SoundBench()
        try bench.ffmpeg("-f", "lavfi", "-i", source, "-c:a", "flac", "a.mkv")
        var rendition = rendition(.aac, channels: 1)
        rendition.samples = 9600
        let result = try bench.encode("a.mkv", rendition)
        #expect(result.pieces[0].loudness?.gainThousandths == 0)
        #expect(result.warnings.count == 1 && result.warnings[0].contains("left as it is"))
    }

    @Test("the gain is a decision on whole numbers")
    func gain() {
        func gain(_ integrated: Int, _ peak: Int?) -> Int {
            LoudnessRecord.gain(
                integratedThousandths: integrated, truePeakThousandths: peak, target: Self.target)
        }
        #expect(gain(-23_000, -9000) == 7000)
        #expect(gain(-23_000, -4500) == 3500)
        #expect(gain(-10_000, 200) == -6000)
        #expect(gain(-15_000, 500) == -1500)
        #expect(gain(-70_000, -60_000) == 0)
        #expect(gain(-30_000, nil) == 0)
    }
}
