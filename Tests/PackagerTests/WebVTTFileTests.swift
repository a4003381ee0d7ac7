import Foundation
import Testing
import TranscodeModel

@testable import Packager

@Suite("Text in the output")
struct WebVTTFileTests {
    static let rendition = TextRendition(
        name: "t1", streamIndex: 3, language: "ger", title: nil, isDefault: true, isForced: false,
        isHearingImpaired: true, sourceTimeBase: Rational(1, 1000), origin: .zero,
        duration: Rational(13), segmentDuration: Rational(6))
    static let forced = TextRendition(
        name: "t2", streamIndex: 4, language: "und", title: "Sign \"s\"\n", isDefault: false,
        isForced: true, isHearingImpaired: false, sourceTimeBase: Rational(1, 1000), origin: .zero,
        duration: Rational(13), segmentDuration: Rational(6))

    static let cues = [
        TextCue(start: 0, end: 2000, payload: "one &amp; <b><i>two</i></b>\nthree"),
        TextCue(start: 2000, end: 6000, payload: "up to the bound"),
        TextCue(start: 5000, end: 12_500, payload: "in three segments"),
        TextCue(start: 12_000, end: 13_000, payload: "last"),
    ]

    private func bytes(_ cues: [TextCue]) -> [UInt8] {
        Array((["WEBVTT\n"] + cues.map(\.block)).joined().utf8)
    }

    private func read(_ bytes: [UInt8]) throws(Failure) -> [TextCue] {
        try WebVTTFile.cues(bytes, of: Self.rendition, path: "text/t1.vtt")
    }

    @Test("what is written is read")
    func reading() throws {
        #expect(try read(bytes(Self.cues)) == Self.cues)
    }

    @Test(
        "whatever else is there is refused",
        arguments: [
            "", "WEBVTT", "WEBVTT\n", "\u{FEFF}WEBVTT\n\n00:00:00.000 --> 00:00:01.000\na\n",
            "WEBVTT x\n\n00:00:00.000 --> 00:00:01.000\na\n",
            "WEBVTT\n\n00:00:00.000 --> 00:00:01.000\na",
            "WEBVTT\n\n00:00:00.000 --> 00:00:01.000\n\n",
            "WEBVTT\n\n00:00:00.000 --> 00:00:01.000 line:0\na\n",
            "WEBVTT\n\n00:00:00.000 --> 00:00:13.001\na\n",
            "WEBVTT\n\n00:00:01.000 --> 00:00:01.000\na\n",
            "WEBVTT\n\n00:00:02.000 --> 00:00:03.000\na\n\n00:00:01.000 --> 00:00:03.000\nb\n",
            "WEBVTT\n\n0:00:00.000 --> 00:00:01.000\na\n",
            "WEBVTT\n\n00:00:00.000 --> 00:00:61.000\na\n",
            "WEBVTT\n\nid\n00:00:00.000 --> 00:00:01.000\na\n",
            "WEBVTT\n\nSTYLE\n::cue {}\n",
            "WEBVTT\n\n00:00:00.000 --> 00:00:01.000\na\n\n\n",
        ])
    func refused(text: String) {
        #expect(throws: Failure.self) { try read(Array(text.utf8)) }
    }

