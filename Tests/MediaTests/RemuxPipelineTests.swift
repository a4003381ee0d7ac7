import Foundation
import Testing
import TranscodeModel
import WorkerProtocol

@testable import Media

/// The progressive file holds what the tracks hold, at the same times, with its index first.
struct RemuxPipelineTests {
    private static let fragmented = "+frag_keyframe+delay_moov+default_base_moof"

    /// Three seconds of picture with reordering, and two tracks of sound of different lengths.
    private func makeTracks(_ bench: SoundBench, encoder: [String]) throws {
        try bench.ffmpeg(
            ["-f", "lavfi", "-i", "testsrc2=s=160x90:r=24000/1001:d=3"] + encoder + [
                "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709",
                "-video_track_timescale", "24000", "-movflags", Self.fragmented, "v.mp4",
            ])
        for (name, seconds) in [("a.mp4", "3"), ("b.mp4", "2")] {
            try bench.ffmpeg(
                "-f", "lavfi", "-i", "sine=duration=\(seconds):sample_rate=48000", "-c:a", "aac",
                "-frag_duration", "1000000", "-movflags", "+delay_moov+default_base_moof", name)
        }
    }

    private func remux(
        _ bench: SoundBench, _ inputs: [String], languages: [String], samples: Int,
        as name: String = "out.mp4"
    ) throws -> WorkResult {
        try bench.staged(inputs, as: name) { sources, staging in
            try RemuxPipeline.run(
                RemuxRequest(languages: languages, samples: samples), limits: WorkerLimits(),
                reporter: ProgressReporter(descriptor: -1), sources: sources, staging: staging)
        }
    }

    private func packetCount(_ bench: SoundBench, _ name: String) throws -> Int {
        try bench.ffprobe("-show_entries", "packet=size", "-of", "csv=p=0", name)
            .split(separator: "\n").count
    }

    /// The first three fields of each line; packets with side data have empty lines after them.
    private func numbers(_ text: String) -> [[Substring]] {
        text.split(separator: "\n").map { Array($0.split(separator: ",").prefix(3)) }
            .filter { $0.count == 3 }
    }

