import Foundation
import SeededRandom
import Testing
import TranscodeModel

@testable import Ledger
@testable import reelmill

@Suite("Bench: the timeline, from events to a drawing")
struct TimelineTests {
    private static let job = JobID("j0")

    private func event(
        _ time: Int64, _ position: Int?, _ kind: String, _ from: String?, _ to: String,
        attempt: Int? = nil
    ) -> EventRecord {
        EventRecord(
            sequence: time, atMilliseconds: time, tenant: .standard, job: Self.job,
            position: position, kind: kind, from: from, to: to, epoch: 1, attempt: attempt,
            node: "n", detail: nil, hash: Digest(bytes: Array(repeating: 0, count: 32))!)
    }

    @Test(
        "an attempt is a bar from its lease to its end; a failed one, a hedge and its loser are bars too"
    )
    func bars() {
        let events = [
            event(0, nil, "job", nil, "planning"), event(5, 0, "probe", nil, "ready"),
            event(10, 0, "probe", "ready", "leased", attempt: 1),
            event(30, 0, "probe", "leased", "done", attempt: 1),
            event(31, 1, "encode", "ready", "leased", attempt: 1),
            event(40, 1, "encode", "leased", "ready", attempt: 1),
            event(50, 1, "encode", "ready", "leased", attempt: 2),
            event(60, 1, "encode", "leased", "leased", attempt: 3),
            event(80, 1, "encode", "leased", "done", attempt: 3),
            event(81, 2, "publish", "ready", "leased", attempt: 1),
            event(90, 2, "publish", "blocked", "ready"), event(99, nil, "job", "running", "ready"),
        ]
        let bars = UnitBar.bars(events)
        #expect(
            bars.map { [$0.startMilliseconds, $0.endMilliseconds, Int64($0.attempt)] } == [
                [10, 30, 1], [31, 40, 1], [50, 80, 2], [60, 80, 3],
            ])
        #expect(bars.map(\.ending) == [.done, .lost, .lost, .done])
        #expect(bars.map(\.kind) == [.probe, .encode, .encode, .encode])
        #expect(UnitBar.rows(bars) == [0, 0, 0, 1])
        #expect(UnitBar.bars([]).isEmpty)
    }

    private func bar(
        _ start: Int64, _ end: Int64, _ kind: UnitKind = .encode, position: Int = 1,
        attempt: Int = 1, ending: UnitBar.Ending = .done, label: String = ""
    ) -> UnitBar {
        UnitBar(
            job: Self.job, position: position, kind: kind, attempt: attempt,
            startMilliseconds: start, endMilliseconds: end, ending: ending, label: label)
    }

    @Test("bars of a row never overlap, and there are as many rows as bars at one time")
    func rows() {
        var generator = SplitMix64(seed: 21)
        for _ in 0..<200 {
            let bars = (0..<Int.random(in: 1...30, using: &generator)).map { _ in
                let start = Int64.random(in: 0...50, using: &generator)
                return bar(start, start + .random(in: 1...20, using: &generator))
            }.sorted {
                ($0.startMilliseconds, $0.endMilliseconds) < (
                    $1.startMilliseconds, $1.endMilliseconds
                )
            }
            let rows = UnitBar.rows(bars)
            let most = (0...70).map { time in
                bars.count { $0.startMilliseconds <= time && time < $0.endMilliseconds }
            }.max()
            #expect(Set(rows).count == most)
            for (one, row) in zip(bars.indices, rows) {
                for other in bars.indices where other > one && rows[other] == row {
                    #expect(bars[other].startMilliseconds >= bars[one].endMilliseconds)
                }
            }
            // The union of all, millisecond by millisecond.
            let covered = (0...70).count { time in
                bars.contains { $0.startMilliseconds <= time && time < $0.endMilliseconds }
            }
            #expect(UnitBar.union(bars, of: [.encode]) == Int64(covered))
            #expect(UnitBar.union(bars, of: [.publish]) == 0)
        }
    }

    @Test func marks() {
        #expect(TimelineDrawing.step(seconds: 0.03) == 0.01)
        #expect(TimelineDrawing.step(seconds: 10) == 1)
        #expect(TimelineDrawing.step(seconds: 10.5) == 2)
        #expect(TimelineDrawing.step(seconds: 44) == 5)
        #expect(abs(TimelineDrawing.step(seconds: 700) - 100) < 1e-9)
    }

    /// Compares with the file `Goldens/timeline.svg`. With REELMILL_WRITE_GOLDENS set, writes it instead, and fails, so
    /// that a person looks at it before it counts.
    @Test("the drawing, word for word")
    func golden() throws {
        let drawing = TimelineDrawing(
            title: "web & “mobile” <two workers>",
            bars: [
                bar(1000, 1400, .probe, position: 0),
                bar(1400, 5000, position: 1, label: "chunk 0 of v720, v360"),
                bar(1400, 2600, position: 2, ending: .lost, label: "chunk 1 of v720, v360"),
                bar(2650, 6400, position: 2, attempt: 2, label: "chunk 1 of v720, v360"),
                bar(5000, 6100, .audio, position: 3, label: "a1"),
                bar(6400, 6450, .stitch, position: 4, label: "v720"),
                bar(6450, 6470, .publish, position: 5),
            ])
        let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appending(path: "../Goldens/timeline.svg")
        if ProcessInfo.processInfo.environment["REELMILL_WRITE_GOLDENS"] != nil {
            try drawing.text.write(to: url, atomically: true, encoding: .utf8)
            Issue.record("the drawing was written")
            return
        }
        #expect(try String(contentsOf: url, encoding: .utf8) == drawing.text)
    }

    @Test func nothingToDraw() {
        let text = TimelineDrawing(title: "none", bars: []).text
        #expect(
            text.hasPrefix("<svg") && text.hasSuffix("</svg>\n") && !text.contains("class=\"bar"))
    }
}
