import ArtifactStore
import Foundation
import Glibc
import Ledger
import Scheduler
import Synchronization
import Testing
import TranscodeModel

@testable import Node

@Suite("A removal that is slow, or fails, or comes at the wrong moment, fails no job", .serialized)
struct RemovalHindranceTests {
    private static let now = RetentionPolicy(
        readyMilliseconds: 0, failedMilliseconds: 0, cancelledMilliseconds: 0)

    private func ready() async throws -> NodeBench {
        let bench = try NodeBench()
        try bench.makeClip(seconds: 2)
        _ = try bench.enqueue(to: "one")
        #expect(try await bench.node().run() == .idle)
        usleep(2000)
        return bench
    }

    private func inventory(_ bench: NodeBench) throws -> Set<Digest> {
        Set(try bench.store.inventory(tenant: .standard))
    }

    @Test(
        "while thousands of others wait to be removed, a new job on the same source is made with one attempt more a unit"
    )
    func endless() async throws {
        let bench = try await ready()
        _ = try bench.ledger.condemn(Self.now)
        let job = try bench.enqueue(to: "two")
        let ledger = CutLedger(
            bench.ledger, cut: .max, isAnswerLost: false, isRemovalEndless: true)
        #expect(try await bench.node(ledger: ledger).run() == .idle)
        #expect(try bench.ledger.job(job)?.state == .ready)
        let attempts = try bench.ledger.units(ofJob: job).map(\.attempt)
        #expect(attempts.contains(2), "nothing was refused")
        #expect(attempts.allSatisfy { $0 <= 2 }, "\(attempts)")
        #expect(try bench.ledger.audit().findings == [])
        try bench.remove()
    }

    @Test("what was there when it was looked for and is gone when it is read is made anew")
    func vanishes() async throws {
        let bench = try await ready()
        let job = try bench.enqueue(to: "two")
        let store = bench.store
        let vanished = Mutex<Digest?>(nil)
        let odd = OddStore(
            inner: store,
            afterContains: { digest throws(Failure) in
                let isFirst = vanished.withLock { vanished in
                    defer { vanished = vanished ?? digest }
                    return vanished == nil
                }
                if isFirst { try store.remove(digest, tenant: .standard) }
            })
        #expect(try await bench.node(store: odd).run() == .idle)
        #expect(try bench.ledger.job(job)?.state == .ready)
        let probe = try bench.ledger.artifacts(ofJob: job).first { $0.kind == .probe }
        #expect(vanished.withLock { $0 } == probe?.artifact.digest)
        #expect(try inventory(bench).contains(try #require(probe).artifact.digest))
        try bench.remove()
    }

    @Test("those that cannot be removed keep no others, are told, and go when they can be")
    func stuck() async throws {
        let bench = try await ready()
        _ = try bench.ledger.condemn(Self.now)
        var order: [Digest] = []
        _ = try bench.ledger.removeCondemned(limit: 1000) {
            order = $0.map(\.digest)
            return []
        }
        let stuck = Set(order.prefix(2) + order.suffix(1))
        #expect(order.count > 5)
        let odd = OddStore(
            inner: bench.store,
            beforeRemove: { digest throws(Failure) in
                guard stuck.contains(digest) else { return }
                throw Failure(.transient, .storageFailed, "\(digest): it stays.")
            })
        for _ in 0..<2 {
            let failure = #expect(throws: Failure.self) {
                try ArtifactRemoval(ledger: bench.ledger, store: odd).finish()
            }
            #expect(failure?.message.contains("3 artifacts could not be removed") == true)
            #expect(try inventory(bench) == stuck)
        }
        #expect(
            try ArtifactRemoval(ledger: bench.ledger, store: bench.store).finish().artifacts == 3)
        #expect(try inventory(bench) == [])
        #expect(try bench.ledger.audit().findings == [])
        try bench.remove()
    }
}
