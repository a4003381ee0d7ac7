import Ledger
import Testing
import TranscodeModel

@Suite("The contract: each completion that counts is learned from once")
struct ConformanceCostTests {
    private static func lesson(
        _ measured: Double, machine: String = "m", _ works: String...
    ) -> CostLesson {
        CostLesson(
            machine: machine,
            samples: works.map {
                CostSample(work: $0, predictedSeconds: 2, measuredSeconds: measured)
            })
    }

    private func complete(
        _ fixture: ConformanceFixture, _ token: LeaseToken, _ lesson: CostLesson?,
        _ artifact: Artifact = ConformanceFixture.artifact()
    ) throws -> CommitOutcome {
        guard
            case .completed(let outcome) = try fixture.ask(
                .complete(Completion(token: token, artifact: artifact, lesson: lesson)))
        else { throw LedgerFailure(.corrupt, "a completion has another answer") }
        return outcome
    }

    private func expected(_ ratios: [Double], machine: String = "m", _ work: String) -> LearnedCost
    {
        var cost = LearnedCost(machine: machine, work: work)
        for ratio in ratios {
            cost.learn(CostSample(work: work, predictedSeconds: 2, measuredSeconds: 2 * ratio))
        }
        return cost
    }

    @Test(
        "what completions teach is kept by machine and kind of work, in the order of the kinds",
        arguments: LedgerDriver.allCases)
    func learns(_ driver: LedgerDriver) throws {
        let fixture = try ConformanceFixture(driver)
        try fixture.run(encodes: 4)
        #expect(try fixture.ledger.learnedCosts(machine: "m") == [])
        _ = try complete(fixture, fixture.lease(1).token, Self.lesson(4, "scale", "encode"))
        _ = try complete(fixture, fixture.lease(2).token, Self.lesson(6, "encode"))
        _ = try complete(fixture, fixture.lease(3).token, Self.lesson(8, machine: "n", "encode"))
        _ = try complete(fixture, fixture.lease(4).token, nil)
        #expect(
            try fixture.ledger.learnedCosts(machine: "m") == [
                expected([2, 3], "encode"), expected([2], "scale"),
            ])
        #expect(
            try fixture.ledger.learnedCosts(machine: "n")
                == [expected([4], machine: "n", "encode")])
        #expect(try fixture.findings() == [])
    }

    @Test("several completions of one transaction each count", arguments: LedgerDriver.allCases)
    func together(_ driver: LedgerDriver) throws {
        let fixture = try ConformanceFixture(driver)
        try fixture.run(encodes: 3)
        let leases = try fixture.lease([fixture.pick(1), fixture.pick(2), fixture.pick(3)])
        _ = try fixture.ledger.perform(
            zip(leases, [2.0, 4, 8]).map {
                .complete(
                    Completion(
                        token: $0.token, artifact: ConformanceFixture.artifact(),
                        lesson: Self.lesson($1, "encode")))
            })
        #expect(
            try fixture.ledger.learnedCosts(machine: "m") == [expected([1, 2, 4], "encode")])
    }

    @Test(
        "a completion that is asked again, fenced, or comes after the rival's teaches nothing",
        arguments: LedgerDriver.allCases)
    func once(_ driver: LedgerDriver) throws {
        let fixture = try ConformanceFixture(driver)
        try fixture.run(encodes: 2)
        let first = try fixture.lease(1)
        let rival = try #require(try fixture.hedge(first.token))
        #expect(
            try complete(fixture, rival.token, Self.lesson(4, "encode")) == .committed(.running))
        #expect(try complete(fixture, rival.token, Self.lesson(4, "encode")) == .alreadyDone)
        #expect(try complete(fixture, first.token, Self.lesson(9, "encode")) == .fenced)
        let lost = try fixture.lease(2)
        _ = try fixture.release(lost.token)
        #expect(try complete(fixture, lost.token, Self.lesson(9, "encode")) == .fenced)
        #expect(try fixture.ledger.learnedCosts(machine: "m") == [expected([2], "encode")])
    }

    @Test("what cannot be learned from or named is passed over", arguments: LedgerDriver.allCases)
    func nonsense(_ driver: LedgerDriver) throws {
        let fixture = try ConformanceFixture(driver)
        try fixture.run(encodes: 2)
        let long = String(repeating: "x", count: 201)
        _ = try complete(fixture, fixture.lease(1).token, Self.lesson(.nan, "encode"))
        _ = try complete(fixture, fixture.lease(2).token, Self.lesson(2, "", long))
        #expect(try fixture.ledger.learnedCosts(machine: "m") == [])
    }
}
