import CLibAV
import Foundation
import Testing
import TranscodeModel
import WorkerProtocol

@testable import Media

/// The probe tells what a file really holds, by decoding the first of each stream, and what of it is damaged.
struct ProbeSalvageTests {
    private func index(_ bench: SoundBench, _ name: String) throws -> SourceIndex {
        let source = try FileHandle(forReadingFrom: bench.url(name))
        let staging = bench.url("index-\(UUID().uuidString)")
        _ = FileManager.default.createFile(atPath: staging.path, contents: nil)
        let output = try FileHandle(forUpdating: staging)
        _ = try ProbePipeline.run(
            ProbeRequest(displayName: name), limits: WorkerLimits(),
            reporter: ProgressReporter(descriptor: -1), source: source.fileDescriptor,
            staging: output.fileDescriptor)
        return try JSONDecoder().decode(SourceIndex.self, from: Data(contentsOf: staging))
    }

    private func makeStream(_ bench: SoundBench, _ name: String, _ more: String...) throws {
        let settings =
            [
                "-f", "lavfi", "-i", "testsrc2=size=160x90:rate=25:duration=8", "-f", "lavfi",
                "-i", "sine=frequency=440:sample_rate=48000:duration=8", "-c:v", "libx264",
                "-preset", "ultrafast", "-bf", "2", "-g", "25", "-c:a", "aac",
            ] + more + [name]
        try bench.ffmpeg(settings)
    }

    @Test("a recording whose halves are swapped has one jump, and lasts as long as before")
    func swappedHalves() throws {
        let bench = try SoundBench()
        try makeStream(bench, "whole.ts", "-output_ts_offset", "1000")
        let bytes = try Data(contentsOf: bench.url("whole.ts"))
        let half = bytes.count / 188 / 2 * 188
        // The second half, whose clock is ahead, and then the first: it jumps back by eight seconds.
        try (bytes[half...] + bytes[..<half]).write(to: bench.url("swapped.ts"))
        let track = try #require(try index(bench, "swapped.ts").video.first)
        #expect(track.clock.splices.count == 1)
        let times = track.frameTimes.expanded()
        let seconds = Double(times[times.count - 1] - times[0]) / 90_000
        #expect((6.5...8.2).contains(seconds))
        #expect(zip(times, times.dropFirst()).allSatisfy { $1 - $0 < 90_000 })
    }

    @Test("a stream without times is counted, and decoded from its start only")
    func counted() throws {
        let bench = try SoundBench()
        try makeStream(bench, "raw.h264", "-map", "0:v", "-f", "h264")
        let found = try index(bench, "raw.h264")
        let track = try #require(found.video.first)
        #expect(track.clock.isCounted)
        #expect(track.frameTimes.expanded() == Array(0..<200))
        #expect(track.timeBase == Rational(1, 25))
    }

    @Test("a capture that begins between key frames starts at its first picture")
    func withoutKeyFrame() throws {
        let bench = try SoundBench()
        try makeStream(bench, "whole.ts", "-mpegts_flags", "+resend_headers")
        let bytes = try Data(contentsOf: bench.url("whole.ts"))
        let packets = bytes.count / 188
        try bytes[(packets / 5 * 188)...].write(to: bench.url("cut.ts"))
        let found = try index(bench, "cut.ts")
        let track = try #require(found.video.first)
        let text = try bench.ffprobe(
            "-select_streams", "v:0", "-show_entries", "frame=pts", "-of", "csv=p=0", "cut.ts")
        let first = text.split { !$0.isNumber }.first.flatMap { Int64($0) }
        #expect(track.frameTimes.first == first)
        #expect(track.randomAccessPoints.first?.pts == first)
    }

    @Test("pictures that are held for long while sound goes on are no jump, and are read so")
    func longPicture() throws {
        let bench = try SoundBench()
        try bench.ffmpeg(
            "-f", "lavfi", "-i", "testsrc2=size=160x90:rate=25:duration=20", "-f", "lavfi",
            "-i", "sine=frequency=440:sample_rate=48000:duration=20", "-vf",
            "select='lt(t,2)+gt(t,17)'", "-fps_mode", "passthrough", "-c:v", "libx264", "-preset",
            "ultrafast", "-g", "25", "-bf", "0", "-c:a", "aac", "held.ts")
        let found = try index(bench, "held.ts")
        let track = try #require(found.video.first)
        #expect(found.warnings == [])
        #expect(track.clock.splices.isEmpty)
        let times = track.frameTimes.expanded()
        let longest = zip(times, times.dropFirst()).map { $1 - $0 }.max() ?? 0
        #expect((15 * 90_000...16 * 90_000).contains(longest))
        #expect(track.clock.stepMaximum == longest)
        #expect(try read(bench, "held.ts", track) == times)
        // Where no jumps were looked for, every step is believed; where they were, one that is too long is not.
        var told = track
        told.clock.stepMaximum = nil
        #expect(try read(bench, "held.ts", told) == times)
        told.clock.stepMaximum = longest - 1
        let doubted = try read(bench, "held.ts", told)
        #expect(doubted.count == times.count && doubted != times)
    }

