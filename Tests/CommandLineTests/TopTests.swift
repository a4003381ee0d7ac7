import SeededRandom
import Testing
import TranscodeModel

@testable import Ledger
@testable import reelmill

@Suite("The live view: what stands on the screen")
struct TopTests {
    private func view(
        units: Int = 0, jobs: Int = 0, source: String = "talk.mov",
        backlog: Backlog = Backlog(planningJobs: 0, units: 0, cpuSeconds: 0, runningJobs: 0),
        throughput: Throughput = Throughput(
            milliseconds: 0, units: 0, cpuSeconds: 0, publishedJobs: 0, failedJobs: 0)
    ) -> TopView {
        let estimate = Estimate(cpuSeconds: 1, memoryBytes: 1, outputBytes: 1)
        let underWay = (0..<units).map { index in
            UnitUnderWay(
                unit: UnitID(job: JobID("j\(index)"), position: 1), tenant: .standard,
                kind: .encode, work: .encode(chunk: 0, renditions: ["v"]), node: NodeID("n1"),
                attempt: 1, rivalNode: nil, startedMilliseconds: 0, progress: 0,
                estimate: estimate)
        }
        var view = TopView(
            state: "/state",
            overview: LedgerOverview(
                nowMilliseconds: 65_000, jobs: [.running: units], underWay: underWay,
                backlog: backlog, throughput: throughput, nodes: [], breakers: [], tenants: [],
                backfills: []), clock: "12:00:00")
        view.units = underWay.map {
            TopView.Unit(
                underWay: $0, source: source, fraction: 0.5, framesPerSecond: 30,
                realtimeFactor: 1.25)
        }
        view.jobs = (0..<jobs).map { TopView.Job(record: Self.record($0, source), fraction: 0.5) }
        view.selected = jobs > 0 ? 0 : nil
        return view
    }

    private static func record(_ number: Int, _ source: String) -> JobRecord {
        JobRecord(
            id: JobID("j\(number)"), tenant: .standard, key: nil,
            source: SourceReference(
                locator: "/\(source)", displayName: source,
                digest: Digest(bytes: [UInt8](repeating: 0, count: 32))!, byteCount: 1,
                modificationMilliseconds: 0),
            profile: Profile(
                name: "p", summary: "", video: nil, audio: nil, images: nil, packaging: .cmaf),
            profileDigest: Digest(bytes: [UInt8](repeating: 0, count: 32))!, destination: "/o",
            jobClass: .live, priority: 0, state: .running, isSuperseded: false, failure: nil,
            cancelReason: nil, failedUnit: nil, createdMilliseconds: 0, finishedMilliseconds: nil,
            unitsTotal: 4, unitsDone: 2, attemptsMaximum: 8)
    }

    @Test("every line is exactly as wide as the screen, and there are as many as it has rows")
    func size() {
        var generator = SplitMix64(seed: 7)
        for _ in 0..<500 {
            let columns = Int.random(in: 20...200, using: &generator)
            let rows = Int.random(in: 14...60, using: &generator)
            let source = [
                "talk.mov", "映画の名前.mp4", "a\u{1B}[2J\nb", String(repeating: "é", count: 99),
            ]
            .randomElement(using: &generator)!
            let view = view(
                units: Int.random(in: 0...20, using: &generator),
                jobs: Int.random(in: 0...80, using: &generator), source: source)
            let lines = TopScreen(view: view, columns: columns, rows: rows).lines
            #expect(lines.count == rows)
            #expect(lines.allSatisfy { ScreenText.width($0.text) == columns })
        }
    }

    @Test("a name with escape sequences moves no cursor")
    func harmless() {
        let hostile = "a\u{1B}]0;x\u{7}\r\n\u{202E}b\u{9B}2J"
        let lines = TopScreen(
            view: view(units: 1, jobs: 1, source: hostile), columns: 100, rows: 24
        )
        .lines
        for scalar in lines.flatMap({ Array($0.text.unicodeScalars) }) {
            #expect(scalar.value >= 0x20 && !(0x7F...0x9F).contains(scalar.value))
            #expect(scalar.value != 0x202E)
        }
    }

    @Test("the chosen job is in sight, wherever it stands")
    func selection() {
        var view = view(units: 3, jobs: 50)
        for index in 0..<50 {
            view.selected = index
            let lines = TopScreen(view: view, columns: 80, rows: 24).lines
            let chosen = lines.filter { $0.style == .chosen }
            #expect(chosen.count == 1)
            #expect(chosen[0].text.hasPrefix("j\(index) "))
        }
    }

    @Test("the queue's end is told by what was done of late")
    func remaining() {
        let done = Throughput(
            milliseconds: 60_000, units: 30, cpuSeconds: 120, publishedJobs: 4, failedJobs: 0)
        func eta(_ backlog: Backlog, _ throughput: Throughput = done) -> Double? {
            view(backlog: backlog, throughput: throughput).remainingSeconds
        }
        #expect(eta(Backlog(planningJobs: 0, units: 0, cpuSeconds: 0, runningJobs: 0)) == 0)
        // Two predicted CPU-seconds a second.
        #expect(eta(Backlog(planningJobs: 0, units: 9, cpuSeconds: 100, runningJobs: 1)) == 50)
        // Each of ten jobs without a plan costs what the planned ones do.
        #expect(eta(Backlog(planningJobs: 10, units: 9, cpuSeconds: 100, runningJobs: 2)) == 300)
        // Or what those cost that were published.
        #expect(eta(Backlog(planningJobs: 10, units: 0, cpuSeconds: 0, runningJobs: 0)) == 150)
        let nothing = Throughput(
            milliseconds: 60_000, units: 0, cpuSeconds: 0, publishedJobs: 0, failedJobs: 0)
        #expect(
            eta(Backlog(planningJobs: 1, units: 0, cpuSeconds: 0, runningJobs: 0), nothing) == nil)
    }

    @Test("keys are read from what terminals send")
    func keys() {
        func keys(_ bytes: [UInt8]) -> [Terminal.Key] { Terminal.keys(in: bytes[...]) }
        #expect(keys([0x1B, 0x5B, 0x41]) == [.up])
        #expect(keys([0x1B, 0x4F, 0x42]) == [.down])
        #expect(keys([0x1B, 0x5B, 0x31, 0x3B, 0x35, 0x41]) == [.up])
        #expect(keys([0x1B, 0x5B, 0x33, 0x7E, 0x63]) == [.character("c")])
        #expect(keys([0x1B]) == [.escape])
        #expect(keys([0x09, 0x0D, 0x03]) == [.tab, .enter, .end])
        #expect(keys([0x71, 0xC3, 0xA9]) == [.character("q")])
        #expect(keys([0x1B, 0x5B]) == [])
    }

    @Test("what does not fit is cut with an ellipsis, wide characters whole")
    func fitting() {
        #expect(ScreenText.fitted("abcdef", 4) == "abc…")
        #expect(ScreenText.fitted("ab", 4) == "ab  ")
        #expect(ScreenText.fitted("ab", 4, alignsRight: true) == "  ab")
        #expect(ScreenText.fitted("映画", 4) == "映画")
        #expect(ScreenText.fitted("映画x", 4) == "映… ")
        #expect(ScreenText.fitted("x", 0) == "")
    }
}
