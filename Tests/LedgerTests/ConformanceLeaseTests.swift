import Ledger
import Testing
import TranscodeModel

@Suite("The contract: leasing and renewing")
struct ConformanceLeaseTests {
    @Test(
        "a lease makes a ready unit leased, counts an attempt and moves the epoch to odd (I3, I11)",
        arguments: LedgerDriver.allCases)
    func leases(_ driver: LedgerDriver) throws {
        let fixture = try ConformanceFixture(driver)
        try fixture.run()
        fixture.clock.pass(10)
        let lease = try fixture.lease(1, "b")
        #expect(
            lease.token
                == LeaseToken(
                    tenant: .standard, unit: UnitID(job: JobID("j1"), position: 1), epoch: 1,
                    attempt: 1))
        #expect(lease.kind == .encode && lease.attemptsMaximum == 3 && lease.crashes == 0)
        #expect(!lease.isSplit && !lease.isHedge)
        #expect(lease.estimate == ConformanceFixture.estimate(2))
        let unit = try fixture.unit(1)
        #expect(unit.state == .leased && unit.epoch == 1 && unit.attempt == 1)
        #expect(unit.node == NodeID("b") && unit.rivalNode == nil)
        #expect(unit.startedMilliseconds == fixture.clock.now && unit.progress == 0)
        #expect(unit.note == nil)
        #expect(try fixture.findings() == [])
    }

    @Test(
        "only what is ready at the epoch that was seen is leased; the rest is missing in the answer",
        arguments: LedgerDriver.allCases)
    func picks(_ driver: LedgerDriver) throws {
        let fixture = try ConformanceFixture(driver)
        try fixture.run(encodes: 3)
        _ = try fixture.lease(1)
        let picks = [
            fixture.pick(1), fixture.pick(1, epoch: 1), fixture.pick(2, epoch: 2), fixture.pick(4),
            fixture.pick(0, epoch: 1), fixture.pick(77), fixture.pick(2, job: "none"),
            LeasePick(
                tenant: ConformanceFixture.other("other"),
                unit: UnitID(job: JobID("j1"), position: 2), epoch: 0),
            fixture.pick(3), fixture.pick(3),
        ]
        #expect(try fixture.lease(picks).map(\.unit.position) == [3])
        #expect(try fixture.unit(2).state == .ready)
        #expect(try fixture.findings() == [])
    }

    @Test("a unit is not leased before its time", arguments: LedgerDriver.allCases)
    func delay(_ driver: LedgerDriver) throws {
        let fixture = try ConformanceFixture(driver)
        try fixture.run()
        let lease = try fixture.lease(1)
        _ = try fixture.release(lease.token, .holder, ConformanceFixture.again(after: 500))
        fixture.clock.pass(499)
        #expect(try fixture.lease([fixture.pick(1, epoch: 2)]) == [])
        fixture.clock.pass(1)
        #expect(try fixture.lease([fixture.pick(1, epoch: 2)]).map(\.token.attempt) == [2])
    }

    @Test(
        "no more units of a tenant are leased at once than its cap allows",
        arguments: LedgerDriver.allCases)
    func cap(_ driver: LedgerDriver) throws {
        let fixture = try ConformanceFixture(driver)
        try fixture.run(encodes: 4)
        try fixture.ledger.setTenant(.standard, weight: nil, cap: .some(2))
        let picks = (1...4).map { fixture.pick($0) }
        let first = try fixture.lease(picks)
        #expect(first.map(\.unit.position) == [1, 2])
        #expect(try fixture.lease(picks) == [])
        #expect(try fixture.ledger.tenants().first?.leased == 2)
        _ = try fixture.complete(first[0].token)
        #expect(try fixture.lease(picks).map(\.unit.position) == [3])
        _ = try fixture.release(first[1].token)
        #expect(try fixture.lease(picks).map(\.unit.position) == [4])
        try fixture.ledger.setTenant(.standard, weight: nil, cap: .some(nil))
        #expect(try fixture.lease([fixture.pick(2, epoch: 2)]).count == 1)
        #expect(try fixture.findings() == [])
    }

    @Test(
        "a cap that is lowered below what is leased takes nothing away",
        arguments: LedgerDriver.allCases)
    func capBelow(_ driver: LedgerDriver) throws {
        let fixture = try ConformanceFixture(driver)
        try fixture.run(encodes: 4)
        let leases = try fixture.lease([fixture.pick(1), fixture.pick(2), fixture.pick(3)])
        try fixture.ledger.setTenant(.standard, weight: nil, cap: .some(1))
        #expect(try fixture.ledger.liveLeases().count == 3)
        for lease in leases[0...1] { _ = try fixture.complete(lease.token) }
        #expect(try fixture.lease([fixture.pick(4)]) == [])
        _ = try fixture.complete(leases[2].token)
        #expect(try fixture.lease([fixture.pick(4)]).count == 1)
    }

    @Test(
        "a renewal extends what is still ours, notes progress that never goes back, and has no event",
        arguments: LedgerDriver.allCases)
    func renewal(_ driver: LedgerDriver) throws {
        let fixture = try ConformanceFixture(driver)
        try fixture.run()
        let kept = try fixture.lease(1)
        let lost = try fixture.lease(2)
        _ = try fixture.release(lost.token)
        let before = try fixture.history()
        fixture.clock.pass(900)
        var wrong = kept.token
        wrong.attempt = 2
        #expect(try fixture.renew([kept.token, lost.token, wrong], progress: 7) == [kept.token])
        #expect(try fixture.renew([kept.token], progress: 3) == [kept.token])
        #expect(try fixture.unit(1).progress == 7)
        #expect(try fixture.unit(2).state == .ready)
        fixture.clock.pass(1000)
        #expect(try fixture.survey().overdue == [])
        fixture.clock.pass(1)
        #expect(try fixture.survey().overdue.map(\.token) == [kept.token])
        #expect(try fixture.history() == before)
    }

    @Test(
        "a lease that ran out is renewed as long as nobody took it back",
        arguments: LedgerDriver.allCases)
    func lateRenewal(_ driver: LedgerDriver) throws {
        let fixture = try ConformanceFixture(driver)
        try fixture.run()
        let lease = try fixture.lease(1)
        fixture.clock.pass(5000)
        #expect(try fixture.renew([lease.token]) == [lease.token])
        #expect(try fixture.release(lease.token, .overdue) == .fenced)
        #expect(try fixture.unit(1).state == .leased)
    }

    @Test(
        "operations of one call see each other, in order, at one time",
        arguments: LedgerDriver.allCases)
    func batch(_ driver: LedgerDriver) throws {
        let fixture = try ConformanceFixture(driver)
        try fixture.run()
        let unit = UnitID(job: JobID("j1"), position: 1)
        let token = LeaseToken(tenant: .standard, unit: unit, epoch: 1, attempt: 1)
        let answers = try fixture.ledger.perform([
            .lease([fixture.pick(1)], node: NodeID("a"), durationMilliseconds: 9),
            .complete(Completion(token: token, artifact: ConformanceFixture.artifact())),
            .complete(Completion(token: token, artifact: ConformanceFixture.artifact())),
            .renew([HeldLease(token: token, progress: 1)], durationMilliseconds: 9),
        ])
        #expect(answers.count == 4)
        #expect(
            answers.dropFirst() == [
                .completed(.committed(.running)), .completed(.alreadyDone), .renewed([]),
            ])
        #expect(try fixture.unit(1).state == .done)
    }

    @Test("a call that throws changes nothing", arguments: LedgerDriver.allCases)
    func atomicity(_ driver: LedgerDriver) throws {
        let fixture = try ConformanceFixture(driver)
        try fixture.enqueue(ConformanceFixture.submission("j1"))
        let probe = try fixture.lease(0)
        var planned = ConformanceFixture.planned(encodes: 2)
        planned.plan.units.swapAt(0, 1)
        let before = try fixture.history()
        #expect(throws: LedgerFailure.self) {
            try fixture.ledger.perform([
                .setBreaker(
                    BreakerRecord(
                        key: "store", state: .open, generation: 1, failures: 1,
                        retryAtMilliseconds: 1, reason: "r")),
                .complete(
                    Completion(
                        token: probe.token, artifact: ConformanceFixture.artifact(),
                        planned: planned)),
            ])
        }
        #expect(try fixture.history() == before)
        #expect(try fixture.ledger.breakers() == [])
        #expect(try fixture.unit(0).state == .leased)
        #expect(try fixture.findings() == [])
    }
}
