import Ledger
import Testing
import TranscodeModel

@Suite("The contract: giving back, taking back, giving up")
struct ConformanceReleaseTests {
    private static let crash = Failure(.crashed, .workerCrashed, "crashed")

    @Test(
        "a released unit is ready again after its delay, at the next epoch, with its reason",
        arguments: LedgerDriver.allCases)
    func retry(_ driver: LedgerDriver) throws {
        let fixture = try ConformanceFixture(driver)
        try fixture.run()
        let lease = try fixture.lease(1)
        _ = try fixture.renew([lease.token], progress: 9)
        #expect(
            try fixture.release(
                lease.token, .holder, ConformanceFixture.again(after: 250, splits: true),
                failure: Self.crash) == .released(.ready))
        let unit = try fixture.unit(1)
        #expect(unit.state == .ready && unit.epoch == 2 && unit.attempt == 1)
        #expect(unit.runAtMilliseconds == fixture.clock.now + 250)
        #expect(unit.node == nil && unit.progress == 0 && unit.note == "why")
        #expect(unit.failure == Self.crash && unit.crashes == 1 && unit.isSplit)
        #expect(unit.attemptsMaximum == 3)
        #expect(try fixture.findings() == [])
    }

    @Test(
        "what is known of a unit stays: failures, crashes and splits add up",
        arguments: LedgerDriver.allCases)
    func memory(_ driver: LedgerDriver) throws {
        let fixture = try ConformanceFixture(driver)
        try fixture.run(attempts: 5)
        _ = try fixture.release(
            fixture.lease(1).token, .holder, ConformanceFixture.again(splits: true),
            failure: Self.crash)
        let second = try fixture.lease(1, epoch: 2)
        #expect(second.crashes == 1 && second.isSplit)
        _ = try fixture.release(second.token)
        let unit = try fixture.unit(1)
        #expect(unit.failure == Self.crash && unit.crashes == 1 && unit.isSplit)
        let transient = Failure(.transient, .storageFailed, "no answer")
        _ = try fixture.release(fixture.lease(1, epoch: 4).token, failure: transient)
        #expect(try fixture.unit(1).failure == transient)
        #expect(try fixture.unit(1).crashes == 1)
    }

    @Test("an attempt that is returned may be made once more", arguments: LedgerDriver.allCases)
    func returned(_ driver: LedgerDriver) throws {
        let fixture = try ConformanceFixture(driver)
        try fixture.run(attempts: 1)
        #expect(
            try fixture.release(
                fixture.lease(1).token, .holder, ConformanceFixture.again(returnsAttempt: true))
                == .released(.ready))
        #expect(try fixture.unit(1).attemptsMaximum == 2)
        #expect(try fixture.lease(1, epoch: 2).token.attempt == 2)
        #expect(try fixture.findings() == [])
    }

    @Test(
        "a unit without an attempt left dies of its exhaustion, and its job with it",
        arguments: LedgerDriver.allCases)
    func exhausted(_ driver: LedgerDriver) throws {
        let fixture = try ConformanceFixture(driver)
        try fixture.run(attempts: 2)
        _ = try fixture.release(fixture.lease(1).token)
        let last = try fixture.lease(1, epoch: 2)
        #expect(
            try fixture.release(last.token, failure: Self.crash) == .released(.dead))
        let unit = try fixture.unit(1)
        #expect(unit.state == .dead && unit.failure == ConformanceFixture.exhausted)
        #expect(unit.epoch == 4 && unit.crashes == 1 && unit.attemptsMaximum == 2)
        #expect(try fixture.job().failure == ConformanceFixture.exhausted)
        #expect(try fixture.findings() == [])
    }

    @Test(
        "a unit that dies fails its job; every other unit ends, and its holder is fenced (I5)",
        arguments: LedgerDriver.allCases)
    func death(_ driver: LedgerDriver) throws {
        let fixture = try ConformanceFixture(driver)
        try fixture.run(encodes: 3)
        _ = try fixture.complete(fixture.lease(3).token)
        let other = try fixture.lease(2, "b")
        let rival = try #require(try fixture.hedge(other.token, "c"))
        let failure = Failure(.permanent, .undecodable, "cannot be decoded")
        fixture.clock.pass(3)
        #expect(
            try fixture.release(fixture.lease(1).token, .holder, .dead(failure), failure: failure)
                == .released(.dead))
        let job = try fixture.job()
        #expect(job.state == .failed && job.failure == failure && job.failedUnit == 1)
        #expect(job.finishedMilliseconds == fixture.clock.now && job.unitsDone == 2)
        let units = try fixture.ledger.units(ofJob: JobID("j1"))
        #expect(units.map(\.state) == [.done, .dead, .cancelled, .done, .cancelled, .cancelled])
        #expect(units.map(\.epoch) == [1, 2, 2, 1, 0, 0])
        #expect(units.allSatisfy { $0.node == nil && $0.rivalNode == nil })
        #expect(units[2].note == "unit 1 failed")
        #expect(try fixture.ledger.liveLeases() == [])
        #expect(try fixture.ledger.tenants().first?.leased == 0)
        for token in [other.token, rival.token] {
            #expect(try fixture.complete(token) == .fenced)
            #expect(try fixture.release(token) == .fenced)
        }
        #expect(try fixture.ledger.cancel(JobID("j1"), reason: "late") == false)
        #expect(try fixture.findings() == [])
    }

    @Test(
        "a lease is taken back as overdue only after its time, which the ledger itself looks at",
        arguments: LedgerDriver.allCases)
    func overdue(_ driver: LedgerDriver) throws {
        let fixture = try ConformanceFixture(driver)
        try fixture.run()
        let lease = try fixture.lease(1)
        fixture.clock.pass(1000)
        #expect(try fixture.release(lease.token, .overdue) == .fenced)
        #expect(try fixture.unit(1).state == .leased)
        fixture.clock.pass(1)
        #expect(try fixture.release(lease.token, .overdue) == .released(.ready))
    }

    @Test(
        "a lease is taken back from a dead node only if it is that node's",
        arguments: LedgerDriver.allCases)
    func nodeDied(_ driver: LedgerDriver) throws {
        let fixture = try ConformanceFixture(driver)
        try fixture.run()
        let lease = try fixture.lease(1, "a")
        #expect(try fixture.release(lease.token, .nodeDied(NodeID("b"))) == .fenced)
        #expect(try fixture.ledger.leases(ofNode: NodeID("a")).map(\.token) == [lease.token])
        #expect(try fixture.ledger.leases(ofNode: NodeID("b")) == [])
        #expect(try fixture.release(lease.token, .nodeDied(NodeID("a"))) == .released(.ready))
    }

    @Test(
        "a dead node's leases are taken back in one call, even when one of them ends the job",
        arguments: LedgerDriver.allCases)
    func lastAttemptAmongOthers(_ driver: LedgerDriver) throws {
        let fixture = try ConformanceFixture(driver)
        try fixture.run(attempts: 1)
        let leases = [try fixture.lease(1), try fixture.lease(2)]
        let answers = try fixture.ledger.perform(
            leases.map {
                .release(
                    Release(
                        token: $0.token, ground: .nodeDied(NodeID("a")),
                        verdict: ConformanceFixture.again(), failure: nil, reason: "died"))
            } + [.retire(NodeID("a"))])
        #expect(answers == [.released(.released(.dead)), .released(.fenced), .noted])
        #expect(try fixture.unit(2).state == .cancelled)
        #expect(try fixture.findings() == [])
    }
}