    @Test(
        "a line that could be more than text is refused",
        arguments: [
            "a --> b", "<script>", "<b>", "</b>", "<b><i></b></i>", "<v x>y</v>", "&nbsp;", "&",
            "a\u{7}",
            "a\u{9F}", "a\r", "<b", "<",
        ])
    func refusedLine(line: String) {
        #expect(!CueLine.isPlain(Array(line.utf8)[...]))
        #expect(throws: Failure.self) {
            try read(Array("WEBVTT\n\n00:00:00.000 --> 00:00:01.000\n\(line)\n".utf8))
        }
    }

    @Test("a cue in so many segments that they would fill a memory is refused")
    func manyTimes() {
        var rendition = Self.rendition
        rendition.duration = Rational(20_000)
        rendition.segmentDuration = .one
        let line = String(repeating: "x", count: 4000)
        let long = TextCue(start: 0, end: 20_000_000, payload: line)
        let failure = #expect(throws: Failure.self) {
            try WebVTTFile.cues(bytes([long]), of: rendition, path: "text/t1.vtt")
        }
        #expect(failure?.code == .outputInvalid)
        let short = TextCue(start: 0, end: 20_000_000, payload: "for ever")
        #expect(throws: Never.self) {
            try WebVTTFile.cues(bytes([short]), of: rendition, path: "text/t1.vtt")
        }
    }

    @Test("each segment holds all that is shown in it, in a file of its own")
    func segments() throws {
        let presented = PresentedText(Self.rendition, Self.cues)
        #expect(presented.segments.map(\.start) == [0, 6_000_000, 12_000_000])
        #expect(presented.segments.map(\.duration) == [6_000_000, 6_000_000, 1_000_000])
        let bytes = Array(presented.segmentsText.utf8)
        #expect(Int64(bytes.count) == presented.segments.last?.extent.end)
        let due = [[0, 1, 2], [2], [2, 3]]
        for (segment, numbers) in zip(presented.segments, due) {
            let extent = segment.extent
            let part = bytes[Int(extent.offset)..<Int(extent.end)]
            let header = "WEBVTT\nX-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:0\n"
            let blocks = numbers.map { Self.cues[$0].block }.joined()
            #expect(String(decoding: part, as: UTF8.self) == header + blocks + "\n")
        }
    }

    @Test("a short first segment has what is shown in it, and the others what is left")
    func lead() throws {
        var rendition = Self.rendition
        rendition.segmentLead = Rational(2)
        let presented = PresentedText(rendition, Self.cues)
        #expect(presented.segments.map(\.start) == [0, 2_000_000, 6_000_000, 12_000_000])
        #expect(presented.segments.last?.duration == 1_000_000)
        #expect(Self.cues.map { rendition.segments(of: $0) } == [0..<1, 1..<2, 1..<4, 3..<4])
        #expect(presented.playlist.contains("#EXT-X-TARGETDURATION:6\n"))
    }

    @Test("segments are cut where those of the pictures are, to the microsecond")
    func alignment() throws {
        let grid = FrameGrid(
            rate: Rational(30_000, 1001), frames: 100_000, origin: .zero, timescale: 30_000,
            ticksPerFrame: 1001)
        var rendition = Self.rendition
        rendition.duration = grid.duration
        rendition.segmentDuration = Rational(180) / grid.rate
        let presented = PresentedText(rendition, Self.cues)
        #expect(presented.segments.count == 556)
        for (number, segment) in presented.segments.enumerated() {
            let start = Rational(Int64(number * 180)) / grid.rate * Rational(1_000_000)
            #expect(segment.start == start.rounded)
        }
    }

    private static let presentation: Presentation = {
        var plan = PresentationFixture.plan
        plan.text = [rendition, forced]
        plan.chapters = [
            Chapter(start: .zero, end: Rational(4), title: "Intro & <more>"),
            Chapter(start: Rational(4), end: Rational(12_345, 1000), title: "Ende"),
        ]
        let base = PresentationFixture.presentation
        var tracks: [String: Track] = [:]
        for presented in base.video + base.audio { tracks[presented.name] = presented.track }
        return Presentation(plan: plan, tracks: tracks, text: ["t1": cues, "t2": [cues[0]]])
    }()

    @Test(
        "text and chapters in playlists and manifests, word for word",
        arguments: [
            "master.m3u8", "manifest.mpd", "text/t1.m3u8", "text/t1-segments.vtt", "chapters.vtt",
            "chapters.json",
        ])
    func golden(path: String) throws {
        let file = try #require(Manifests.files(Self.presentation).first { $0.path == path })
        try GoldenTests().expectGolden(
            "with-text-" + path.replacingOccurrences(of: "/", with: "-"), file.text)
    }

    @Test("text without a cue is in no manifest, and no file of it is asked for")
    func nothingToShow() {
        var plan = PresentationFixture.plan
        plan.text = [Self.rendition, Self.forced]
        let paths = OutputLayout.paths(plan, listed: ["text/t2.vtt", "text/t9.vtt"])
        #expect(
            Set(paths.filter { $0.hasPrefix("text/") }) == [
                "text/t2.vtt", "text/t2.m3u8", "text/t2-segments.vtt",
            ])
    }
}
