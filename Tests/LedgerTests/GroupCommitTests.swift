import Glibc
import Ledger
import Synchronization
import Testing
import TranscodeModel

@Suite("One writer for many: each gets its own answer")
struct GroupCommitTests {
    @Test(
        "200 clients at once complete 200 units, each exactly once, in fewer commits than requests")
    func manyClients() async throws {
        let fixture = try LedgerFixture()
        try fixture.runningJob(encodes: 200)
        let gate = Gate()
        gate.open()
        let writer = gate.writer(fixture.ledger)
        let picks = try fixture.candidates(200).map(LedgerFixture.pick)
        let outcomes = try await withThrowingTaskGroup(of: CommitOutcome.self) { group in
            for pick in picks {
                group.addTask {
                    let leased = try await writer.perform([
                        .lease([pick], node: NodeID("a"), durationMilliseconds: 1000)
                    ])
                    guard case .leased(let leases) = leased[0], let lease = leases.first else {
                        throw LedgerFixture.unexpected(leased[0])
                    }
                    #expect(lease.unit == pick.unit)
                    let text = "\(lease.unit)"
                    let completed = try await writer.perform([
                        .complete(
                            Completion(token: lease.token, artifact: LedgerFixture.artifact(text)))
                    ])
                    guard case .completed(let outcome) = completed[0] else {
                        throw LedgerFixture.unexpected(completed[0])
                    }
                    return outcome
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(outcomes == Array(repeating: .committed(.running), count: 200))
        let artifacts = try fixture.ledger.artifacts(ofJob: JobID("j1")).dropFirst()
        #expect(artifacts.map(\.artifact) == (1...200).map { LedgerFixture.artifact("j1.\($0)") })
        #expect(gate.batches.count < 400)
        #expect(try fixture.ledger.audit().findings == [])
    }

    @Test("a zombie in the batch is fenced, and harms nobody")
    func zombie() async throws {
        let fixture = try LedgerFixture()
        try fixture.runningJob(encodes: 2)
        let zombie = try #require(try fixture.leaseNext())
        fixture.time.pass(5000)
        #expect(try fixture.expireLeases() == [.released(.ready)])
        let owner = try #require(try fixture.leaseNext("b"))
        #expect(owner.unit == zombie.unit)
        let gate = Gate()
        let writer = gate.writer(fixture.ledger)
        async let first = writer.perform([.retire(NodeID("nobody"))])
        try await gate.entered()
        async let late = writer.perform([
            .complete(Completion(token: zombie.token, artifact: LedgerFixture.artifact("z")))
        ])
        async let timely = writer.perform([
            .complete(Completion(token: owner.token, artifact: LedgerFixture.artifact("o")))
        ])
        while writer.waitingCount < 2 { try await Task.sleep(for: .milliseconds(1)) }
        gate.open()
        #expect(try await first == [.noted])
        #expect(try await late == [.completed(.fenced)])
        #expect(try await timely == [.completed(.committed(.running))])
        #expect(gate.batches.last == 2)
        #expect(try fixture.ledger.audit().findings == [])
    }

    @Test("a refused request fails alone, and those beside it take effect")
    func refused() async throws {
        let fixture = try LedgerFixture()
        _ = try fixture.ledger.enqueue([LedgerFixture.submission("j1")])
        let probe = try #require(try fixture.leaseNext())
        var plan = LedgerFixture.plan(encodes: 2)
        plan.units[0].position = 7
        let gate = Gate()
        let writer = gate.writer(fixture.ledger)
        async let first = writer.perform([.retire(NodeID("nobody"))])
        try await gate.entered()
        async let guilty = writer.perform([
            .complete(
                Completion(
                    token: probe.token, artifact: LedgerFixture.artifact(),
                    planned: LedgerFixture.planned(plan)))
        ])
        async let innocent = writer.perform([
            .setBreaker(
                BreakerRecord(
                    key: "store", state: .open, generation: 1, failures: 1,
                    retryAtMilliseconds: 0, reason: "x"))
        ])
        while writer.waitingCount < 2 { try await Task.sleep(for: .milliseconds(1)) }
        gate.open()
        _ = try await first
        var failure: LedgerFailure?
        do { _ = try await guilty } catch { failure = error as? LedgerFailure }
        #expect(failure?.code == .refused)
        #expect(try await innocent == [.breakerSet(true)])
        #expect(gate.batches == [1, 2, 1, 1])
        #expect(try fixture.state(0) == .leased)
        #expect(try fixture.ledger.audit().findings == [])
    }

    @Test("jobs are enqueued through it too; what is asked after its end is refused")
    func enqueueAndEnd() async throws {
        let fixture = try LedgerFixture()
        let writer = GroupCommit(fixture.ledger)
        #expect(
            try await writer.enqueue([
                LedgerFixture.submission("j1"), LedgerFixture.submission("j2"),
            ]) == [.created(JobID("j1")), .created(JobID("j2"))])
        writer.close()
        await #expect(throws: LedgerFailure.self) {
            try await writer.enqueue([LedgerFixture.submission("j3")])
        }
        #expect(try fixture.ledger.job(JobID("j3")) == nil)
    }
}

/// Holds a writer's transactions back until it is opened, and notes how many operations each had.
private final class Gate: Sendable {
    private let state = Mutex((isOpen: false, batches: [Int]()))

    var batches: [Int] { state.withLock(\.batches) }
    func open() { state.withLock { $0.isOpen = true } }

    func entered() async throws {
        while batches.isEmpty { try await Task.sleep(for: .milliseconds(1)) }
    }

    func writer(_ ledger: SQLiteLedger) -> GroupCommit {
        GroupCommit { operations throws(LedgerFailure) in
            self.state.withLock { $0.batches.append(operations.count) }
            while !self.state.withLock(\.isOpen) { usleep(1000) }
            return try ledger.perform(operations)
        } enqueue: { submissions throws(LedgerFailure) in
            try ledger.enqueue(submissions)
        }
    }
}
