import SeededRandom
import Testing

@testable import reelmill

@Suite("Bench: where the CPU time goes")
struct CPUSplitTests {
    private static func measured(_ generator: inout SplitMix64) -> CPUSplit.Measured {
        var measured = CPUSplit.Measured()
        for stage in ["read", "decode", "scale", "encode", "mux", "polish"]
        where Bool.random(using: &generator) {
            measured.stages[stage] = .random(in: 0...50, using: &generator)
        }
        measured.children = .random(in: 0...200, using: &generator)
        measured.hash = .random(in: 0...3, using: &generator)
        measured.ledger = .random(in: 0...3, using: &generator)
        measured.ledgerInStages = .random(in: 0...1, using: &generator)
        measured.nodeStages = .random(in: 0...4, using: &generator)
        measured.total = .random(in: 0...250, using: &generator)
        return measured
    }

    @Test("the parts add up to the total, whatever was measured; so do medians of several runs")
    func addsUp() throws {
        var generator = SplitMix64(seed: 4)
        for _ in 0..<500 {
            let all = (0..<Int.random(in: 1...5, using: &generator)).map { _ in
                CPUSplit(Self.measured(&generator))
            }
            for split in all + [try #require(CPUSplit.median(all))] {
                let sum = split.parts.reduce(0) { $0 + $1.cpuSeconds }
                #expect(abs(sum - split.total) < 1e-9)
                #expect(split.parts.count { $0.name == "other" } == 1)
                #expect(split.parts.last?.name == "other")
                #expect(Set(split.parts.map(\.name)).count == split.parts.count)
            }
        }
        #expect(CPUSplit.median([]) == nil)
    }

    @Test("nothing is counted twice, and what no clock saw is shown")
    func parts() {
        let split = CPUSplit(
            .init(
                total: 100, children: 90,
                stages: ["encode": 70, "decode": 8, "read": 1, "scale": 6, "mux": 1],
                hash: 2, ledger: 1.5, ledgerInStages: 0.5, nodeStages: 3))
        #expect(
            split.parts.map(\.name) == [
                "read", "decode", "scale", "encode", "mux", "start-up", "hash", "ledger", "join",
                "other",
            ])
        #expect(split["start-up"] == 4)
        #expect(split["ledger"] == 2)
        #expect(split["join"] == 2.5)
        #expect(split["other"] == 3.5)
        #expect(split["nothing"] == 0)
        #expect(abs(split.overhead - 0.15) < 1e-12)
    }

    @Test("too much on the clocks shows as less than nothing, and is not hidden")
    func tooMuch() {
        let split = CPUSplit(.init(total: 10, children: 9, stages: ["encode": 9], hash: 3))
        #expect(split["other"] == -2)
    }

    @Test func idleness() {
        let span = WorkSpan(wallSeconds: 10, cpuSeconds: 15, cores: 2)
        #expect(span.utilisation == 0.75)
        #expect(span.idleSeconds == 5)
        #expect(WorkSpan(wallSeconds: 0, cpuSeconds: 1, cores: 2).utilisation == 0)
        #expect(WorkSpan(wallSeconds: 1, cpuSeconds: 3, cores: 2).idleSeconds == 0)
    }
}
