import Ledger
import Synchronization
import Testing
import TranscodeModel

@Suite("A change is seen by those who watch")
struct WatchTests {
    /// Counts calls, and waits for one more.
    private final class Calls: Sendable {
        private let count = Mutex(0)
        var value: Int { count.withLock { $0 } }
        func add() { count.withLock { $0 += 1 } }
        func more(than seen: Int) async throws {
            while value <= seen { try await Task.sleep(for: .milliseconds(1)) }
        }
    }

    @Test("another connection's change is told, each time", .timeLimit(.minutes(30)))
    func changes() async throws {
        let fixture = try LedgerFixture()
        let calls = Calls()
        let watch = try fixture.ledger.watch { calls.add() }
        let other = try SQLiteLedger.open(at: fixture.path)
        for number in 1...5 {
            let seen = calls.value
            _ = try other.enqueue([LedgerFixture.submission("j\(number)")])
            try await calls.more(than: seen)
        }
        watch.cancel()
    }

    @Test("a change is told when the log was removed and made again", .timeLimit(.minutes(30)))
    func newLog() async throws {
        let fixture = try LedgerFixture()
        let calls = Calls()
        let watch = try fixture.ledger.watch { calls.add() }
        _ = try fixture.bytes()
        let seen = calls.value
        _ = try fixture.ledger.enqueue([LedgerFixture.submission("j1")])
        try await calls.more(than: seen)
        watch.cancel()
    }

    @Test("what leaves no event is no news: a renewal, and a hedge that is refused, wake nobody")
    func silence() async throws {
        let fixture = try LedgerFixture()
        try fixture.runningJob(encodes: 1)
        let lease = try #require(try fixture.leaseNext())
        let calls = Calls()
        let watch = try fixture.ledger.watch { calls.add() }
        var gone = lease.token
        gone.attempt += 9
        let answers = try fixture.ledger.perform([
            .renew([HeldLease(token: lease.token, progress: 5)], durationMilliseconds: 1000),
            .hedge(gone, node: NodeID("b"), durationMilliseconds: 1000, reason: "late"),
        ])
        #expect(answers == [.renewed([lease.token]), .leased([])])
        try await Task.sleep(for: .milliseconds(100))
        #expect(calls.value == 0)
        _ = try fixture.ledger.enqueue([LedgerFixture.submission("next")])
        try await calls.more(than: 0)
        watch.cancel()
    }

    @Test("after it is cancelled nothing is told; a change after that is told to others only")
    func cancelled() async throws {
        let fixture = try LedgerFixture()
        let (first, second) = (Calls(), Calls())
        let cancelled = try fixture.ledger.watch { first.add() }
        let watch = try fixture.ledger.watch { second.add() }
        _ = try fixture.ledger.enqueue([LedgerFixture.submission("j1")])
        try await first.more(than: 0)
        try await second.more(than: 0)
        cancelled.cancel()
        cancelled.cancel()
        // The thread may be in a call still: let it end before the count is taken.
        try await Task.sleep(for: .milliseconds(50))
        let seen = (first.value, second.value)
        _ = try fixture.ledger.enqueue([LedgerFixture.submission("j2")])
        try await second.more(than: seen.1)
        #expect(first.value == seen.0)
        watch.cancel()
    }
}