    /// Types and sizes of the boxes on the top level.
    private func boxes(_ data: Data) -> [(type: String, size: Int)] {
        var list: [(String, Int)] = []
        var offset = 0
        while offset + 8 <= data.count {
            let size = data[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) }
            list.append((String(decoding: data[offset + 4..<offset + 8], as: UTF8.self), size))
            guard size >= 8 else { break }
            offset += size
        }
        return list
    }

    @Test(arguments: [
        ["-c:v", "libx264", "-bf", "3", "-g", "24"],
        [
            "-c:v", "libx265", "-tag:v", "hvc1", "-g", "24", "-x265-params",
            "log-level=error:bframes=3",
        ],
    ])
    func theFilePlaysAsTheTracksDo(encoder: [String]) throws {
        let bench = try SoundBench()
        try makeTracks(bench, encoder: encoder)
        let inputs = ["v.mp4", "a.mp4", "b.mp4"]
        let counts = try inputs.map { try packetCount(bench, $0) }
        #expect(counts[0] == 72)
        let result = try remux(
            bench, inputs, languages: ["und", "deu", "fra"], samples: counts.reduce(0, +))
        let bytes = try Data(contentsOf: bench.url("out.mp4"))
        let piece = try #require(result.pieces.first)
        #expect(result.pieces.count == 1 && piece.name == "video.mp4")
        #expect(
            piece.fragments == [
                Fragment(
                    extent: Extent(offset: 0, length: Int64(bytes.count)), decodeTime: 0,
                    duration: 72 * 1001, samples: 72)
            ])

        let layout = boxes(bytes)
        #expect(layout.map(\.type) == ["ftyp", "moov", "free", "free", "mdat"])
        #expect(layout[2].size == 8 && layout[3].size == 8)
        #expect(layout.reduce(0) { $0 + $1.size } == bytes.count)

        // Every packet has the size and the times that it has in its track.
        for (index, input) in inputs.enumerated() {
            let fields = ["-show_entries", "packet=pts,dts,size", "-of", "csv=p=0"]
            let track = try bench.ffprobe(fields + [input])
            let joined = try bench.ffprobe(
                ["-select_streams", String(index)] + fields + ["out.mp4"])
            #expect(numbers(joined) == numbers(track))
        }
        let pictures = ["-map", "0:v", "-f", "md5", "-"]
        let before = try bench.printed(["-i", "v.mp4"] + pictures)
        #expect(try bench.printed(["-i", "out.mp4"] + pictures) == before)
        // The priming, which FFmpeg plays from fragments, is cut by the edit list now.
        let sound = try bench.decoded("a.mp4", rate: 48_000)
        #expect(try bench.decoded("out.mp4", rate: 48_000) == Array(sound.dropFirst(1024)))

        let streams = try bench.ffprobe(
            "-show_entries",
            "stream=codec_tag_string,color_space,time_base:stream_tags=language"
                + ":stream_disposition=default", "-of", "csv=p=0", "out.mp4")
        let tag = encoder.contains("hvc1") ? "hvc1" : "avc1"
        #expect(
            streams == """
                \(tag),bt709,1/24000,1,und
                mp4a,1/48000,1,deu
                mp4a,1/48000,0,fra

                """)
    }

    @Test func soundAloneIsAFileToo() throws {
        let bench = try SoundBench()
        try makeTracks(bench, encoder: ["-c:v", "libx264"])
        let count = try packetCount(bench, "a.mp4")
        let result = try remux(bench, ["a.mp4"], languages: ["eng"], samples: count)
        #expect(result.pieces[0].fragments[0].samples == count)
        _ = try remux(bench, ["a.mp4"], languages: ["eng"], samples: count, as: "again.mp4")
        let bytes = try Data(contentsOf: bench.url("out.mp4"))
        #expect(try bytes == Data(contentsOf: bench.url("again.mp4")))
    }

    @Test func oneFrameIsEnough() throws {
        let bench = try SoundBench()
        try bench.ffmpeg(
            "-f", "lavfi", "-i", "testsrc2=s=160x90:r=25", "-frames:v", "1", "-c:v", "libx264",
            "-video_track_timescale", "25", "-movflags", Self.fragmented, "v.mp4")
        let result = try remux(bench, ["v.mp4"], languages: ["und"], samples: 1)
        let fragment = result.pieces[0].fragments[0]
        #expect(fragment.samples == 1 && fragment.duration == 1)
    }

    @Test func lostSamplesAreNoticed() throws {
        let bench = try SoundBench()
        try makeTracks(bench, encoder: ["-c:v", "libx264"])
        let count = try packetCount(bench, "v.mp4")
        let failure = #expect(throws: Failure.self) {
            try remux(bench, ["v.mp4"], languages: ["und"], samples: count + 1)
        }
        #expect(failure?.code == .wrongFrameCount)
    }

    @Test func aFullDiskIsNamed() throws {
        let bench = try SoundBench()
        try makeTracks(bench, encoder: ["-c:v", "libx264"])
        let count = try packetCount(bench, "v.mp4")
        let full = try FileHandle(forWritingTo: URL(filePath: "/dev/full"))
        let failure = #expect(throws: Failure.self) {
            try bench.staged(["v.mp4"], as: "unused") { sources, _ in
                try RemuxPipeline.run(
                    RemuxRequest(languages: ["und"], samples: count), limits: WorkerLimits(),
                    reporter: ProgressReporter(descriptor: -1), sources: sources,
                    staging: full.fileDescriptor)
            }
        }
        #expect(failure?.code == .storageFull)
        #expect(failure?.category == .transient)
    }
}

/// Tracks take turns, each for half a second.
struct SampleOrderTests {
    @Test func theEarliestSpanComesFirst() {
        #expect(SampleOrder.next([nil, nil]) == nil)
        #expect(SampleOrder.next([Rational(49, 100), Rational(-1, 10)]) == 1)
        #expect(SampleOrder.next([Rational(49, 100), .zero]) == 0)
        #expect(SampleOrder.next([Rational(1, 2), Rational(49, 100)]) == 1)
        #expect(SampleOrder.next([nil, Rational(7)]) == 1)
    }
}
