import Foundation
import Testing
import TranscodeModel
import WorkerProtocol

@testable import Media

/// Sound is heard when the source says, whatever the container, the codec and the track's start.
struct SoundPipelineTests {
    /// A 1 kHz tone from second 1 to second 3 of four.
    private static let tone =
        "aevalsrc='0.5*sin(2*PI*1000*t)*between(t,1,3)':d=4:s=48000:c=stereo"

    /// AAC spreads a start over a few milliseconds.
    private func expectNear(
        _ sample: Int?, seconds: Double, rate: Int, _ location: SourceLocation = #_sourceLocation
    ) {
        let time = sample.map { Double($0) / Double(rate) }
        #expect(
            time != nil && abs(time! - seconds) < 0.004, "\(time ?? -1) s", sourceLocation: location
        )
    }

    @Test(arguments: [
        (["-c:a", "pcm_s16le"], "a.wav"), (["-c:a", "pcm_s16le", "-ar", "11025"], "a.avi"),
        (["-c:a", "flac", "-ar", "44100"], "a.mkv"), (["-c:a", "aac", "-ar", "22050"], "a.mp4"),
        (["-c:a", "aac"], "a.ts"), (["-c:a", "libmp3lame", "-ar", "44100"], "a.mp3"),
        (["-c:a", "ac3", "-ac", "6"], "a.mp4"), (["-c:a", "libvorbis"], "a.ogg"),
        (["-c:a", "libopus"], "a.webm"),
        (["-c:a", "pcm_mulaw", "-ar", "8000", "-ac", "1"], "a.mov"),
    ])
    func toneStaysInPlace(settings: [String], name: String) throws {
        let bench = try SoundBench()
        try bench.ffmpeg(["-f", "lavfi", "-i", Self.tone] + settings + [name])
        // What one plain decode of the source gives is the truth: some codecs and containers add a
        // delay of their own.
        let start = try bench.firstTime(name)
        let source = Loudness(try bench.decoded(name, rate: 48_000))
        let (onset, end) = (try #require(source.onset()), try #require(source.end()))
        #expect(abs(onset - 48_000) < 3000 && abs(end - 3 * 48_000) < 3000)
        for codec in AudioCodec.allCases {
            let rendition = SoundBench.rendition(codec: codec, origin: start, seconds: Rational(4))
            let result = try bench.encode(name, rendition)
            #expect(result.warnings == [])
            let heard = Loudness(try bench.heard(rendition, result.pieces[0]))
            #expect(heard.samples.count == 4 * 48_000)
            expectNear(heard.onset(), seconds: Double(onset) / 48_000, rate: 48_000)
            expectNear(heard.end(), seconds: Double(end) / 48_000, rate: 48_000)
        }
    }

    @Test(arguments: [Rational(-7, 10), Rational(-1, 3), Rational(1, 3), Rational(7, 10)])
    func offsetsOfTheOriginAreKept(origin: Rational) throws {
        let bench = try SoundBench()
        try bench.ffmpeg("-f", "lavfi", "-i", Self.tone, "-c:a", "flac", "a.mkv")
        let rendition = SoundBench.rendition(rate: 44_100, origin: origin, seconds: Rational(5))
        let result = try bench.encode("a.mkv", rendition)
        let heard = Loudness(try bench.heard(rendition, result.pieces[0]))
        expectNear(heard.onset(), seconds: 1 - origin.approximation, rate: 44_100)
        expectNear(heard.end(), seconds: 3 - origin.approximation, rate: 44_100)
    }

    @Test(arguments: ["late.mp4", "late.mkv", "late.ts"])
    func lateTracksWaitInSilence(name: String) throws {
        let bench = try SoundBench()
        try bench.ffmpeg(
            "-f", "lavfi", "-i", "color=s=64x64:r=25:d=4", "-itsoffset", "1.5", "-f", "lavfi",
            "-i", "sine=frequency=1000:duration=2:sample_rate=48000", "-c:v", "libx264", "-c:a",
            "aac", name)
        let origin = try bench.firstTime(name)
        let rendition = SoundBench.rendition(origin: origin, seconds: Rational(4), stream: 1)
        let result = try bench.encode(name, rendition)
        let heard = Loudness(try bench.heard(rendition, result.pieces[0]))
        expectNear(heard.onset(), seconds: 1.5, rate: 48_000)
        expectNear(heard.end(), seconds: 3.5, rate: 48_000)
    }

    @Test func gapsAreFilledAndOverlapsAreCut() throws {
        let bench = try SoundBench()
        // A tone, a hole from 1 s to 2 s, and from 3 s on times that are 50 ms earlier.
        try bench.ffmpeg(
            "-f", "lavfi", "-i", "sine=frequency=1000:duration=5:sample_rate=48000", "-af",
            "asetnsamples=4800,aselect='not(between(t,0.95,1.95))',"
                + "asetpts='PTS-gte(T,2.95)*0.05/TB'", "-c:a", "pcm_s16le", "a.mkv")
        let rendition = SoundBench.rendition(seconds: Rational(6))
        let result = try bench.encode("a.mkv", rendition)
        let heard = Loudness(try bench.heard(rendition, result.pieces[0]))
        expectNear(heard.onset(), seconds: 0, rate: 48_000)
        expectNear(heard.end(before: 72_000), seconds: 1, rate: 48_000)
        expectNear(heard.onset(from: 72_000), seconds: 2, rate: 48_000)
        expectNear(heard.end(), seconds: 4.95, rate: 48_000)
    }

    @Test(arguments: AudioCodec.allCases)
    func fragmentsJoinAndTheBytesRepeat(codec: AudioCodec) throws {
        let bench = try SoundBench()
        try bench.ffmpeg("-f", "lavfi", "-i", Self.tone, "-c:a", "aac", "a.mp4")
        let rendition = SoundBench.rendition(codec: codec, channels: 1, seconds: Rational(151, 20))
        let piece = try bench.encode("a.mp4", rendition).pieces[0]
        let again = try bench.encode("a.mp4", rendition, as: "again.mp4").pieces[0]
        #expect(piece == again)
        let bytes = try Data(contentsOf: bench.url("out.mp4"))
        #expect(try bytes == Data(contentsOf: bench.url("again.mp4")))

        let (frame, priming) = codec == .aac ? (1024, 1024) : (960, 312)
        #expect(piece.name == "a1")
        #expect(piece.primingSamples == priming)
        #expect(piece.fragments.count == 4)
        var (offset, time) = (try #require(piece.initialization).end, Int64(0))
        for (index, fragment) in piece.fragments.enumerated() {
            #expect(fragment.extent.offset == offset)
            #expect(fragment.decodeTime == time)
            #expect(fragment.duration == Int64(fragment.samples * frame))
            offset = fragment.extent.end
            time += fragment.duration
            // Each segment but the last ends less than a codec frame after its two seconds.
            let over = time - Int64(priming) - Int64(96_000 * (index + 1))
            if index < 3 { #expect((0..<Int64(frame)).contains(over)) }
        }
        #expect(offset == Int64(bytes.count))
        #expect((0..<Int64(frame)).contains(time - Int64(priming + rendition.samples)))
    }

    @Test func damageIsCountedAndNotFatal() throws {
        let bench = try SoundBench()
        try bench.ffmpeg("-f", "lavfi", "-i", Self.tone, "-c:a", "ac3", "a.mp4")
        var bytes = try Data(contentsOf: bench.url("a.mp4"))
        for index in bytes.count / 2..<bytes.count / 2 + 4000 where index % 7 == 0 {
            bytes[index] ^= 0x5a
        }
        try bytes.write(to: bench.url("a.mp4"))
        let rendition = SoundBench.rendition(seconds: Rational(4))
        let result = try bench.encode("a.mp4", rendition)
        #expect(result.damage.contains { $0.kind == .decodeErrors && $0.streamIndex == 0 })
        #expect(result.damage.allSatisfy { $0.start == nil || $0.start! > Rational(3, 2) })
        #expect((1...2).contains(result.warnings.count))
        #expect(result.warnings.first?.hasPrefix("Sound a1: ") == true)
        let heard = Loudness(try bench.heard(rendition, result.pieces[0]))
        expectNear(heard.end(), seconds: 3, rate: 48_000)
    }

    @Test func whatIsNotThereIsRefused() throws {
        let bench = try SoundBench()
        try bench.ffmpeg(
            "-f", "lavfi", "-i", "color=s=64x64:r=25:d=1", "-c:v", "libx264", "silent.mp4")
        for stream in [0, 3] {
            let failure = #expect(throws: Failure.self) {
                try bench.encode(
                    "silent.mp4", SoundBench.rendition(seconds: Rational(1), stream: stream))
            }
            #expect(failure?.code == .sourceChanged)
        }
    }

    @Test func soundThatNeverDecodesIsAFailure() throws {
        let bench = try SoundBench()
        try bench.ffmpeg(
            "-f", "lavfi", "-i", Self.tone, "-c:a", "flac", "-frames:a", "20", "a.mkv")
        var bytes = try Data(contentsOf: bench.url("a.mkv"))
        // Every FLAC frame starts with this code; without it none can be decoded.
        while let sync = bytes.firstRange(of: Data([0xff, 0xf8])) {
            bytes.replaceSubrange(sync, with: [0, 0])
        }
        try bytes.write(to: bench.url("a.mkv"))
        let failure = #expect(throws: Failure.self) {
            try bench.encode("a.mkv", SoundBench.rendition(seconds: Rational(4)))
        }
        #expect(failure?.code == .undecodable)
        #expect(failure?.category == .permanent)
    }
}

extension SoundBench {
    /// The time of the first picture or sound that a plain decode gives.
    func firstTime(_ name: String) throws -> Rational {
        let lines = try ffprobe(
            "-select_streams", "0", "-show_entries", "frame=best_effort_timestamp_time", "-of",
            "csv=p=0", name)
        let first = try #require(lines.split(separator: "\n").first)
        let number = first.split(separator: ",")[0]
        let time = try #require(Decimal(string: String(number)))
        let micro = NSDecimalNumber(decimal: time * 1_000_000).int64Value
        return Rational(micro, 1_000_000)
    }
}
