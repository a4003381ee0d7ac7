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
