import GRDB
import Ledger
import Testing
import TranscodeModel

@Suite("I1, I3: one completion a unit, by the newest lease only")
struct FencingTests {
    @Test("a zombie that completes after its lease expired, before any reclaim, is fenced")
    func zombieBeforeReclaim() throws {
        let fixture = try LedgerFixture()
        try fixture.runningJob()
        let zombie = try #require(try fixture.leaseNext())
        fixture.time.pass(2000)
        #expect(try fixture.ledger.expireLeases() == [zombie.unit])
        let before = try fixture.ledger.events(ofJob: nil, after: 0, limit: 1000)
        #expect(
            try fixture.ledger.complete(zombie, artifact: LedgerFixture.artifact()) == .fenced)
        #expect(try fixture.ledger.events(ofJob: nil, after: 0, limit: 1000) == before)
        #expect(try fixture.state(zombie.unit.position) == .ready)
    }

    @Test("a zombie that completes after the reclaim is fenced, and the new owner is untouched")
    func zombieAfterReclaim() throws {
        let fixture = try LedgerFixture()
        try fixture.runningJob()
        let zombie = try #require(try fixture.leaseNext("a"))
        fixture.time.pass(2000)
        _ = try fixture.ledger.expireLeases()
        let owner = try #require(try fixture.leaseNext("b"))
        #expect(owner.unit == zombie.unit)
        #expect(
            try fixture.ledger.complete(zombie, artifact: LedgerFixture.artifact("z")) == .fenced)
        let held = HeldLease(unit: owner.unit, epoch: owner.epoch, progress: 0)
        #expect(
            try fixture.ledger.renew([held], node: NodeID("b"), durationMilliseconds: 1000)
                == [owner.unit])
        #expect(
            try fixture.ledger.complete(owner, artifact: LedgerFixture.artifact("o"))
                == .committed(.running))
        #expect(
            try fixture.ledger.complete(zombie, artifact: LedgerFixture.artifact("z")) == .fenced)
        let artifacts = try fixture.ledger.artifacts(ofJob: JobID("j1"))
        #expect(
            artifacts.filter { $0.position == owner.unit.position }.map(\.artifact)
                == [LedgerFixture.artifact("o")])
    }

    @Test(
        "a node that died with the last attempt of one unit, and with another of the same job",
        arguments: [true, false])
    func lastAttemptAmongOthers(byExpiry: Bool) throws {
        let fixture = try LedgerFixture()
        try fixture.runningJob(encodes: 3)
        var lease = try #require(try fixture.leaseNext())
        let worn = lease.unit
        while lease.attempt < lease.attemptsMaximum {
            #expect(
                try fixture.ledger.fail(
                    lease, failure: Failure(.transient, .workerKilled, "again"),
                    retryAfterMilliseconds: 0))
            lease = try #require(try fixture.leaseNext())
            #expect(lease.unit == worn)
        }
        let other = try #require(try fixture.leaseNext())
        #expect(other.unit.job == worn.job && other.unit != worn)
        fixture.time.pass(2000)
        _ =
            byExpiry
            ? try fixture.ledger.expireLeases()
            : try fixture.ledger.releaseLeases(ofNode: NodeID("a"), reason: "it died")
        let job = try #require(try fixture.ledger.job(worn.job))
        #expect(job.state == .failed)
        #expect(job.failedUnit == worn.position)
        #expect(try fixture.state(worn.position) == .dead)
        #expect(try fixture.state(other.unit.position) == .cancelled)
        #expect(try fixture.ledger.complete(other, artifact: LedgerFixture.artifact()) == .fenced)
        #expect(try fixture.ledger.audit().findings == [])
    }

    @Test("a late completion at an unmoved epoch counts: time is for liveness only")
    func late() throws {
        let fixture = try LedgerFixture()
        try fixture.runningJob()
        let lease = try #require(try fixture.leaseNext())
        fixture.time.pass(1_000_000)
        #expect(
            try fixture.ledger.complete(lease, artifact: LedgerFixture.artifact())
                == .committed(.running))
    }

    @Test("a completion that is told twice counts once")
    func duplicate() throws {
        let fixture = try LedgerFixture()
        try fixture.runningJob()
        let lease = try #require(try fixture.leaseNext())
        _ = try fixture.ledger.complete(lease, artifact: LedgerFixture.artifact())
        #expect(
            try fixture.ledger.complete(lease, artifact: LedgerFixture.artifact()) == .alreadyDone)
        #expect(try fixture.ledger.audit().findings == [])
    }

    @Test("a unit that is done cannot be leased again, not even by raw SQL")
    func reclaimOfDone() throws {
        let fixture = try LedgerFixture()
        try fixture.runningJob()
        let lease = try #require(try fixture.leaseNext())
        _ = try fixture.ledger.complete(lease, artifact: LedgerFixture.artifact())
        #expect(
            try fixture.ledger.lease(
                [LeasePick(unit: lease.unit, epoch: lease.epoch)], node: NodeID("b"),
                durationMilliseconds: 1) == [])
        #expect(throws: DatabaseError.self) {
            try fixture.raw(
                """
                UPDATE work_unit SET state = 'leased', epoch = epoch + 2, node = 'b',
                lease_until = 9 WHERE position = \(lease.unit.position)
                """)
        }
    }

    @Test("raw SQL cannot complete at a stale epoch, twice, or for a unit that is not leased")
    func rawCompletions() throws {
        let fixture = try LedgerFixture()
        try fixture.runningJob()
        let lease = try #require(try fixture.leaseNext())
        func insert(_ position: Int, epoch: Int64) throws {
            try fixture.raw(
                """
                INSERT INTO completion VALUES ('default', 'j1', \(position), \(epoch),
                zeroblob(32), 1, '{}', 1)
                """)
        }
        for (position, epoch) in [
            (lease.unit.position, lease.epoch + 2), (lease.unit.position, lease.epoch + 1),
            (2, 1), (3, 1), (99, 1),
        ] {
            #expect(throws: DatabaseError.self) { try insert(position, epoch: epoch) }
        }
        try insert(lease.unit.position, epoch: lease.epoch)
        #expect(throws: DatabaseError.self) {
            try insert(lease.unit.position, epoch: lease.epoch)
        }
    }

    @Test("a lost, failed or handed-back lease can do nothing more")
    func spentLease() throws {
        let fixture = try LedgerFixture()
        try fixture.runningJob()
        let lease = try #require(try fixture.leaseNext())
        #expect(try fixture.ledger.handBack(lease, reason: "drain"))
        let failure = Failure(.crashed, .workerCrashed, "x")
        #expect(try !fixture.ledger.handBack(lease, reason: "again"))
        #expect(try !fixture.ledger.fail(lease, failure: failure, retryAfterMilliseconds: nil))
        #expect(try fixture.ledger.complete(lease, artifact: LedgerFixture.artifact()) == .fenced)
        let held = HeldLease(unit: lease.unit, epoch: lease.epoch, progress: 1)
        #expect(
            try fixture.ledger.renew([held], node: NodeID("a"), durationMilliseconds: 1).isEmpty)
    }

    @Test("I5: work that is handed back at its last attempt can still be leased")
    func handBackEarnsAttempt() throws {
        let fixture = try LedgerFixture()
        try fixture.runningJob()
        for attempt in 1...10 {
            let lease = try #require(try fixture.leaseNext())
            #expect(lease.attempt == attempt)
            #expect(try fixture.ledger.handBack(lease, reason: "drain"))
        }
        #expect(try fixture.ledger.audit().findings == [])
    }
}
