import GRDB
import Ledger
import Testing
import TranscodeModel

@Suite("Tenants: shares, caps and breakers")
struct ShareTests {
    private func tenant(_ name: String) throws -> TenantID { try #require(TenantID(name)) }

    private func fixture(cap: Int?) throws -> (LedgerFixture, TenantID, [LeasePick]) {
        let fixture = try LedgerFixture()
        let capped = try tenant("capped")
        try fixture.ledger.setTenant(capped, weight: nil, cap: .some(cap))
        try fixture.runningJob("j1", encodes: 6, tenant: capped, attempts: 9)
        return (fixture, capped, try fixture.candidates().map(LedgerFixture.pick))
    }

    @Test("a cap is never overshot: not by one request, not by hedges, not by many at once")
    func caps() throws {
        let (fixture, _, picks) = try fixture(cap: 3)
        let leases = try fixture.lease(picks)
        #expect(leases.count == 3)
        #expect(try fixture.candidates() == [])
        #expect(try fixture.hedge(leases[0]) == nil)
        #expect(try fixture.complete(leases[0]) == .committed(.running))
        let rival = try #require(try fixture.hedge(leases[1]))
        #expect(try fixture.lease(picks) == [])
        #expect(try fixture.release(leases[1].token) == .rivalGoesOn)
        #expect(try fixture.lease(picks).count == 1)
        #expect(try fixture.complete(rival) == .committed(.running))
        #expect(try fixture.lease(picks).count == 1)
        #expect(try fixture.ledger.tenants().first { $0.cap == 3 }?.leased == 3)
        #expect(try fixture.ledger.audit().findings == [])
    }

    @Test("a place that is freed in a batch can be taken in the same batch")
    func freedInBatch() throws {
        let (fixture, _, picks) = try fixture(cap: 1)
        let first = try #require(try fixture.lease(picks).first)
        let answers = try fixture.ledger.perform([
            .complete(Completion(token: first.token, artifact: LedgerFixture.artifact())),
            .lease(picks, node: NodeID("a"), durationMilliseconds: 1000),
        ])
        #expect(answers[0] == .completed(.committed(.running)))
        guard case .leased(let leases) = answers[1] else {
            throw LedgerFixture.unexpected(answers[1])
        }
        #expect(leases.map(\.unit) == [picks[1].unit])
        #expect(try fixture.ledger.audit().findings == [])
    }

    @Test("a cap that comes later counts what is leased already; lifted, it is gone")
    func laterCap() throws {
        let (fixture, capped, picks) = try fixture(cap: nil)
        let leases = try fixture.lease(Array(picks.prefix(3)))
        #expect(leases.count == 3)
        _ = try fixture.hedge(leases[0])
        try fixture.ledger.setTenant(capped, weight: nil, cap: 2)
        #expect(try fixture.ledger.audit().findings == [])
        #expect(try fixture.lease(picks) == [])
        for lease in leases.dropFirst() { _ = try fixture.release(lease.token) }
        // The unit with two leases fills it still.
        #expect(try fixture.lease(picks) == [])
        #expect(try fixture.complete(leases[0]) == .committed(.running))
        #expect(try fixture.lease(fixture.candidates().map(LedgerFixture.pick)).count == 2)
        try fixture.ledger.setTenant(capped, weight: 3, cap: .some(nil))
        #expect(try fixture.lease(fixture.candidates().map(LedgerFixture.pick)).count == 3)
        let record = try #require(try fixture.ledger.tenants().first { $0.id == capped })
        #expect(record.cap == nil && record.weight == 3 && record.leased == 5)
        #expect(try fixture.ledger.audit().findings == [])
    }

    @Test("the schema itself refuses a slot beyond the cap, and one that is taken")
    func slots() throws {
        let (fixture, _, picks) = try fixture(cap: 2)
        _ = try fixture.lease([picks[0]])
        for slot in [1, 3] {
            #expect(throws: DatabaseError.self) {
                try fixture.raw(
                    """
                    UPDATE work_unit SET state = 'leased', epoch = epoch + 1, attempt = attempt + 1,
                    holder = attempt + 1, node = 'b', lease_until = 9, slot = \(slot),
                    event = (SELECT reelmill_next()) WHERE id & 1048575 = \(picks[1].unit.position)
                    """)
            }
        }
    }

