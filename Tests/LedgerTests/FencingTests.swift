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
        #expect(try fixture.expireLeases() == [.released(.ready)])
        let before = try fixture.events()
        #expect(try fixture.complete(zombie) == .fenced)
        #expect(try fixture.events() == before)
        #expect(try fixture.state(zombie.unit.position) == .ready)
    }

    @Test("a zombie that completes after the reclaim is fenced, and the new owner is untouched")
    func zombieAfterReclaim() throws {
        let fixture = try LedgerFixture()
        try fixture.runningJob()
        let zombie = try #require(try fixture.leaseNext("a"))
        fixture.time.pass(2000)
        _ = try fixture.expireLeases()
        let owner = try #require(try fixture.leaseNext("b"))
        #expect(owner.unit == zombie.unit)
        #expect(
            try fixture.complete(zombie, LedgerFixture.artifact("z")) == .fenced)
        #expect(try fixture.renew(owner))
        #expect(try !fixture.renew(zombie))
        #expect(
            try fixture.complete(owner, LedgerFixture.artifact("o"))
                == .committed(.running))
        #expect(
            try fixture.complete(zombie, LedgerFixture.artifact("z")) == .fenced)
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
        while lease.token.attempt < lease.attemptsMaximum {
            #expect(
                try fixture.release(
                    lease.token, failure: Failure(.transient, .workerKilled, "again"))
                    == .released(.ready))
            lease = try #require(try fixture.leaseNext())
            #expect(lease.unit == worn)
        }
        let other = try #require(try fixture.leaseNext())
        #expect(other.unit.job == worn.job && other.unit != worn)
        fixture.time.pass(2000)
        let outcomes =
            byExpiry
            ? try fixture.expireLeases()
            : try fixture.ledger.leases(ofNode: NodeID("a")).map {
                try fixture.release($0.token, .nodeDied(NodeID("a")))
            }
        // The second is not leased any more when its turn comes: the first has ended the job.
        #expect(Set(outcomes) == [.released(.dead), .fenced])
        let job = try #require(try fixture.ledger.job(worn.job))
        #expect(job.state == .failed)
        #expect(job.failedUnit == worn.position)
        #expect(try fixture.state(worn.position) == .dead)
        #expect(try fixture.state(other.unit.position) == .cancelled)
        #expect(try fixture.complete(other) == .fenced)
        #expect(try fixture.ledger.audit().findings == [])
    }

    @Test("a late completion at an unmoved epoch counts: time is for liveness only")
    func late() throws {
        let fixture = try LedgerFixture()
        try fixture.runningJob()
        let lease = try #require(try fixture.leaseNext())
        fixture.time.pass(1_000_000)
        #expect(
            try fixture.complete(lease)
                == .committed(.running))
    }

    @Test("a completion that is told twice counts once")
    func duplicate() throws {
        let fixture = try LedgerFixture()
        try fixture.runningJob()
        let lease = try #require(try fixture.leaseNext())
        _ = try fixture.complete(lease)
        #expect(
            try fixture.complete(lease) == .alreadyDone)
        #expect(try fixture.ledger.audit().findings == [])
    }

    @Test("a unit that is done cannot be leased again, not even by raw SQL")
    func reclaimOfDone() throws {
        let fixture = try LedgerFixture()
        try fixture.runningJob()
        let lease = try #require(try fixture.leaseNext())
        _ = try fixture.complete(lease)
        #expect(
            try fixture.lease(
                [LeasePick(tenant: lease.tenant, unit: lease.unit, epoch: lease.token.epoch)], "b")
                == [])
        #expect(throws: DatabaseError.self) {
            try fixture.raw(
                """
                UPDATE work_unit SET state = 'leased', epoch = epoch + 2, attempt = attempt + 1,
                holder = attempt + 1, node = 'b', lease_until = 9, finished_at = NULL,
                event = (SELECT reelmill_next()) WHERE id & 1048575 = \(lease.unit.position)
                """)
        }
    }

    @Test("raw SQL cannot complete at a stale epoch, twice, or for a unit that is not leased")
    func rawCompletions() throws {
        let fixture = try LedgerFixture()
        try fixture.runningJob()
        let lease = try #require(try fixture.leaseNext())
        func insert(_ position: Int, epoch: Int64, attempt: Int = 1) throws {
            try fixture.raw(
                """
                INSERT INTO completion VALUES (1 << 20 | \(position), \(epoch), \(attempt),
                zeroblob(32), 1, 0, 0, 0, NULL, 1)
                """)
        }
        let position = lease.unit.position
        let epoch = lease.token.epoch
        for (position, epoch, attempt) in [
            (position, epoch + 2, 1), (position, epoch + 1, 1), (position, epoch, 2), (2, 1, 1),
            (3, 1, 1), (99, 1, 1),
        ] {
            #expect(throws: DatabaseError.self) {
                try insert(position, epoch: epoch, attempt: attempt)
            }
        }
        try insert(position, epoch: epoch)
        #expect(throws: DatabaseError.self) { try insert(position, epoch: epoch) }
    }

    @Test("a lost, failed or handed-back lease can do nothing more")
    func spentLease() throws {
        let fixture = try LedgerFixture()
        try fixture.runningJob()
        let lease = try #require(try fixture.leaseNext())
        let handBack = LedgerFixture.retry(returnsAttempt: true)
        #expect(
            try fixture.release(lease.token, .holder, handBack, reason: "drain")
                == .released(.ready))
        let failure = Failure(.crashed, .workerCrashed, "x")
        #expect(try fixture.release(lease.token, .holder, handBack) == .fenced)
        #expect(try fixture.die(lease, failure) == .fenced)
        #expect(try fixture.complete(lease) == .fenced)
        #expect(try !fixture.renew(lease, progress: 1))
        #expect(try fixture.hedge(lease) == nil)
    }

    @Test("I5: work that is handed back at its last attempt can still be leased")
    func handBackEarnsAttempt() throws {
        let fixture = try LedgerFixture()
        try fixture.runningJob()
        for attempt in 1...10 {
            let lease = try #require(try fixture.leaseNext())
            #expect(lease.token.attempt == attempt)
            #expect(
                try fixture.release(
                    lease.token, .holder, LedgerFixture.retry(returnsAttempt: true))
                    == .released(.ready))
        }
        #expect(try fixture.ledger.audit().findings == [])
    }
}