    /// The times of all pictures, as a unit reads them.
    private func read(_ bench: SoundBench, _ name: String, _ track: VideoTrack) throws -> [Int64] {
        let source = try FileHandle(forReadingFrom: bench.url(name))
        var reader = try PictureComparison.reader(
            source.fileDescriptor, stream: track.streamIndex, clock: track.clock, WorkerLimits(),
            DamageLog(stream: track.streamIndex, timeBase: track.timeBase, policy: .strict))
        let frame = try Frame.allocate()
        var times: [Int64] = []
        while try reader.next(into: frame) { times.append(frame.pointer.pointee.pts) }
        withExtendedLifetime(source) {}
        return times
    }

    @Test("a damaged beginning is damage: what follows is used, and strict refuses it")
    func damagedBeginning() throws {
        let bench = try SoundBench()
        try makeStream(bench, "clip.mp4", "-movflags", "+faststart")
        let listed = try bench.ffprobe(
            "-select_streams", "v:0", "-show_entries", "packet=pos", "-of", "csv=p=0", "clip.mp4")
        let places = listed.split { !$0.isNumber }.compactMap { Int($0) }
        var bytes = try Data(contentsOf: bench.url("clip.mp4"))
        // The first second's packets claim units longer than they are (ISO/IEC 14496-15, 5.3.4.2).
        for place in places.prefix(25) {
            bytes.replaceSubrange(place..<place + 4, with: [0x7F, 0xFF, 0xFF, 0xFF])
        }
        try bytes.write(to: bench.url("clip.mp4"))
        let found = try index(bench, "clip.mp4")
        let track = try #require(found.video.first)
        #expect(track.frameTimes.count == 175)
        let damage = try #require(found.damage.first)
        #expect(found.damage.count == 1)
        #expect(damage.kind == .decodeErrors && damage.streamIndex == 0 && damage.count == 25)
        let first = Rational(try #require(track.frameTimes.first)) * track.timeBase
        #expect(try #require(damage.end) < first)
        // An undamaged clip has none, and neither has a capture that begins between key frames.
        try makeStream(bench, "whole.ts", "-mpegts_flags", "+resend_headers")
        #expect(try index(bench, "whole.ts").damage == [])
        let whole = try Data(contentsOf: bench.url("whole.ts"))
        try whole[(whole.count / 188 / 5 * 188)...].write(to: bench.url("cut.ts"))
        #expect(try index(bench, "cut.ts").damage.filter { $0.kind == .decodeErrors } == [])
    }

    @Test("of packets of one time one is where decoding may start: they are one frame")
    func onePoint() throws {
        var record = StreamSurvey.Record()
        record.times = [0, 0, 3600, 7200, 7200]
        record.timeBase = Rational(1, 90_000)
        record.points = [
            RandomAccessPoint(pts: 0, dts: 0, bytePosition: 188),
            RandomAccessPoint(pts: 0, dts: 0, bytePosition: 376),
            RandomAccessPoint(pts: 7200, dts: 7200, bytePosition: 940),
            RandomAccessPoint(pts: 7200, dts: 7200, bytePosition: 1128),
        ]
        let first = StreamTrial.FirstFrame(
            time: 0, width: 16, height: 16, pixelFormat: 0,
            traits: PictureTraits(try Frame.allocate()),
            sampleRate: 0, channels: 0)
        let timing = PictureTiming(record, first: first, rate: Rational(25))
        #expect(timing.frameTimes == TickRuns([0, 3600, 7200]))
        #expect(timing.randomAccessPoints.map(\.bytePosition) == [188, 940])
    }

    @Test("sound of which nothing decodes is left out, and the rest is used")
    func undecodableSound() throws {
        let bench = try SoundBench()
        try makeStream(bench, "clip.mkv", "-c:a", "ac3")
        var bytes = try Data(contentsOf: bench.url("clip.mkv"))
        // Each frame of AC-3 begins with this word (ATSC A/52, section 5.3).
        for place in 0..<bytes.count - 1 where bytes[place] == 0x0B && bytes[place + 1] == 0x77 {
            bytes[place] = 0
        }
        try bytes.write(to: bench.url("clip.mkv"))
        let found = try index(bench, "clip.mkv")
        #expect(found.video.count == 1)
        #expect(found.audio.isEmpty)
        #expect(found.omitted.map(\.cause) == [.undecodable])
        #expect(found.damage.map(\.kind) == [.undecodableStream])
    }
}