    @Test("what a tenant is charged, by weight, and corrected by what it really used")
    func charges() throws {
        let fixture = try LedgerFixture()
        let heavy = try tenant("heavy")
        try fixture.ledger.setTenant(heavy, weight: 4, cap: nil)
        let estimate = Estimate(cpuSeconds: 8, memoryBytes: 1, outputBytes: 1)
        _ = try fixture.ledger.enqueue([
            LedgerFixture.submission("j1", tenant: heavy, estimate: estimate),
            LedgerFixture.submission("j2", content: "x", tenant: heavy, estimate: estimate),
            LedgerFixture.submission("j3"),
        ])
        func virtualTime(_ tenant: TenantID) throws -> Double? {
            try fixture.ledger.tenants().first { $0.id == tenant }?.virtualTime
        }
        func lease(_ job: String) throws -> Lease {
            let pick = LeasePick(
                tenant: job == "j3" ? .standard : heavy,
                unit: UnitID(job: JobID(job), position: 0), epoch: 0)
            return try #require(try fixture.lease([pick]).first)
        }
        let first = try lease("j1")
        #expect(try virtualTime(heavy) == 2)
        #expect(try fixture.survey().virtualTime == 0)
        _ = try lease("j2")
        #expect(try virtualTime(heavy) == 4)
        #expect(try fixture.survey().virtualTime == 2)
        // A newcomer joins at the system's time, and not with the credit of its absence.
        _ = try lease("j3")
        #expect(try virtualTime(.standard) == 3)
        _ = try fixture.complete(first, LedgerFixture.artifact(cpuSeconds: 12))
        #expect(try virtualTime(heavy) == 5)
    }

    @Test("a share that makes no sense is refused")
    func nonsense() throws {
        let fixture = try LedgerFixture()
        for (weight, cap) in [(0.0, 1), (-1, 1), (.infinity, 1), (.nan, 1), (1, 0), (1, -4)] {
            let failure = #expect(throws: LedgerFailure.self) {
                try fixture.ledger.setTenant(.standard, weight: weight, cap: cap)
            }
            #expect(failure?.code == .refused)
        }
        #expect(try fixture.ledger.tenants() == [])
        #expect(try fixture.events() == [])
    }

    @Test("a tenant's change is in the history")
    func history() throws {
        let fixture = try LedgerFixture()
        try fixture.ledger.setTenant(try tenant("t"), weight: 2, cap: 3)
        try fixture.ledger.setTenant(try tenant("t"), weight: nil, cap: nil)
        try fixture.ledger.setTenant(try tenant("t"), weight: 1.5, cap: .some(nil))
        let events = try fixture.events()
        #expect(
            events.map(\.detail) == [
                "weight 2.0, cap 3", "weight 2.0, cap 3", "weight 1.5, cap none",
            ])
        #expect(events.allSatisfy { $0.kind == "tenant" && $0.to == "set" && $0.job == nil })
    }

    @Test("a breaker is replaced by the next generation only, and is in the history")
    func breakers() throws {
        let fixture = try LedgerFixture()
        func set(_ generation: Int64, _ state: BreakerRecord.State, _ reason: String) throws -> Bool
        {
            let record = BreakerRecord(
                key: "store", state: state, generation: generation, failures: 3,
                retryAtMilliseconds: 9, reason: reason)
            return try fixture.ask(.setBreaker(record)) == .breakerSet(true)
        }
        #expect(try !set(2, .open, "too early"))
        #expect(try set(1, .open, "full"))
        #expect(try !set(1, .open, "slower"))
        #expect(try set(2, .closed, "works again"))
        #expect(try !set(2, .open, "stale"))
        #expect(try !set(4, .open, "ahead"))
        #expect(try fixture.ledger.breakers().map(\.reason) == ["works again"])
        #expect(try fixture.survey().breakers.map(\.generation) == [2])
        let events = try fixture.events()
        #expect(events.map(\.detail) == ["store: full", "store: works again"])
        #expect(events.map(\.from) == [nil, "open"])
        #expect(events.map(\.to) == ["open", "closed"])
        #expect(events.allSatisfy { $0.kind == "breaker" && $0.tenant == nil && $0.job == nil })
    }
}
