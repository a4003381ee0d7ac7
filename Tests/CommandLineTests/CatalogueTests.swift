import Ledger
import SeededRandom
import Testing

@testable import reelmill

@Suite("Catalogues: what is read of them, and what they cost")
struct CatalogueTests {
    @Test(
        "fields of CSV keep commas, quotes and line ends within quotes",
        arguments: [
            ("a,b,c", ["a", "b", "c"]), ("", [""]), (",", ["", ""]),
            (#""a,b",c"#, ["a,b", "c"]), (#""say ""no""",x"#, [#"say "no""#, "x"]),
            ("\"two\nlines\",x", ["two\nlines", "x"]), (#""""""#, [#"""#]),
        ])
    func fields(record: String, expected: [String]) {
        #expect(ListRow.fields(record) == expected)
    }

    @Test("what a report writes as CSV is read back as it was")
    func roundTrip() {
        var generator = SplitMix64(seed: 2026)
        let letters: [Character] = ["a", ",", "\"", "\n", " ", "é", ";"]
        for _ in 0..<2000 {
            let fields = (0..<3).map { _ in
                String(
                    (0..<Int.random(in: 0...5, using: &generator)).map { _ in
                        letters.randomElement(using: &generator)!
                    })
            }
            let record = fields.map(CSVRows.quoted).joined(separator: ",")
            #expect(ListRow.fields(record) == fields)
        }
    }

    @Test("names that would meet are kept apart, the same way each time")
    func names() {
        let names = ["talk.mov", "talk.mp4", "a/talk.mov", "b", "b", "b.c.d"]
        let expected = ["talk.mov", "talk.mp4", "a/talk", "b", "b-2", "b.c"]
        #expect(OutputNaming.folders(names) == expected)
        #expect(OutputNaming.folders(names) == expected)
    }

    @Test("no output is within another")
    func nestedNames() {
        #expect(
            OutputNaming.folders(["season.mp4", "season/1.mp4", "season/1/a.mp4", "x/season.mov"])
                == ["season.mp4", "season/1.mp4", "season/1/a", "x/season"])
        var outputs = TakenOutputs()
        let asked = ["/o/a", "/o/a/b", "/o", "/o/ab", "/o/a", "/o/c/d", "/o/c", "/p"]
        #expect(
            asked.map { outputs.take($0) } == [true, false, false, true, false, true, false, true])
    }

    @Test("a quote within a field is a letter, and swallows nothing")
    func strayQuote() {
        #expect(ListRow.fields(#"12"mix.mov,out"#) == [#"12"mix.mov"#, "out"])
        #expect(ListRow.fields(#""a"b,c"#) == ["ab", "c"])
    }

    @Test(
        "windows are times of day, over midnight too",
        arguments: [
            ("22:00-06:00", 1320, 360), ("9:30-17:05", 570, 1025),
        ])
    func window(text: String, start: Int, end: Int) throws {
        let window = try #require(DailyWindow(text: text))
        #expect((window.start, window.end) == (start, end))
        #expect(DailyWindow(text: window.text) == window)
    }

    @Test(
        "what is no window is refused",
        arguments: [
            "22:00", "22:00-22:00", "24:00-01:00", "22:60-23:00", "22-23", "1:2-3:4", "a-b", "",
        ])
    func noWindow(text: String) { #expect(DailyWindow(text: text) == nil) }

    @Test(
        "parts are written in three ways",
        arguments: [
            ("60%", 0.6), ("60", 0.6), ("0.6", 0.6), ("1", 1), ("100%", 1), ("0", 0),
            ("2.5%", 0.025),
        ])
    func parts(text: String, value: Double) throws {
        #expect(abs(try #require(Part(argument: text)).value - value) < 1e-12)
    }

    @Test("what is no part is refused", arguments: ["101%", "-1%", "x", "", "nan", "%"])
    func noPart(text: String) { #expect(Part(argument: text) == nil) }

    @Test("the range of a forecast is that of the samples, and wide without any")
    func factors() {
        typealias Range = CatalogueForecast.Range
        #expect(CatalogueForecast.factors([]) == Range(low: 0.5, likely: 1, high: 2))
        #expect(
            CatalogueForecast.factors([(10, 20), (30, 30)])
                == Range(low: 1, likely: 1.25, high: 2))
        #expect(CatalogueForecast.factors([(10, 20)]).likely == 2)
    }

    @Test("the time that it takes is that of its share and its hours")
    func elapsed() {
        var settings = BackfillSettings()
        settings.shareMaximum = 0.5
        settings.window = DailyWindow(start: 0, end: 360)
        // A quarter of the day, and two of four workers.
        #expect(
            CatalogueForecast.elapsed(
                CatalogueForecast.Range(low: 1, likely: 2, high: 4), settings, workers: 4)
                == CatalogueForecast.Range(low: 2, likely: 4, high: 8))
    }
}
