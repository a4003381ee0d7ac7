import ContentDigest
import Foundation
import Ledger
import Testing
import TranscodeModel

@Suite("The contract: history")
struct ConformanceHistoryTests {
    private func json(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    private func sha(_ text: String) -> String { "sha256:\(Digest.sha256(text).hex)" }

    @Test(
        "every change of a job's life has one event, with its reason (I10)",
        arguments: LedgerDriver.allCases)
    func life(_ driver: LedgerDriver) throws {
        let fixture = try ConformanceFixture(driver)
        let planned = ConformanceFixture.planned(encodes: 1)
        let submission = ConformanceFixture.submission("j1")
        try fixture.enqueue(submission)
        _ = try fixture.complete(
            fixture.lease(0).token, ConformanceFixture.artifact("index"), planned: planned)
        let first = try fixture.lease(1)
        _ = try fixture.release(first.token, reason: "handed back")
        let second = try fixture.lease(1, epoch: 2, "b")
        let rival = try #require(try fixture.hedge(second.token, "c"))
        _ = try fixture.release(second.token, reason: "its node died")
        _ = try fixture.complete(rival.token)
        _ = try fixture.complete(fixture.lease(2).token)
        _ = try fixture.complete(fixture.lease(3).token)
        let plan = try json(planned.plan)
        #expect(
            try fixture.history() == [
                "job: - → planning (\(try json(submission.source)))",
                "0 probe: ready → leased e1 a1 on a",
                "0 probe: leased → done e1 a1 on a (\(sha("index")))",
                "job: planning → running (3 units, sha256 \(Digest.sha256(plan).hex))",
                "1 encode: ready → leased e1 a1 on a",
                "1 encode: leased → ready e2 a1 on a (handed back)",
                "1 encode: ready → leased e3 a2 on b",
                "1 encode: leased → leased e3 a3 on c (slow)",
                "1 encode: leased → leased e3 a2 on b (its node died)",
                "1 encode: leased → done e3 a3 on c (\(sha("bytes")))",
                "2 stitch: blocked → ready e0 a0",
                "2 stitch: ready → leased e1 a1 on a",
                "2 stitch: leased → done e1 a1 on a (\(sha("bytes")))",
                "3 publish: blocked → ready e0 a0",
                "3 publish: ready → leased e1 a1 on a",
                "3 publish: leased → done e1 a1 on a (\(sha("bytes")))",
                "job: running → ready",
            ])
        #expect(try fixture.findings() == [])
    }

    @Test(
        "a death and all that it ends are told, with the failure", arguments: LedgerDriver.allCases)
    func death(_ driver: LedgerDriver) throws {
        let fixture = try ConformanceFixture(driver)
        try fixture.run()
        let lease = try fixture.lease(1)
        _ = try fixture.lease(2, "b")
        let before = try fixture.lastSequence()
        let failure = Failure(.permanent, .undecodable, "cannot be decoded")
        _ = try fixture.release(lease.token, .holder, .dead(failure), failure: failure)
        let text = try json(failure)
        #expect(
            try fixture.history(after: before) == [
                "1 encode: leased → dead e2 a1 on a (\(text))",
                "2 encode: leased → cancelled e2 a1 on b (unit 1 failed)",
                "3 stitch: blocked → cancelled e0 a0 (unit 1 failed)",
                "4 publish: blocked → cancelled e0 a0 (unit 1 failed)",
                "job: running → failed (\(text))",
            ])
    }

    @Test(
        "a cancelled job ends all that has not ended, with the person's reason",
        arguments: LedgerDriver.allCases)
    func cancel(_ driver: LedgerDriver) throws {
        let fixture = try ConformanceFixture(driver)
        try fixture.run()
        let holder = try fixture.lease(1)
        let before = try fixture.lastSequence()
        #expect(try fixture.ledger.cancel(JobID("j1"), reason: "not wanted"))
        #expect(
            try fixture.history(after: before) == [
                "1 encode: leased → cancelled e2 a1 on a (not wanted)",
                "2 encode: ready → cancelled e0 a0 (not wanted)",
                "3 stitch: blocked → cancelled e0 a0 (not wanted)",
                "4 publish: blocked → cancelled e0 a0 (not wanted)",
                "job: running → cancelled (not wanted)",
            ])
        #expect(try fixture.ledger.cancel(JobID("j1"), reason: "again") == false)
        #expect(try fixture.ledger.cancel(JobID("no"), reason: "again") == false)
        #expect(try fixture.complete(holder.token) == .fenced)
        let job = try fixture.job()
        #expect(job.state == .cancelled && job.cancelReason == "not wanted")
        #expect(job.failure == nil && job.failedUnit == nil)
        #expect(try fixture.unit(1).note == "not wanted")
        #expect(try fixture.findings() == [])
    }

    @Test(
        "breakers and tenants have events of their own, and belong to no job",
        arguments: LedgerDriver.allCases)
    func others(_ driver: LedgerDriver) throws {
        let fixture = try ConformanceFixture(driver)
        func breaker(_ state: BreakerRecord.State, _ generation: Int64) -> BreakerRecord {
            BreakerRecord(
                key: "store", state: state, generation: generation, failures: 4,
                retryAtMilliseconds: 9, reason: "full")
        }
        func set(_ record: BreakerRecord) throws -> LedgerAnswer {
            try fixture.ask(.setBreaker(record))
        }
        #expect(try set(breaker(.open, 2)) == .breakerSet(false))
        #expect(try set(breaker(.open, 1)) == .breakerSet(true))
        #expect(try set(breaker(.closed, 1)) == .breakerSet(false))
        #expect(try set(breaker(.open, 2)) == .breakerSet(true))
        #expect(try set(breaker(.closed, 3)) == .breakerSet(true))
        #expect(try fixture.ledger.breakers() == [breaker(.closed, 3)])
        #expect(try fixture.survey().breakers == [breaker(.closed, 3)])
        try fixture.ledger.setTenant(.standard, weight: 2, cap: .some(3))
        #expect(
            try fixture.history() == [
                "breaker: - → open (store: full)", "breaker: open → open (store: full)",
                "breaker: open → closed (store: full)",
                "tenant: - → set (weight 2.0, cap 3)",
            ])
        let events = try fixture.ledger.events(ofJob: nil, after: 0, limit: 9)
        #expect(events.map(\.tenant) == [nil, nil, nil, .standard])
        #expect(events.allSatisfy { $0.job == nil })
        #expect(try fixture.findings() == [])
    }

    @Test(
        "events are numbered from 1 without a gap, chained, and read from any place",
        arguments: LedgerDriver.allCases)
    func chain(_ driver: LedgerDriver) throws {
        let fixture = try ConformanceFixture(driver)
        try fixture.run("j1")
        try fixture.run("j2")
        let events = try fixture.ledger.events(ofJob: nil, after: 0, limit: 100)
        #expect(events.map(\.sequence) == Array(1...8))
        #expect(Set(events.map(\.hash)).count == 8)
        #expect(try fixture.ledger.audit().head == events.last?.hash)
        #expect(
            try fixture.ledger.events(ofJob: nil, after: 3, limit: 2) == Array(events[3...4]))
        #expect(
            try fixture.ledger.events(ofJob: JobID("j2"), after: 5, limit: 2)
                == Array(events[5...6]))
        let report = try fixture.ledger.audit()
        #expect(report.jobs == 2 && report.units == 10 && report.completions == 2)
        #expect(report.events == 8)
    }
}
