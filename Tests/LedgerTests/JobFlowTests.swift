import Ledger
import Testing
import TranscodeModel

@Suite("The ledger from enqueue to ready")
struct JobFlowTests {
    @Test("fan-in by counter: the stitch is ready with the last encode, the job with the publish")
    func fanIn() throws {
        let fixture = try LedgerFixture()
        try fixture.runningJob(encodes: 3)
        for done in 1...3 {
            #expect(try fixture.state(4) == .blocked)
            let lease = try #require(try fixture.leaseNext())
            #expect(lease.kind == .encode)
            _ = try fixture.ledger.complete(lease, artifact: LedgerFixture.artifact("\(done)"))
        }
        let stitch = try #require(try fixture.leaseNext())
        #expect(stitch.dependencies == [1, 2, 3])
        #expect(
            try fixture.ledger.complete(stitch, artifact: LedgerFixture.artifact("s"))
                == .committed(.running))
        let publish = try #require(try fixture.leaseNext())
        #expect(
            try fixture.ledger.complete(publish, artifact: LedgerFixture.artifact("p"))
                == .committed(.ready))
        let job = try #require(try fixture.ledger.job(JobID("j1")))
        #expect(job.unitsDone == 6 && job.unitsTotal == 6)
        #expect(try fixture.ledger.audit().findings == [])
    }

    @Test("the same work enqueued again is the job there is (I15), and a key belongs to its work")
    func idempotence() throws {
        let fixture = try LedgerFixture()
        let ledger = fixture.ledger
        func outcome(_ id: String, content: String, key: String? = nil) throws -> EnqueueOutcome {
            try ledger.enqueue([LedgerFixture.submission(id, content: content, key: key)])[0]
        }
        #expect(try outcome("j1", content: "c", key: "k") == .created(JobID("j1")))
        let job = try #require(try ledger.job(JobID("j1")))
        #expect(try outcome("j2", content: "c") == .existing(job))
        #expect(try outcome("j3", content: "c", key: "k") == .existing(job))
        #expect(try outcome("j4", content: "other", key: "k") == .keyConflict(job))
        _ = try ledger.cancel(JobID("j1"), reason: "test")
        #expect(try outcome("j5", content: "c", key: "k") == .created(JobID("j5")))
    }

    @Test("tenants do not see each other's keys, content or artifacts (I14)")
    func tenants() throws {
        let fixture = try LedgerFixture()
        let other = try #require(TenantID("other"))
        _ = try fixture.ledger.enqueue([LedgerFixture.submission("j1", content: "c", key: "k")])
        #expect(
            try fixture.ledger.enqueue([
                LedgerFixture.submission("j2", content: "c", key: "k", tenant: other)
            ]) == [.created(JobID("j2"))])
        let lease = try #require(
            try fixture.ledger.candidates(limit: 9, jobs: [JobID("j1")]).first)
        let probe = try #require(
            try fixture.ledger.lease(
                [LeasePick(unit: lease.unit, epoch: 0)], node: NodeID("a"), durationMilliseconds: 9
            ).first)
        _ = try fixture.ledger.complete(probe, artifact: LedgerFixture.artifact())
        #expect(try fixture.ledger.artifact(content: probe.content, tenant: .standard) != nil)
        #expect(try fixture.ledger.artifact(content: probe.content, tenant: other) == nil)
        #expect(try fixture.ledger.jobs(JobQuery(tenant: other)).map(\.id) == [JobID("j2")])
    }

    @Test("a unit that dies fails its job, and every other unit of it ends (I5)")
    func death() throws {
        let fixture = try LedgerFixture()
        try fixture.runningJob()
        let first = try #require(try fixture.leaseNext("a"))
        let second = try #require(try fixture.leaseNext("b"))
        let failure = Failure(.permanent, .undecodable, "cannot be decoded")
        #expect(try fixture.ledger.fail(first, failure: failure, retryAfterMilliseconds: nil))
        let job = try #require(try fixture.ledger.job(JobID("j1")))
        #expect(job.state == .failed && job.failure == failure)
        #expect(job.failedUnit == first.unit.position)
        #expect(try fixture.ledger.units(ofJob: job.id).allSatisfy(\.state.isFinal))
        #expect(try fixture.ledger.complete(second, artifact: LedgerFixture.artifact()) == .fenced)
        #expect(try fixture.ledger.audit().findings == [])
    }

    @Test("an attempt is counted when it is leased, so a unit that kills its nodes runs out (I11)")
    func attempts() throws {
        let fixture = try LedgerFixture()
        try fixture.runningJob(encodes: 1)
        for attempt in 1...3 {
            #expect(try fixture.leaseNext()?.attempt == attempt)
            fixture.time.pass(5000)
            #expect(try fixture.ledger.expireLeases().count == 1)
        }
        let job = try #require(try fixture.ledger.job(JobID("j1")))
        #expect(job.state == .failed)
        #expect(job.failure?.message.contains("3 attempts") == true)
        #expect(try fixture.ledger.audit().findings == [])
    }

    @Test("a retry waits out its delay")
    func retry() throws {
        let fixture = try LedgerFixture()
        try fixture.runningJob(encodes: 1)
        let lease = try #require(try fixture.leaseNext())
        let failure = Failure(.transient, .storageFull, "full")
        #expect(try fixture.ledger.fail(lease, failure: failure, retryAfterMilliseconds: 500))
        #expect(try fixture.leaseNext() == nil)
        let facts = try fixture.ledger.idleFacts(jobs: nil)
        #expect(facts.nextRunMilliseconds == fixture.time.now + 500)
        #expect(facts.unfinishedJobs == 1)
        fixture.time.pass(500)
        #expect(try fixture.leaseNext()?.attempt == 2)
        #expect(try fixture.ledger.units(ofJob: JobID("j1"))[1].failure == failure)
    }

    @Test("several connections lease 300 units at once, and none is leased twice")
    func concurrency() async throws {
        let fixture = try LedgerFixture()
        try fixture.runningJob(encodes: 300)
        let path = fixture.path
        let leased = try await withThrowingTaskGroup(of: [UnitID].self) { group in
            for node in ["a", "b"] {
                for _ in 0..<2 {
                    group.addTask {
                        let ledger = try SQLiteLedger.open(at: path)
                        var mine: [UnitID] = []
                        while true {
                            let picks = try ledger.candidates(limit: 5, jobs: nil).map {
                                LeasePick(unit: $0.unit, epoch: $0.epoch)
                            }
                            if picks.isEmpty { return mine }
                            mine += try ledger.lease(
                                picks, node: NodeID(node), durationMilliseconds: 100_000
                            ).map(\.unit)
                        }
                    }
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(leased.count == 300)
        #expect(Set(leased).count == 300)
        #expect(try fixture.ledger.audit().findings == [])
    }

    @Test("no class or tenant is hidden behind the limit of the candidates")
    func candidatesOfAll() throws {
        let fixture = try LedgerFixture()
        let other = try #require(TenantID("other"))
        _ = try fixture.ledger.enqueue(
            (0..<50).map { LedgerFixture.submission("a\($0)") }
                + [LedgerFixture.submission("b", tenant: other)])
        let seen = try fixture.ledger.candidates(limit: 4, jobs: nil)
        #expect(seen.count == 4)
        #expect(seen.contains { $0.tenant == other })
    }
}
