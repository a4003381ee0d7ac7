import Foundation
import Testing
import TranscodeModel
import WorkerProtocol

@testable import Media

/// Text of every kind becomes WebVTT that says the same at the same time, and nothing else.
struct TextPipelineTests {
    private static let script = """
        [Script Info]
        ScriptType: v4.00+

        [V4+ Styles]
        Format: Name, Fontname, Fontsize, Bold, Italic, Underline
        Style: Default,Arial,20,0,0,0
        Style: Thought,Arial,20,0,-1,0

        [Events]
        Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
        Dialogue: 0,0:00:00.50,0:00:01.00,Thought,,0,0,0,,I think\\Nin {\\b1\\bord3}bold{\\r}!
        Dialogue: 0,0:00:00.50,0:00:01.00,Default,,0,0,0,,{\\p1}m 0 0 l 9 9{\\p0}
        Dialogue: 0,0:00:01.00,0:00:03.00,Default,,0,0,0,,{\\k20}ka{\\pos(1,2)}ra <b>&--> {\\i1}x
        Dialogue: 1,0:00:01.00,0:00:03.00,Default,,0,0,0,,kara <b>&--> {\\i1}x
        """

    private func rendition(
        _ stream: Int, origin: Rational = .zero, base: Rational = Rational(1, 1000)
    )
        -> TextRendition
    {
        TextRendition(
            name: "t1", streamIndex: stream, language: "und", title: nil, isDefault: false,
            isForced: false, isHearingImpaired: false, sourceTimeBase: base, origin: origin,
            duration: Rational(2), segmentDuration: .one)
    }

    private func text(_ bench: SoundBench, _ name: String, _ rendition: TextRendition) throws
        -> (text: String?, warnings: [String])
    {
        let result = try bench.staged([name], as: "staged") { sources, staging in
            try TextPipeline.run(
                TextRequest(renditions: [rendition]), limits: WorkerLimits(),
                reporter: ProgressReporter(descriptor: -1), source: sources[0], staging: staging)
        }
        guard let piece = result.pieces.first else { return (nil, result.warnings) }
        #expect(piece.name == "t1.vtt" && piece.fragments.count == 1)
        return (
            try String(contentsOf: bench.url("staged"), encoding: .utf8), result.warnings
        )
    }

    private func makeClip(_ bench: SoundBench, _ name: String, text: String, _ codec: String)
        throws
    {
        try bench.ffmpeg(
            "-f", "lavfi", "-i", "color=s=32x32:r=10:d=2", "-sub_charenc_mode", "ignore", "-i",
            text, "-map", "0", "-map", "1", "-c:v", "libx264", "-c:s", codec, name)
    }

    @Test func scriptsKeepTheirStylesAndLoseTheirEffects() throws {
        let bench = try SoundBench()
        try Self.script.write(to: bench.url("a.ass"), atomically: true, encoding: .utf8)
        try makeClip(bench, "a.mkv", text: "a.ass", "copy")
        let (text, warnings) = try text(bench, "a.mkv", rendition(1))
        #expect(
            text == """
                WEBVTT

                00:00:00.500 --> 00:00:01.000
                <i>I think</i>
                <i>in </i><b><i>bold</i></b><i>!</i>

                00:00:01.000 --> 00:00:02.000
                kara &lt;b&gt;&amp;--&gt; <i>x</i>

                """)
        #expect(warnings == [])
    }

    @Test(arguments: ["a.mkv", "a.mp4"])
    func lengthOriginAndMarkupAreTheSameInEveryContainer(name: String) throws {
        let bench = try SoundBench()
        try """
        1
        00:00:00,100 --> 00:00:00,400
        <i>one</i> & <font color="red">two</font> --> 3

        2
        00:00:00,600 --> 00:00:01,200
        مرحبا
        עולם


        """.write(to: bench.url("a.srt"), atomically: true, encoding: .utf8)
        try makeClip(bench, name, text: "a.srt", name == "a.mp4" ? "mov_text" : "srt")
        let base = name == "a.mp4" ? Rational(1, 1_000_000) : Rational(1, 1000)
        // The first cue has begun already when the output starts.
        let (text, warnings) = try text(
            bench, name, rendition(1, origin: Rational(1, 4), base: base))
        #expect(
            text == """
                WEBVTT

                00:00:00.000 --> 00:00:00.150
                <i>one</i> &amp; two --&gt; 3

                00:00:00.350 --> 00:00:00.950
                مرحبا
                עולם

                """)
        #expect(warnings == [])
    }

    @Test func bytesThatAreNoUnicodeAreReadAsWindowsText() throws {
        let bench = try SoundBench()
        var bytes = Data("1\n00:00:00,000 --> 00:00:01,000\ncaf".utf8)
        bytes += [0xE9, 0x20, 0x93, 0x80, 0x94, 0x0A]
        try bytes.write(to: bench.url("a.srt"))
        try makeClip(bench, "a.mkv", text: "a.srt", "copy")
        let text = try text(bench, "a.mkv", rendition(1)).text
        #expect(text == "WEBVTT\n\n00:00:00.000 --> 00:00:01.000\ncafé “€”\n")
    }

    @Test func whatIsNoTextOrHasNothingToShowFailsOnlyItself() throws {
        let bench = try SoundBench()
        try "1\n00:00:05,000 --> 00:00:06,000\nlate\n"
            .write(to: bench.url("a.srt"), atomically: true, encoding: .utf8)
        try makeClip(bench, "a.mkv", text: "a.srt", "srt")
        let late = try text(bench, "a.mkv", rendition(1))
        #expect(late.text == nil)
        #expect(
            late.warnings == [
                "t1: 1 cues of stream 1 are outside the presentation.",
                "t1 is left out: stream 1 has nothing to show.",
            ])
        let pictures = try text(bench, "a.mkv", rendition(0))
        #expect(
            pictures.text == nil
                && pictures.warnings == [
                    "t1 is left out: stream 0 has no text that can be decoded."
                ])
    }

    @Test func wideTextIsReadByItsMark() {
        let little: [UInt8] = [0xFF, 0xFE, 0x41, 0x00, 0xAC, 0x20]
        let big: [UInt8] = [0xFE, 0xFF, 0x00, 0x41, 0x20, 0xAC, 0x00]
        for bytes in [little, big] {
            #expect(bytes.withUnsafeBufferPointer { CharacterDecoding.text($0) } == "A€")
        }
    }
}

