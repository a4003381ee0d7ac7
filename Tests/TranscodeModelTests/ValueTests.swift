import Foundation
import Testing
import TranscodeModel

@Suite("Values that cross a border keep their meaning, and nonsense is refused there")
struct ValueTests {
    @Test("times survive as runs, and a constant rate is one run")
    func ticks() throws {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<200 {
            var time = Int64.random(in: -1000...1000, using: &generator)
            let times = (0..<Int.random(in: 0...300, using: &generator)).map { _ in
                time += [0, 1, 40, 41].randomElement(using: &generator)!
                return time
            }
            let runs = TickRuns(times)
            #expect(runs.expanded() == times)
            #expect(runs.count == times.count)
            #expect(runs.first == times.first && runs.last == times.last)
            let data = try JSONEncoder().encode(runs)
            #expect(try JSONDecoder().decode(TickRuns.self, from: data) == runs)
        }
        #expect(TickRuns((0..<100_000).map { $0 * 3003 }).runs.count == 1)
    }

    @Test(
        "runs that lie are refused: backwards, endless, overflowing, unpaired",
        arguments: [
            "[0,-1,5]", "[0,1,0]", "[0,1]", "[0,9223372036854775807,2]",
            "[9223372036854775807,1,1]", "[0,0,200000000]",
        ])
    func lies(text: String) {
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode(TickRuns.self, from: Data(text.utf8))
        }
    }

    @Test("damage that two units met in one stream is told once; what one unit tells twice stays")
    func damageOfUnits() {
        func damage(_ stream: Int, _ start: Int64, _ count: Int = 1) -> Damage {
            Damage(
                kind: .decodeErrors, streamIndex: stream, count: count, start: Rational(start),
                end: Rational(start + 1))
        }
        // A track in stereo and in 5.1, and a chunk whose renditions two units encode.
        #expect(
            Damage.ofUnits([
                [damage(1, 0, 7), damage(1, 5)], [damage(1, 0, 7), damage(1, 5)], [damage(0, 5)],
                [damage(0, 5), damage(0, 9)],
            ]) == [damage(1, 0, 7), damage(1, 5), damage(0, 5), damage(0, 9)])
        #expect(Damage.ofUnits([[damage(0, 2), damage(0, 2)]]).count == 2)
        #expect(Damage.ofUnits([]) == [])
    }

    @Test("a chapter is a short line between whole milliseconds that can be subtracted")
    func chapters() {
        func chapter(_ start: Rational, _ end: Rational, _ title: String = "One") -> Chapter {
            Chapter(start: start, end: end, title: title)
        }
        #expect(chapter(.zero, Rational(1234, 1000)).isInRange)
        #expect(chapter(Rational(-5), .zero, "").isInRange)
        for wrong in [
            chapter(.zero, Rational(Int64.max)), chapter(Rational(Int64.min + 1), .zero),
            chapter(Rational(1, 7), .one), chapter(.zero, Rational(1, 2000)),
            chapter(.zero, .one, "a\nb"), chapter(.zero, .one, String(repeating: "x", count: 401)),
        ] {
            #expect(!wrong.isInRange)
        }
    }

    @Test("parts and segments are counted without an overflow")
    func countedParts() {
        #expect(Rational(1, 3).rounded(inParts: 1000) == 333)
        #expect(Rational(5, 2000).rounded(inParts: 1000) == 3)
        #expect(Rational(-5, 2000).rounded(inParts: 1000) == -2)
        #expect(Rational(Int64.max).rounded(inParts: 1_000_000) == Int64.max)
        #expect(Rational(Int64.min + 1).rounded(inParts: 1_000_000) == Int64.min)
        #expect(Rational(13).segments(of: Rational(6)) == 3)
        #expect(Rational(12).segments(of: Rational(6)) == 2)
        #expect(Rational(Int64.max).segments(of: Rational(1, Int64.max)) == Int.max)
    }

    @Test("a language is a code of two or three letters, perhaps with subtags, or none is known")
    func languages() {
        for (text, language) in [
            ("ger", "ger"), ("EN", "en"), ("pt-BR", "pt-BR"), ("eng,fre", "eng"),
            ("English", "und"),
            ("", "und"), ("e1", "und"), ("en-" + String(repeating: "x", count: 40), "und"),
            ("en-\u{1B}", "und"),
        ] {
            #expect(TextBounds.language(text) == language)
        }
        #expect(TextBounds.language(nil) == "und")
    }

    @Test("a digest is 64 hex digits, and nothing else")
    func digests() throws {
        let text = String(repeating: "0f", count: 32)
        let digest = try #require(Digest(hex: text))
        #expect(digest.hex == text)
        #expect(Digest(hex: text.uppercased()) == digest)
        for wrong in ["", String(text.dropLast()), text + "0", "g" + text.dropFirst()] {
            #expect(Digest(hex: wrong) == nil)
        }
        #expect(Digest(bytes: [UInt8](repeating: 0, count: 31)) == nil)
    }

    @Test("tenants have names that are safe in a path")
    func tenants() {
        #expect(TenantID("acme-2.eu_west") != nil)
        for wrong in [
            "", ".", "..", ".hidden", "a/b", "a\u{0}", "ä", "a b",
            String(repeating: "x", count: 65),
        ] {
            #expect(TenantID(wrong) == nil, "\(wrong)")
        }
    }

    @Test(
        "a grid's deadlines tell which source frame each frame shows: the last one before half way on"
    )
    func deadlines() {
        let grid = FrameGrid(
            rate: Rational(25), frames: 10, origin: Rational(1, 2), timescale: 25_000,
            ticksPerFrame: 1000)
        // 0.5 s + (n + ½) × 40 ms, in milliseconds.
        #expect(grid.deadlineTicks(frame: 0, timeBase: Rational(1, 1000)) == 520)
        #expect(grid.deadlineTicks(frame: 9, timeBase: Rational(1, 1000)) == 880)
        #expect(grid.duration == Rational(2, 5))
    }

    @Test("titles are short and on one line")
    func titles() {
        #expect(TextBounds.title("  a\u{0}b\nc\u{2028} ") == "a b c")
        let long = TextBounds.title(String(repeating: "é", count: 5000))
        #expect(long == String(repeating: "é", count: TextBounds.titleMaximum))
        let stacked = TextBounds.title("e" + String(repeating: "\u{301}", count: 5000))
        #expect(stacked.unicodeScalars.count <= 2 * TextBounds.titleMaximum)
    }
}
