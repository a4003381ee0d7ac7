import Ledger
import Testing
import TranscodeModel

@Suite("The contract: a second lease of a straggler")
struct ConformanceHedgeTests {
    @Test(
        "a hedge shares the epoch, counts an attempt, and counts twice for the cap",
        arguments: LedgerDriver.allCases)
    func hedges(_ driver: LedgerDriver) throws {
        let fixture = try ConformanceFixture(driver)
        try fixture.run(encodes: 3)
        try fixture.ledger.setTenant(.standard, weight: nil, cap: .some(2))
        let holder = try fixture.lease(1, "a")
        fixture.clock.pass(10)
        let rival = try #require(try fixture.hedge(holder.token, "b"))
        #expect(rival.isHedge && rival.token.epoch == 1 && rival.token.attempt == 2)
        let unit = try fixture.unit(1)
        #expect(unit.node == NodeID("a") && unit.rivalNode == NodeID("b"))
        #expect(unit.attempt == 2 && unit.epoch == 1 && unit.state == .leased)
        #expect(unit.startedMilliseconds == fixture.clock.now - 10)
        #expect(try fixture.ledger.tenants().first?.leased == 2)
        #expect(try fixture.lease([fixture.pick(2)]) == [])
        #expect(Set(try fixture.ledger.liveLeases()) == [holder.token, rival.token])
        #expect(try fixture.findings() == [])
    }

    @Test(
        "a hedge needs a live holder, no rival, an attempt and room",
        arguments: LedgerDriver.allCases)
    func refusals(_ driver: LedgerDriver) throws {
        let fixture = try ConformanceFixture(driver)
        try fixture.run(encodes: 3, attempts: 2)
        let lease = try fixture.lease(1)
        let rival = try #require(try fixture.hedge(lease.token, "b"))
        #expect(try fixture.hedge(lease.token, "c") == nil)
        #expect(try fixture.hedge(rival.token, "c") == nil)
        _ = try fixture.release(rival.token)
        // Both attempts are used.
        #expect(try fixture.hedge(lease.token, "c") == nil)
        let second = try fixture.lease(2)
        try fixture.ledger.setTenant(.standard, weight: nil, cap: .some(2))
        #expect(try fixture.hedge(second.token, "c") == nil)
        _ = try fixture.complete(lease.token)
        #expect(try fixture.hedge(second.token, "c") != nil)
        #expect(try fixture.findings() == [])
    }

    @Test(
        "the first of the two to complete wins, whichever it is; the other is fenced",
        arguments: LedgerDriver.allCases, [true, false])
    func race(_ driver: LedgerDriver, rivalWins: Bool) throws {
        let fixture = try ConformanceFixture(driver)
        try fixture.run()
        let holder = try fixture.lease(1, "a")
        let rival = try #require(try fixture.hedge(holder.token, "b"))
        let (winner, loser) = rivalWins ? (rival, holder) : (holder, rival)
        #expect(try fixture.renew([holder.token, rival.token]) == [holder.token, rival.token])
        #expect(try fixture.complete(winner.token) == .committed(.running))
        #expect(try fixture.complete(loser.token) == .fenced)
        #expect(try fixture.complete(winner.token) == .alreadyDone)
        #expect(try fixture.release(loser.token) == .fenced)
        #expect(try fixture.renew([holder.token, rival.token]) == [])
        let artifact = try #require(
            try fixture.ledger.artifacts(ofJob: JobID("j1")).first { $0.position == 1 })
        #expect(artifact.attempt == winner.token.attempt)
        #expect(try fixture.ledger.tenants().first?.leased == 0)
        #expect(try fixture.findings() == [])
    }

    @Test(
        "when the holder is lost its rival becomes the holder, at the same epoch",
        arguments: LedgerDriver.allCases)
    func promotion(_ driver: LedgerDriver) throws {
        let fixture = try ConformanceFixture(driver)
        try fixture.run(attempts: 5)
        let holder = try fixture.lease(1, "a", duration: 1000)
        let rival = try #require(try fixture.hedge(holder.token, "b", duration: 5000))
        let crash = Failure(.crashed, .workerCrashed, "crashed")
        #expect(
            try fixture.release(
                holder.token, .holder, .dead(crash), failure: crash, reason: "crash")
                == .rivalGoesOn)
        let unit = try fixture.unit(1)
        #expect(unit.state == .leased && unit.epoch == 1 && unit.attempt == 2)
        #expect(unit.node == NodeID("b") && unit.rivalNode == nil)
        #expect(unit.crashes == 1 && unit.failure == crash)
        #expect(try fixture.complete(holder.token) == .fenced)
        #expect(try fixture.ledger.tenants().first?.leased == 1)
        fixture.clock.pass(4000)
        #expect(try fixture.survey().overdue == [])
        let next = try #require(try fixture.hedge(rival.token, "c"))
        #expect(next.token.attempt == 3)
        #expect(try fixture.complete(rival.token) == .committed(.running))
        #expect(try fixture.findings() == [])
    }

    @Test("when the rival is lost the holder goes on", arguments: LedgerDriver.allCases)
    func rivalLost(_ driver: LedgerDriver) throws {
        let fixture = try ConformanceFixture(driver)
        try fixture.run()
        let holder = try fixture.lease(1, "a")
        let rival = try #require(try fixture.hedge(holder.token, "b"))
        #expect(try fixture.release(rival.token) == .rivalGoesOn)
        let unit = try fixture.unit(1)
        #expect(unit.node == NodeID("a") && unit.rivalNode == nil && unit.epoch == 1)
        #expect(try fixture.complete(rival.token) == .fenced)
        #expect(try fixture.renew([rival.token, holder.token]) == [holder.token])
        #expect(try fixture.release(holder.token) == .released(.ready))
        #expect(try fixture.findings() == [])
    }

    @Test("each of two leases has a time and a node of its own", arguments: LedgerDriver.allCases)
    func grounds(_ driver: LedgerDriver) throws {
        let fixture = try ConformanceFixture(driver)
        try fixture.run()
        let holder = try fixture.lease(1, "a", duration: 3000)
        let rival = try #require(try fixture.hedge(holder.token, "b", duration: 1000))
        fixture.clock.pass(1001)
        #expect(try fixture.survey().overdue.map(\.token) == [rival.token])
        #expect(try fixture.survey().overdue.allSatisfy(\.hasRival))
        #expect(try fixture.release(holder.token, .overdue) == .fenced)
        #expect(try fixture.release(holder.token, .nodeDied(NodeID("b"))) == .fenced)
        #expect(try fixture.release(rival.token, .nodeDied(NodeID("a"))) == .fenced)
        #expect(try fixture.renew([holder.token]) == [holder.token])
        #expect(try fixture.release(rival.token, .overdue) == .rivalGoesOn)
        #expect(try fixture.release(holder.token, .nodeDied(NodeID("a"))) == .released(.ready))
    }

    @Test(
        "a hedge's lease may be the last attempt: losing both ends the unit",
        arguments: LedgerDriver.allCases)
    func lastAttempts(_ driver: LedgerDriver) throws {
        let fixture = try ConformanceFixture(driver)
        try fixture.run(attempts: 2)
        let holder = try fixture.lease(1, "a")
        let rival = try #require(try fixture.hedge(holder.token, "b"))
        #expect(try fixture.release(holder.token) == .rivalGoesOn)
        #expect(try fixture.release(rival.token) == .released(.dead))
        #expect(try fixture.job().state == .failed)
    }
}
