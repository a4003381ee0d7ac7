import ContentDigest
import Ledger
import Testing
import TranscodeModel

@Suite("The contract: completing, and being fenced")
struct ConformanceCommitTests {
    @Test(
        "a completion is the only commit point: the unit, what waits for it, and the job",
        arguments: LedgerDriver.allCases)
    func commits(_ driver: LedgerDriver) throws {
        let fixture = try ConformanceFixture(driver)
        try fixture.run()
        let first = try fixture.lease(1)
        let second = try fixture.lease(2, "b")
        #expect(try fixture.complete(first.token) == .committed(.running))
        #expect(try fixture.unit(3).state == .blocked)
        fixture.clock.pass(5)
        #expect(try fixture.complete(second.token) == .committed(.running))
        let done = try fixture.unit(2)
        #expect(done.state == .done && done.node == nil && done.rivalNode == nil)
        #expect(done.epoch == 1 && done.finishedMilliseconds == fixture.clock.now)
        let stitch = try fixture.unit(3)
        #expect(stitch.state == .ready && stitch.runAtMilliseconds == fixture.clock.now)
        #expect(try fixture.job().unitsDone == 3)
        #expect(try fixture.complete(fixture.lease(3).token) == .committed(.running))
        #expect(try fixture.complete(fixture.lease(4).token) == .committed(.ready))
        let job = try fixture.job()
        #expect(job.state == .ready && job.finishedMilliseconds == fixture.clock.now)
        #expect(job.unitsDone == 5 && job.unitsTotal == 5)
        #expect(try fixture.findings() == [])
    }

