import Foundation
import Testing
import TranscodeModel
import WorkerProtocol

@testable import Media

@Suite("Channels: mixed by the coefficients of ITU-R BS.775, never clipped, whatever their layout")
struct DownmixTests {
    /// The level of one channel of the output, relative to full scale.
    private func level(_ bench: SoundBench, channel: Int) throws -> Double {
        try bench.ffmpeg(
            "-i", "out.mp4", "-af", "pan=mono|c0=c\(channel),atrim=start=0.5:end=1.5", "-f",
            "f32le",
            "level.raw")
        let data = try Data(contentsOf: bench.url("level.raw"))
        let samples = data.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
        try #require(samples.count > 40_000)
        let power = samples.reduce(0.0) { $0 + Double($1 * $1) } / Double(samples.count)
        return (2 * power).squareRoot()
    }

    /// A tone in one channel of a layout, the others silent.
    private func make(_ bench: SoundBench, channel: Int, count: Int, layout: String) throws {
        let sources = (0..<count).map { $0 == channel ? "0.5*sin(2*PI*440*t)" : "0" }
        try bench.ffmpeg(
            "-f", "lavfi", "-i",
            "aevalsrc='\(sources.joined(separator: "|"))':c=\(layout):d=2:s=48000",
            "-c:a", "pcm_f32le", "a.mkv")
    }

    @Test(
        "5.1 to stereo: each channel has its share, and the low-frequency channel none",
        arguments: [
            (0, 0.4142, 0.0), (1, 0.0, 0.4142), (2, 0.2929, 0.2929), (3, 0.0, 0.0),
            (4, 0.2929, 0.0), (5, 0.0, 0.2929),
        ])
    func coefficients(channel: Int, left: Double, right: Double) throws {
        for layout in ["5.1", "5.1(side)"] {
            let bench = try SoundBench()
            try make(bench, channel: channel, count: 6, layout: layout)
            _ = try bench.encode("a.mkv", SoundBench.rendition(seconds: Rational(2)))
            #expect(abs(try level(bench, channel: 0) - left / 2) < 0.006, "\(layout)")
            #expect(abs(try level(bench, channel: 1) - right / 2) < 0.006, "\(layout)")
        }
    }

    @Test("full scale in all channels at once does not exceed full scale", arguments: [2, 6])
    func noClipping(channels: Int) throws {
        let bench = try SoundBench()
        let tone = Array(repeating: "0.99*sin(2*PI*440*t)", count: 8).joined(separator: "|")
        try bench.ffmpeg(
            "-f", "lavfi", "-i", "aevalsrc='\(tone)':c=7.1:d=2:s=48000", "-c:a", "pcm_f32le",
            "a.mkv")
        var rendition = SoundBench.rendition(channels: channels, seconds: Rational(2))
        rendition.kilobitsPerSecond = 128 * channels
        _ = try bench.encode("a.mkv", rendition)
        for channel in 0..<channels where channel != 3 {
            #expect(try level(bench, channel: channel) < 1.02)
            #expect(try level(bench, channel: channel) > 0.4)
        }
    }

    @Test("5.1 stays 5.1: every channel keeps its place", arguments: 0..<6)
    func kept(channel: Int) throws {
        let bench = try SoundBench()
        try make(bench, channel: channel, count: 6, layout: "5.1(side)")
        let rendition = SoundBench.rendition(channels: 6, seconds: Rational(2))
        _ = try bench.encode("a.mkv", rendition)
        for other in 0..<6 where other != 3 || channel != 3 {
            let found = try level(bench, channel: other)
            #expect(abs(found - (other == channel ? 0.5 : 0)) < 0.03, "\(channel) in \(other)")
        }
    }

    @Test(
        "every layout that a file may have is heard in both channels",
        arguments: [
            ("mono", 1), ("2.1", 3), ("3.0", 3), ("quad", 4), ("4.0", 4), ("5.0(side)", 5),
            ("6.1", 7), ("7.1(wide)", 8), ("hexagonal", 6), ("octagonal", 8), ("16c", 16),
            ("9c", 9), ("12c", 12),
        ])
    func oddLayouts(layout: String, count: Int) throws {
        let bench = try SoundBench()
        let tone = Array(repeating: "0.5*sin(2*PI*440*t)", count: count).joined(separator: "|")
        let name = layout.hasSuffix("c") ? "" : ":c=\(layout)"
        try bench.ffmpeg(
            "-f", "lavfi", "-i", "aevalsrc='\(tone)'\(name):d=2:s=48000", "-c:a", "pcm_s16le",
            "a.wav")
        for channels in [2, 6] {
            _ = try bench.encode(
                "a.wav", SoundBench.rendition(channels: channels, seconds: Rational(2)))
            let levels = try [0, 1].map { try level(bench, channel: $0) }
            // One channel in 5.1 is the centre.
            if channels == 6, count == 1 { continue }
            #expect(levels[0] > 0.1 && abs(levels[0] - levels[1]) < 0.03, "\(levels)")
        }
    }

