import ContentDigest
import Ledger
import Scheduler
import SeededRandom
import Testing
import TranscodeModel

@Suite("A disk with too little room: what is begun on it, and that nothing waits for ever")
struct DiskRuleTests {
    private static let rule = DiskRule(low: DiskMark(bytes: 100), high: DiskMark(bytes: 150))

    private func disk(_ free: Int64, of total: Int64 = 1000) -> DiskSpace {
        DiskSpace(freeBytes: free, totalBytes: total)
    }

    private func candidate(
        _ job: String, _ kind: UnitKind, position: Int = 1, created: Int64 = 0, bytes: Int64 = 1
    ) -> Candidate {
        Candidate(
            unit: UnitID(job: JobID(job), position: position), tenant: .standard, kind: kind,
            epoch: 0, jobClass: .live, priority: 0, jobCreatedMilliseconds: created,
            tenantWeight: 1, tenantVirtualTime: 0, tenantCap: nil, tenantLeased: 0,
            estimate: Estimate(cpuSeconds: 1, memoryBytes: 1, outputBytes: bytes),
            remainingCriticalSeconds: 1, profile: Digest.sha256("p"), encoder: "")
    }

    private func admitted(_ candidates: [Candidate], free: Int64) -> [String] {
        Self.rule.admitted(candidates, on: disk(free)).map(\.unit.description)
    }

    @Test("it is short below the low mark, and until the high one is reached again")
    func hysteresis() {
        var isShort = false
        let heights: [(Int64, Bool)] = [
            (200, false), (100, false), (99, true), (100, true), (149, true), (150, false),
            (101, false), (0, true), (1000, false),
        ]
        for (free, expected) in heights {
            isShort = Self.rule.isShort(disk(free), wasShort: isShort)
            #expect(isShort == expected, "\(free)")
        }
        #expect(!DiskRule.none.isShort(disk(0), wasShort: false))
        #expect(!DiskRule.none.isShort(disk(0), wasShort: true))
    }

    @Test("of bytes and a share the smaller counts, and the high mark is never below the low one")
    func marks() {
        let both = DiskMark(bytes: 100, share: 0.05)
        #expect(both.bytes(of: disk(0, of: 1000)) == 50)
        #expect(both.bytes(of: disk(0, of: 10_000)) == 100)
        #expect(DiskMark(share: 1).bytes(of: disk(0, of: .max / 2)) > 0)
        #expect(DiskMark(share: 0.5).bytes(of: disk(0, of: 0)) == 0)
        let odd = DiskRule(low: DiskMark(bytes: 100), high: DiskMark(bytes: 10))
        #expect(odd.highBytes(of: disk(0)) == 100)
        #expect(odd.isShort(disk(99), wasShort: true) && !odd.isShort(disk(100), wasShort: true))
        let usual = DiskRule.standard
        #expect(usual.lowBytes(of: disk(0, of: 20_000_000_000)) == 1_000_000_000)
        #expect(usual.lowBytes(of: disk(0, of: 1_000_000_000_000)) == 10_000_000_000)
        #expect(usual.highBytes(of: disk(0, of: 1_000_000_000_000)) == 15_000_000_000)
    }

    @Test("what ends a job goes before all that would begin one")
    func endings() {
        let candidates = [
            candidate("a", .encode), candidate("b", .probe), candidate("c", .publish),
            candidate("d", .stitch), candidate("e", .audio), candidate("f", .verify),
            candidate("g", .package), candidate("h", .images), candidate("i", .text),
        ]
        #expect(admitted(candidates, free: 99) == ["c.1", "d.1", "f.1", "g.1"])
        #expect(admitted(candidates, free: 0) == ["c.1", "d.1", "f.1", "g.1"])
    }

    @Test("where none is so far, the oldest that was begun goes on alone, down to half of the mark")
    func oldest() {
        let candidates = [
            candidate("young", .encode, created: 9),
            candidate("old", .encode, position: 1, created: 5),
            candidate("old", .audio, position: 2, created: 5),
            candidate("older", .probe, created: 1),
            candidate("same", .encode, created: 5),
        ]
        #expect(admitted(candidates, free: 99) == ["old.1", "old.2"])
        #expect(admitted(candidates, free: 51) == ["old.1", "old.2"])
        #expect(admitted(candidates, free: 50) == [])
        #expect(admitted([candidate("new", .probe)], free: 99) == [])
    }

    @Test("one that would end a job but cannot be begun keeps nobody from going on")
    func unfit() {
        let candidates = [
            candidate("large", .stitch, created: 1, bytes: 500),
            candidate("old", .encode, created: 5),
            candidate("young", .encode, created: 9),
        ]
        func admitted(_ free: Int64) -> [String] {
            Self.rule.admitted(candidates, on: disk(free)) { $0.estimate.outputBytes <= free }
                .map(\.unit.description)
        }
        #expect(admitted(99) == ["old.1"])
        #expect(admitted(50) == [])
        #expect(admitted(500) == ["large.1"])
    }

    @Test("a store that does not say how much it can hold is short")
    func unknown() {
        for rule in [DiskRule.standard, Self.rule] {
            #expect(rule.isShort(.unknown, wasShort: false))
            #expect(rule.isShort(.unknown, wasShort: true))
            #expect(rule.admitted([candidate("a", .encode)], on: .unknown).isEmpty)
        }
    }

    /// Jobs of encodes of many sizes and an ending that takes as much again as one of them; what a job took is free
    /// once it has ended. With room for one job below half of the mark, all end, in whatever order they are taken.
    @Test(
        "jobs that are all half done do not wait for each other",
        arguments: 1...60 as ClosedRange<UInt64>)
    func noDeadlock(seed: UInt64) {
        var generator = SplitMix64(seed: seed)
        let encodes = Int.random(in: 1...6, using: &generator)
        var left = (0..<Int.random(in: 1...12, using: &generator)).map { _ in encodes + 1 }
        let most: Int64 = 10
        let low = 2 * most * Int64(encodes + 1) + 2
        let rule = DiskRule(low: DiskMark(bytes: low), high: DiskMark(bytes: low + low / 2))
        var taken = left.map { _ in Int64(0) }
        let total = low + Int64.random(in: 0...200, using: &generator)
        var isShort = false
        var steps = 0
        while left.contains(where: { $0 > 0 }) {
            steps += 1
            let space = disk(total - taken.reduce(0, +), of: total)
            isShort = rule.isShort(space, wasShort: isShort)
            let all = left.indices.filter { left[$0] > 0 }.map { job in
                candidate(
                    "j\(job)", left[job] == 1 ? .stitch : .encode, created: Int64(job),
                    bytes: Int64.random(in: 1...most, using: &generator))
            }
            let allowed = (isShort ? rule.admitted(all, on: space) : all).filter {
                $0.estimate.outputBytes <= space.freeBytes
            }
            guard let next = allowed.randomElement(using: &generator),
                let job = left.indices.first(where: { "j\($0)" == next.unit.job.text })
            else {
                Issue.record("all wait: \(left), \(taken), \(space) of \(low)")
                return
            }
            left[job] -= 1
            taken[job] = left[job] == 0 ? 0 : taken[job] + next.estimate.outputBytes
        }
        #expect(steps >= left.count * 2)
    }
}