    @Test(
        "a probe's completion fixes the plan and inserts its units in the same transaction",
        arguments: LedgerDriver.allCases)
    func plans(_ driver: LedgerDriver) throws {
        let fixture = try ConformanceFixture(driver)
        try fixture.enqueue(ConformanceFixture.submission("j1", attempts: 2))
        #expect(try fixture.job().unitsTotal == 1)
        let planned = ConformanceFixture.planned(encodes: 2)
        let probe = try fixture.lease(0)
        #expect(
            try fixture.complete(probe.token, planned: planned) == .committed(.running))
        #expect(try fixture.ledger.plan(ofJob: JobID("j1")) == planned.plan)
        let units = try fixture.ledger.units(ofJob: JobID("j1"))
        #expect(units.map(\.state) == [.done, .ready, .ready, .blocked, .blocked])
        #expect(units.map(\.position) == [0, 1, 2, 3, 4])
        #expect(units.dropFirst().allSatisfy { $0.attemptsMaximum == 2 && $0.epoch == 0 })
        #expect(units.dropFirst().map(\.work) == planned.plan.units.map(\.work))
        let stitch = try fixture.ledger.assignment(
            LeaseToken(
                tenant: .standard, unit: UnitID(job: JobID("j1"), position: 3), epoch: 1, attempt: 1
            ))
        #expect(stitch.dependencies == [1, 2] && stitch.work == .stitch(rendition: "v"))
        #expect(stitch.job == (try fixture.job()))
    }

    @Test(
        "a zombie is fenced between the loss and the next claim, and after it; the new owner is untouched",
        arguments: LedgerDriver.allCases)
    func zombie(_ driver: LedgerDriver) throws {
        let fixture = try ConformanceFixture(driver)
        try fixture.run()
        let zombie = try fixture.lease(1)
        fixture.clock.pass(1001)
        #expect(try fixture.release(zombie.token, .overdue) == .released(.ready))
        let lost = try fixture.history()
        #expect(try fixture.complete(zombie.token) == .fenced)
        #expect(try fixture.release(zombie.token) == .fenced)
        #expect(try fixture.renew([zombie.token]) == [])
        #expect(try fixture.hedge(zombie.token) == nil)
        #expect(try fixture.history() == lost)
        let owner = try fixture.lease(1, epoch: 2, "b")
        #expect(try fixture.complete(zombie.token) == .fenced)
        #expect(try fixture.release(zombie.token) == .fenced)
        #expect(
            try fixture.complete(owner.token, ConformanceFixture.artifact("owner"))
                == .committed(.running))
        #expect(try fixture.complete(zombie.token) == .fenced)
        let artifacts = try fixture.ledger.artifacts(ofJob: JobID("j1"))
        #expect(artifacts.map(\.position) == [0, 1])
        #expect(artifacts[1].artifact == ConformanceFixture.artifact("owner"))
        #expect(artifacts[1].attempt == 2 && artifacts[1].kind == .encode)
        #expect(try fixture.findings() == [])
    }

    @Test(
        "the same lease may ask again whether it completed, and nothing happens twice",
        arguments: LedgerDriver.allCases)
    func asksAgain(_ driver: LedgerDriver) throws {
        let fixture = try ConformanceFixture(driver)
        try fixture.run()
        let lease = try fixture.lease(1)
        _ = try fixture.complete(lease.token)
        let before = (try fixture.history(), try fixture.virtualTime(), try fixture.job())
        #expect(try fixture.complete(lease.token) == .alreadyDone)
        #expect(try fixture.history() == before.0)
        #expect(try fixture.virtualTime() == before.1)
        #expect(try fixture.job() == before.2)
    }

    @Test(
        "a late completion at an unmoved epoch counts: time is for liveness only",
        arguments: LedgerDriver.allCases)
    func late(_ driver: LedgerDriver) throws {
        let fixture = try ConformanceFixture(driver)
        try fixture.run()
        let lease = try fixture.lease(1)
        fixture.clock.pass(1_000_000)
        #expect(try fixture.complete(lease.token) == .committed(.running))
    }

    @Test("no other epoch, attempt, tenant or unit is believed", arguments: LedgerDriver.allCases)
    func strangers(_ driver: LedgerDriver) throws {
        let fixture = try ConformanceFixture(driver)
        try fixture.run()
        let token = try fixture.lease(1).token
        var strangers = [token, token, token, token, token]
        strangers[0].epoch = 3
        strangers[1].attempt = 2
        strangers[2].tenant = ConformanceFixture.other("other")
        strangers[3].unit = UnitID(job: JobID("j1"), position: 9)
        strangers[4].unit = UnitID(job: JobID("none"), position: 1)
        for stranger in strangers {
            #expect(try fixture.complete(stranger) == .fenced)
            #expect(try fixture.release(stranger) == .fenced)
            #expect(try fixture.renew([stranger]) == [])
            #expect(try fixture.hedge(stranger) == nil)
        }
        #expect(try fixture.unit(1).state == .leased)
    }

    @Test(
        "an operation that is fenced harms no other of its call", arguments: LedgerDriver.allCases)
    func fencedAmongOthers(_ driver: LedgerDriver) throws {
        let fixture = try ConformanceFixture(driver)
        try fixture.run()
        let zombie = try fixture.lease(1)
        _ = try fixture.release(zombie.token)
        let live = try fixture.lease(2)
        let answers = try fixture.ledger.perform([
            .complete(Completion(token: zombie.token, artifact: ConformanceFixture.artifact())),
            .complete(Completion(token: live.token, artifact: ConformanceFixture.artifact())),
        ])
        #expect(answers == [.completed(.fenced), .completed(.committed(.running))])
    }

    @Test(
        "what a unit made is found by its content, for its own tenant only (I14)",
        arguments: LedgerDriver.allCases)
    func reuse(_ driver: LedgerDriver) throws {
        let fixture = try ConformanceFixture(driver)
        try fixture.run()
        let content = Digest.sha256("u1")
        #expect(try fixture.ledger.artifact(content: content, tenant: .standard) == nil)
        _ = try fixture.complete(fixture.lease(1).token)
        #expect(
            try fixture.ledger.artifact(content: content, tenant: .standard)
                == ConformanceFixture.artifact())
        #expect(
            try fixture.ledger.artifact(
                content: content, tenant: ConformanceFixture.other("other")) == nil)
    }
}
