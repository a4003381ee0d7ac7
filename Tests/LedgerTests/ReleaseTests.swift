import Ledger
import Testing
import TranscodeModel

@Suite("A lease ends on the ground that is named, or not at all")
struct ReleaseTests {
    @Test("overdue: only when its time has run out, and not when it was renewed meanwhile")
    func overdue() throws {
        let fixture = try LedgerFixture()
        try fixture.runningJob()
        let lease = try #require(try fixture.leaseNext())
        #expect(try fixture.release(lease.token, .overdue) == .fenced)
        fixture.time.pass(1000)
        #expect(try fixture.survey().overdue == [])
        #expect(try fixture.release(lease.token, .overdue) == .fenced)
        fixture.time.pass(1)
        #expect(try fixture.survey().overdue.map(\.token) == [lease.token])
        #expect(try fixture.renew(lease))
        #expect(try fixture.release(lease.token, .overdue) == .fenced)
        fixture.time.pass(1001)
        #expect(try fixture.release(lease.token, .overdue) == .released(.ready))
        #expect(try fixture.release(lease.token, .overdue) == .fenced)
    }

    @Test("a node's death: only its own leases")
    func nodeDied() throws {
        let fixture = try LedgerFixture()
        try fixture.runningJob()
        let lease = try #require(try fixture.leaseNext("a"))
        #expect(try fixture.release(lease.token, .nodeDied(NodeID("b"))) == .fenced)
        #expect(try fixture.ledger.leases(ofNode: NodeID("b")) == [])
        #expect(try fixture.ledger.leases(ofNode: NodeID("a")).map(\.token) == [lease.token])
        #expect(try fixture.release(lease.token, .nodeDied(NodeID("a"))) == .released(.ready))
    }

    @Test("a retry keeps the failure, notes the reason, splits, and moves the epoch")
    func retry() throws {
        let fixture = try LedgerFixture()
        try fixture.runningJob(attempts: 5)
        let lease = try #require(try fixture.leaseNext())
        let failure = Failure(.crashed, .workerCrashed, "signal 11")
        #expect(
            try fixture.release(
                lease.token, .holder, LedgerFixture.retry(after: 50, splits: true),
                failure: failure, reason: "it crashed") == .released(.ready))
        var unit = try #require(try fixture.unit(1))
        #expect(unit.state == .ready && unit.epoch == lease.token.epoch + 1)
        #expect(unit.failure == failure && unit.note == "it crashed" && unit.crashes == 1)
        #expect(unit.isSplit && unit.attemptsMaximum == 5)
        #expect(unit.runAtMilliseconds == fixture.time.now + 50)
        #expect(try fixture.events().last?.detail == "it crashed")
        fixture.time.pass(50)
        let next = try #require(try fixture.leaseNext())
        #expect(next.isSplit && next.crashes == 1 && next.token.attempt == 2)
        // What was handed back keeps what was known, returns the attempt, and stays split.
        #expect(
            try fixture.release(
                next.token, .holder, LedgerFixture.retry(returnsAttempt: true), reason: "drain")
                == .released(.ready))
        unit = try #require(try fixture.unit(1))
        #expect(unit.failure == failure && unit.crashes == 1 && unit.isSplit)
        #expect(unit.attemptsMaximum == 6 && unit.note == "drain")
        #expect(try fixture.ledger.audit().findings == [])
    }

    @Test("nothing of another tenant's name, and nothing that is not there")
    func names() throws {
        let fixture = try LedgerFixture()
        try fixture.runningJob()
        let lease = try #require(try fixture.leaseNext())
        var token = lease.token
        token.tenant = try #require(TenantID("other"))
        #expect(try fixture.release(token) == .fenced)
        #expect(
            try fixture.ask(.complete(Completion(token: token, artifact: LedgerFixture.artifact())))
                == .completed(.fenced))
        for unit in [
            UnitID(job: JobID("none"), position: 1), UnitID(job: JobID("j1"), position: 99),
            UnitID(job: JobID("j1"), position: -1), UnitID(job: JobID("j1"), position: 1 << 30),
        ] {
            let stranger = LeaseToken(tenant: .standard, unit: unit, epoch: 1, attempt: 1)
            #expect(try fixture.release(stranger) == .fenced)
            #expect(
                try fixture.lease([LeasePick(tenant: .standard, unit: unit, epoch: 0)]) == [])
        }
        #expect(try fixture.complete(lease) == .committed(.running))
    }

    @Test("what is refused changes nothing of all that was asked with it")
    func allOrNothing() throws {
        let fixture = try LedgerFixture()
        _ = try fixture.ledger.enqueue([LedgerFixture.submission("j1")])
        let probe = try #require(try fixture.leaseNext())
        let before = try fixture.events()
        var plan = LedgerFixture.plan(encodes: 2)
        plan.units[2].dependencies = [9]
        let failure = #expect(throws: LedgerFailure.self) {
            try fixture.ledger.perform([
                .release(
                    Release(
                        token: probe.token, ground: .holder, verdict: LedgerFixture.retry(),
                        failure: nil, reason: "x")),
                .complete(
                    Completion(
                        token: probe.token, artifact: LedgerFixture.artifact(),
                        planned: LedgerFixture.planned(plan))),
            ])
        }
        #expect(failure?.code == .refused)
        #expect(try fixture.events() == before)
        #expect(try fixture.state(0) == .leased)
        #expect(try fixture.ledger.audit().findings == [])
    }
}
