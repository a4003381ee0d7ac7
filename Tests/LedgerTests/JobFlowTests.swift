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
            _ = try fixture.complete(lease, LedgerFixture.artifact("\(done)"))
        }
        let stitch = try #require(try fixture.leaseNext())
        #expect(try fixture.ledger.assignment(stitch.token).dependencies == [1, 2, 3])
        #expect(
            try fixture.complete(stitch, LedgerFixture.artifact("s"))
                == .committed(.running))
        let publish = try #require(try fixture.leaseNext())
        #expect(
            try fixture.complete(publish, LedgerFixture.artifact("p"))
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
        let candidates = try fixture.candidates(jobs: [JobID("j1")]).map(LedgerFixture.pick)
        let probe = try #require(try fixture.lease(candidates).first)
        #expect(try fixture.complete(probe) == .committed(.planning))
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
        #expect(try fixture.die(first, failure) == .released(.dead))
        let job = try #require(try fixture.ledger.job(JobID("j1")))
        #expect(job.state == .failed && job.failure == failure)
        #expect(job.failedUnit == first.unit.position)
        #expect(try fixture.ledger.units(ofJob: job.id).allSatisfy(\.state.isFinal))
        #expect(try fixture.complete(second) == .fenced)
        #expect(try fixture.ledger.audit().findings == [])
    }

    @Test("an attempt is counted when it is leased, so a unit that kills its nodes runs out (I11)")
    func attempts() throws {
        let fixture = try LedgerFixture()
        try fixture.runningJob(encodes: 1)
        for attempt in 1...3 {
            #expect(try fixture.leaseNext()?.token.attempt == attempt)
            fixture.time.pass(5000)
            #expect(
                try fixture.expireLeases() == [.released(attempt < 3 ? .ready : .dead)])
        }
        let job = try #require(try fixture.ledger.job(JobID("j1")))
        #expect(job.state == .failed)
        #expect(job.failure == LedgerFixture.exhausted)
        #expect(try fixture.ledger.audit().findings == [])
    }

    @Test("a retry waits out its delay")
    func retry() throws {
        let fixture = try LedgerFixture()
        try fixture.runningJob(encodes: 1)
        let lease = try #require(try fixture.leaseNext())
        let failure = Failure(.transient, .storageFull, "full")
        #expect(
            try fixture.release(
                lease.token, .holder, LedgerFixture.retry(after: 500), failure: failure)
                == .released(.ready))
        #expect(try fixture.leaseNext() == nil)
        #expect(try fixture.unit(1)?.runAtMilliseconds == fixture.time.now + 500)
        #expect(try fixture.survey().unfinishedJobs == 1)
        fixture.time.pass(499)
        #expect(try fixture.candidates() == [])
        let early = LeasePick(tenant: lease.tenant, unit: lease.unit, epoch: lease.token.epoch + 1)
        #expect(try fixture.lease([early]) == [])
        fixture.time.pass(1)
        #expect(try fixture.leaseNext()?.token.attempt == 2)
        #expect(try fixture.unit(1)?.failure == failure)
        #expect(try fixture.ledger.audit().findings == [])
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
                        let request = SurveyRequest(
                            node: NodeID(node), jobs: nil, candidatesMaximum: 5,
                            stragglersMaximum: 0)
                        var mine: [UnitID] = []
                        while true {
                            let picks = try ledger.survey(request).candidates.map(
                                LedgerFixture.pick)
                            if picks.isEmpty { return mine }
                            let answers = try ledger.perform([
                                .lease(picks, node: NodeID(node), durationMilliseconds: 100_000)
                            ])
                            guard case .leased(let leases) = answers[0] else {
                                throw LedgerFixture.unexpected(answers[0])
                            }
                            mine += leases.map(\.unit)
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
        let seen = try fixture.candidates(4)
        #expect(seen.count == 4)
        #expect(seen.contains { $0.tenant == other })
    }
}
