import Ledger
import Testing
import TranscodeModel

@Suite("What a survey shows, and what it costs")
struct SurveyTests {
    private func tenant(_ name: String) throws -> TenantID { try #require(TenantID(name)) }

    @Test("no class and no tenant is hidden behind the limit")
    func breadth() throws {
        let fixture = try LedgerFixture()
        let others = try (0..<3).map { try tenant("t\($0)") }
        _ = try fixture.ledger.enqueue(
            (0..<50).map { LedgerFixture.submission("a\($0)") }
                + (0..<50).map { LedgerFixture.submission("b\($0)", jobClass: .backfill) }
                + others.map { LedgerFixture.submission("c\($0)", tenant: $0) })
        let seen = try fixture.candidates(6)
        #expect(seen.count == 6)
        #expect(Set(seen.map(\.tenant)) == Set(others + [.standard]))
        #expect(Set(seen.filter { $0.tenant == .standard }.map(\.jobClass)) == [.live, .backfill])
        // The rest of the room goes to those who have more.
        #expect(try fixture.candidates(40).count == 40)
        #expect(try fixture.candidates(103).count == 103)
        #expect(try fixture.candidates(1000).count == 103)
        #expect(try fixture.candidates(0) == [])
    }

    @Test("with more tenants than fit, those with the smallest virtual time come first")
    func fairness() throws {
        let fixture = try LedgerFixture()
        for number in 0..<5 {
            let tenant = try tenant("t\(number)")
            let estimate = Estimate(cpuSeconds: Double(5 - number), memoryBytes: 1, outputBytes: 1)
            _ = try fixture.ledger.enqueue([
                LedgerFixture.submission("a\(number)", tenant: tenant, estimate: estimate),
                LedgerFixture.submission("b\(number)", tenant: tenant),
            ])
        }
        _ = try fixture.ledger.perform(
            try (0..<5).map { number in
                .lease(
                    [
                        LeasePick(
                            tenant: try tenant("t\(number)"),
                            unit: UnitID(job: JobID("a\(number)"), position: 0), epoch: 0)
                    ], node: NodeID("a"), durationMilliseconds: 1000)
            })
        #expect(try fixture.candidates(2).map(\.tenant.text) == ["t4", "t3"])
    }

    @Test("within a tenant and class: priority, age, name, critical path, position")
    func order() throws {
        let fixture = try LedgerFixture()
        try fixture.runningJob("m", encodes: 3)
        _ = try fixture.ledger.enqueue([
            LedgerFixture.submission("z", priority: 5), LedgerFixture.submission("y"),
            LedgerFixture.submission("x"),
        ])
        fixture.time.pass(1)
        _ = try fixture.ledger.enqueue([LedgerFixture.submission("a")])
        #expect(
            try fixture.candidates().map { "\($0.unit)" }
                == ["z.0", "m.1", "m.2", "m.3", "x.0", "y.0", "a.0"])
        #expect(
            try fixture.candidates(2, jobs: [JobID("m"), JobID("a"), JobID("none")]).map {
                "\($0.unit)"
            } == ["m.1", "m.2"])
        #expect(
            try fixture.candidates(jobs: [JobID("a"), JobID("y")]).map { "\($0.unit)" }
                == ["y.0", "a.0"])
        #expect(try fixture.survey(jobs: [JobID("a"), JobID("none")]).unfinishedJobs == 1)
        #expect(try fixture.survey().unfinishedJobs == 5)
    }

    @Test("a delay that is over puts a unit back in its place, whatever waits behind it")
    func delays() throws {
        let fixture = try LedgerFixture()
        try fixture.runningJob(encodes: 4)
        for lease in try fixture.lease(fixture.candidates().map(LedgerFixture.pick)).dropLast() {
            let delay = Int64(lease.unit.position) * 10
            _ = try fixture.release(lease.token, .holder, LedgerFixture.retry(after: delay))
        }
        #expect(try fixture.candidates() == [])
        fixture.time.pass(20)
        #expect(try fixture.candidates().map(\.unit.position) == [1, 2])
        fixture.time.pass(10)
        #expect(try fixture.candidates(1).map(\.unit.position) == [1])
        #expect(try fixture.candidates().map(\.unit.position) == [1, 2, 3])
        // A clock that goes back takes them out again, and no lease is given before its time.
        fixture.time.pass(-15)
        let seen = try fixture.candidates()
        #expect(seen.map(\.unit.position) == [1])
        #expect(try fixture.ledger.audit().findings == [])
    }

    @Test("stragglers: long work without a second lease, the longest overdue first, with its peers")
    func stragglers() throws {
        let fixture = try LedgerFixture()
        try fixture.runningJob(encodes: 5)
        let leases = try fixture.lease(
            fixture.candidates().map(LedgerFixture.pick), duration: 99_999)
        fixture.time.pass(1000)
        #expect(try fixture.survey(stragglers: 9).stragglers == [])
        _ = try fixture.complete(leases[0])
        fixture.time.pass(500)
        _ = try fixture.complete(leases[1])
        _ = try fixture.hedge(leases[2])
        fixture.time.pass(600)
        let seen = try fixture.survey(stragglers: 9).stragglers
        #expect(seen.map(\.token) == [leases[3].token, leases[4].token])
        #expect(seen[0].elapsedMilliseconds == 2100)
        #expect(seen[0].peersDone == 2 && seen[0].peersMilliseconds == 2500)
        #expect(seen[0].peersEstimatedSeconds == 2)
        #expect(try fixture.survey(stragglers: 1).stragglers.count == 1)
        #expect(try fixture.survey(stragglers: 0).stragglers == [])
        #expect(
            try fixture.ledger.survey(
                SurveyRequest(
                    node: NodeID("a"), jobs: [JobID("other")], candidatesMaximum: 1,
                    stragglersMaximum: 9)
            ).stragglers == [])
    }

    @Test("registering and retiring are asked again without harm")
    func nodes() throws {
        let fixture = try LedgerFixture()
        let record = NodeRecord(
            id: NodeID("c"), host: "h", bootID: "b", processID: 1, processStart: "1", workers: 2)
        for _ in 0..<2 { #expect(try fixture.ask(.register(record)) == .noted) }
        #expect(try fixture.ledger.nodes().map(\.id.text) == ["a", "b", "c"])
        for _ in 0..<2 { #expect(try fixture.ask(.retire(record.id)) == .noted) }
        #expect(try fixture.survey().nodes.map(\.id.text) == ["a", "b"])
    }
}