/// Hostile text is bounded, and stays text.
struct TextBoundsTests {
    private func collection(_ duration: Int64 = 100) -> TextCollection {
        TextCollection(
            TextRendition(
                name: "t1", streamIndex: 7, language: "und", title: nil, isDefault: false,
                isForced: false, isHearingImpaired: false, sourceTimeBase: Rational(1, 1000),
                origin: .zero, duration: Rational(duration), segmentDuration: .one))
    }

    private func plain(_ text: String) -> CueText {
        var cue = CueText()
        cue.add(plain: text)
        return cue
    }

    @Test func controlCharactersAndEmptyLinesAreTakenOut() {
        let payload = plain("\u{0}\u{7}  a\u{1B}[2J\r\n\r\n\t\nb\u{85}\u{2028}\u{FEFF}\u{9F}c  ")
            .payload()
        #expect(payload?.text == "a[2J\nb\nc")
        #expect(plain(" \n\u{3}\u{FEFF}\n").payload() == nil)
    }

    @Test func aCueIsCutAtItsLimitWithItsTagsClosed() throws {
        var cue = CueText()
        cue.add(
            event: "0,0,Default,,0,0,0,," + "{\\b1\\i1\\u1}" + String(repeating: "<", count: 9000),
            StyleSheet(header: ""))
        let (text, isCut) = try #require(cue.payload())
        #expect(isCut && text.utf8.count <= TextBounds.cueBytesMaximum)
        #expect(text.hasPrefix("<b><i><u>&lt;") && text.hasSuffix("&lt;</u></i></b>"))
    }

    @Test func overlappingNegativeAndAbsurdTimesAreClippedOrLeftOut() {
        var found = collection()
        found.add(plain("huge"), ticks: .max, duration: .max)
        found.add(plain("no time"), ticks: nil, duration: 5)
        found.add(plain("before"), ticks: -2000, duration: 1000)
        found.add(plain("endless"), ticks: -2000, duration: .max)
        found.add(plain("b"), ticks: 500, duration: 0)
        found.add(plain("a"), ticks: 100, duration: 3000)
        found.add(plain("c"), ticks: 700, duration: -4)
        found.add(nil, ticks: 0, duration: 0)
        let (cues, warnings) = found.cues()
        #expect(
            cues == [
                TextCue(start: 0, end: 100_000, payload: "endless"),
                TextCue(start: 100, end: 3100, payload: "a"),
                TextCue(start: 500, end: 700, payload: "b"),
                TextCue(start: 700, end: 5700, payload: "c"),
            ])
        #expect(
            warnings == [
                "t1: 1 cues of stream 7 cannot be decoded.",
                "t1: 2 cues of stream 7 have no usable time.",
                "t1: 1 cues of stream 7 are outside the presentation.",
            ])
    }

    @Test func cuesBeyondTheirNumberAndSizeAreLeftOut() {
        var many = collection()
        for number in 0..<TextBounds.cuesMaximum {
            many.add(plain("x"), ticks: Int64(number) % 1000, duration: 1 + Int64(number) / 1000)
        }
        #expect(many.isFull)
        many.skip()
        let (cues, warnings) = many.cues()
        #expect(cues.count == TextBounds.cuesMaximum)
        #expect(warnings == ["t1: 1 cues of stream 7 are more than is allowed."])
        var large = collection()
        let line = String(repeating: "y", count: 4000)
        for number in 0..<3000 where !large.isFull {
            large.add(plain(line), ticks: Int64(number), duration: 1)
        }
        #expect(large.isFull && large.cues().cues.count == TextBounds.bytesMaximum / 4032)
    }

    @Test func aCueThatIsShownThroughAllSegmentsCannotMakeThemLarge() {
        var found = collection(86_400)
        let line = String(repeating: "y", count: 2000)
        for number in 0..<20 {
            found.add(plain(line + "\(number)"), ticks: Int64(number), duration: 86_400_000)
        }
        // 86,400 segments of a second, each with 2,033 bytes of it: none fits.
        let (cues, warnings) = found.cues()
        #expect(cues == [] && warnings == ["t1: 20 cues of stream 7 are more than is allowed."])
    }
}
