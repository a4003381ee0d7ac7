import ArtifactStore
import Foundation
import Ledger
import Scheduler
import Testing
import TranscodeModel

@testable import Node

@Suite("Nodes: several on one ledger, cancelled jobs, lost leases", .serialized)
struct NodeTests {
    /// Waits until a job's units are as asked for, at most ten seconds.
    private func wait(
        _ bench: NodeBench, _ job: JobID, until isSo: ([UnitRecord]) -> Bool
    ) async throws {
        for _ in 0..<1000 {
            if isSo(try bench.ledger.units(ofJob: job)) { return }
            try await Task.sleep(for: .milliseconds(10))
        }
        Issue.record("the units did not come to be as the test waits for")
    }

    @Test("two nodes share a job: each unit is done once, and the bytes are those of one node")
    func twoNodes() async throws {
        let bench = try NodeBench()
        try bench.makeClip(seconds: 4)
        let alone = try bench.enqueue(to: "alone")
        #expect(try await bench.node(workers: 1).run() == .idle)
        let other = try NodeBench()
        try FileManager.default.copyItem(
            atPath: bench.folder + "/clip.mp4", toPath: other.folder + "/clip.mp4")
        let shared = try other.enqueue(to: "shared")
        async let first = other.node(workers: 1).run()
        async let second = other.node(workers: 1).run()
        #expect(try await [first, second] == [.idle, .idle])
        #expect(try bench.contents("alone") == other.contents("shared"))
        let units = try other.ledger.units(ofJob: shared)
        #expect(units.count == (try bench.ledger.units(ofJob: alone)).count)
        #expect(units.allSatisfy { $0.state == .done && $0.attempt == 1 })
        #expect(try other.ledger.audit().findings == [])
        #expect(try other.ledger.nodes().isEmpty)
        try bench.remove()
        try other.remove()
    }

    @Test(
        "a second job of the same source and settings makes nothing again, and publishes the same")
    func reuse() async throws {
        let bench = try NodeBench()
        try bench.makeClip(seconds: 2)
        _ = try bench.enqueue(to: "one")
        #expect(try await bench.node().run() == .idle)
        let stored = try bench.store.inventory(tenant: .standard)
        let second = try bench.enqueue(to: "two")
        // Without a worker, only what is there already can be used.
        let node = bench.node(worker: "/nowhere/worker")
        #expect(try await node.run() == .idle)
        #expect(try bench.ledger.job(second)?.state == .ready)
        #expect(try bench.contents("one") == bench.contents("two"))
        // New are the second receipt, and nothing else.
        #expect(try bench.store.inventory(tenant: .standard).count == stored.count + 1)
        try bench.remove()
    }

    @Test("a cancelled job stops at once, and publishes nothing")
    func cancel() async throws {
        let bench = try NodeBench()
        try bench.makeClip(seconds: 60, size: "640x360")
        let job = try bench.enqueue(to: "out")
        async let ending = bench.node().run()
        try await wait(bench, job) { units in
            units.contains { $0.kind == .encode && $0.state == .leased }
        }
        #expect(try bench.ledger.cancel(job, reason: "the test"))
        #expect(try await ending == .idle)
        #expect(try bench.ledger.job(job)?.state == .cancelled)
        #expect(!FileManager.default.fileExists(atPath: bench.folder + "/out"))
        #expect(try bench.ledger.liveLeases().isEmpty)
        // Attempts that came to nothing leave nothing in staging.
        #expect(try bench.store.sweepStaging { [] } == 0)
        #expect(try bench.ledger.audit().findings == [])
        try bench.remove()
    }

    @Test(
        "a lease that was taken back is not committed by its old owner, and the job ends all the same"
    )
    func zombie() async throws {
        let bench = try NodeBench()
        try bench.makeClip(seconds: 6)
        let job = try bench.enqueue(to: "out")
        async let ending = bench.node().run()
        // Again and again, the ledger takes units away from the node under its hands.
        var taken = 0
        for _ in 0..<40 {
            for node in try bench.ledger.nodes() {
                taken += try bench.takeBack(from: node.id, retiring: false)
            }
            try await Task.sleep(for: .milliseconds(25))
            if try bench.ledger.job(job)?.state.isFinal == true || taken > 3 { break }
        }
        #expect(taken > 0)
        #expect(try await ending == .idle)
        #expect(try bench.ledger.job(job)?.state == .ready)
        #expect(try bench.ledger.audit().findings == [])
        let units = try bench.ledger.units(ofJob: job)
        #expect(units.contains { $0.attempt > 1 })
        // Each loss moved the epoch on: claims and losses are counted, and the last claim completed.
        for unit in units { #expect(unit.epoch == Int64(2 * unit.attempt - 1)) }
        try bench.remove()
    }

    @Test("drain hands back what is long; the handed-back attempt is not counted against the unit")
    func drain() async throws {
        let bench = try NodeBench()
        try bench.makeClip(seconds: 60, size: "640x360")
        let job = try bench.enqueue(to: "out")
        let shutdown = ShutdownSwitch()
        async let ending = bench.node(shutdown: shutdown).run()
        try await wait(bench, job) { units in
            units.contains { $0.kind == .encode && $0.state == .leased }
        }
        shutdown.press()
        shutdown.press()
        #expect(try await ending == .shutDown)
        #expect(try bench.ledger.liveLeases().isEmpty)
        // Attempts that came to nothing leave nothing in staging.
        #expect(try bench.store.sweepStaging { [] } == 0)
        #expect(try bench.ledger.nodes().isEmpty)
        let units = try bench.ledger.units(ofJob: job)
        for unit in units where unit.state == .ready {
            #expect(unit.attemptsMaximum - unit.attempt == 8)
        }
        #expect(try bench.ledger.job(job)?.state == .running)
        try bench.remove()
    }
}