    @Test("rates from the telephone's to a studio's", arguments: [8000, 22_050, 96_000, 192_000])
    func rates(rate: Int) throws {
        let bench = try SoundBench()
        try bench.ffmpeg(
            "-f", "lavfi", "-i", "aevalsrc='0.5*sin(2*PI*440*t)':d=2:s=\(rate)", "-c:a",
            "pcm_s16le", "a.wav")
        _ = try bench.encode(
            "a.wav", SoundBench.rendition(channels: 1, seconds: Rational(2)))
        #expect(abs(try level(bench, channel: 0) - 0.5) < 0.02)
    }

    @Test(
        "a track that changes its rate and its channels goes on in its place",
        arguments: [("aac", "44100", "1"), ("ac3", "44100", "6"), ("mp2", "32000", "1")])
    func changes(codec: String, rate: String, channels: String) throws {
        let bench = try SoundBench()
        // A beep at 1 s, and after the change, at 2 s, another at 3 s.
        let forms = [["-ar", "48000", "-ac", "2"], ["-ar", rate, "-ac", channels]]
        for (number, form) in forms.enumerated() {
            try bench.ffmpeg(
                [
                    "-f", "lavfi", "-i",
                    "aevalsrc='0.5*sin(2*PI*1000*t)*between(t,1,1.1)':d=2:s=48000", "-c:a", codec,
                ] + form + [
                    "-muxdelay", "0", "-muxpreload", "0", "-output_ts_offset",
                    String(1 + 2 * number), "\(number).ts",
                ])
        }
        let joined =
            try Data(contentsOf: bench.url("0.ts")) + Data(contentsOf: bench.url("1.ts"))
        try joined.write(to: bench.url("a.ts"))
        let rendition = SoundBench.rendition(
            origin: try bench.firstTime("a.ts"), seconds: Rational(4))
        let result = try bench.encode("a.ts", rendition)
        let heard = Loudness(try bench.heard(rendition, result.pieces[0]))
        for (from, due) in [(0, 1.0), (96_000, 3.0)] {
            let time = try #require(heard.onset(from: from).map { Double($0) / 48_000 })
            #expect(abs(time - due) < 0.030, "\(time) s where \(due) s is due")
        }
    }

    @Test(
        "what turns to noise in the middle is silence there, and the warning says from when to when"
    )
    func laterDamage() throws {
        let bench = try SoundBench()
        try bench.ffmpeg(
            "-f", "lavfi", "-i", "sine=frequency=700:sample_rate=48000:duration=6", "-c:a", "flac",
            "a.mkv")
        var bytes = try Data(contentsOf: bench.url("a.mkv"))
        var found = 0
        var place = bytes.startIndex
        // Every FLAC frame starts with this code; without it none can be decoded.
        while let sync = bytes[place...].firstRange(of: Data([0xff, 0xf8])) {
            found += 1
            if found > 30 { bytes.replaceSubrange(sync, with: [0, 0]) }
            place = sync.upperBound
        }
        try #require(found > 50)
        try bytes.write(to: bench.url("a.mkv"))
        let result = try bench.encode("a.mkv", SoundBench.rendition(seconds: Rational(8)))
        #expect(result.warnings.count == 1, "\(result.warnings)")
        // The errors themselves are told as damage, and not twice.
        #expect(result.damage.contains { $0.kind == .decodeErrors && $0.streamIndex == 0 })
        let gap = try #require(result.warnings.last)
        #expect(gap.hasPrefix("Sound a1: 1 gap ("), "\(gap)")
        // The track ends at 6 s, within its last packet: what is silent after that is no damage.
        let end = gap.split(separator: " ").dropLast().last.flatMap { Double($0) }
        #expect(end.map { $0 >= 6 && $0 < 6.1 } == true, "\(gap)")
    }
}
