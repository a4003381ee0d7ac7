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
