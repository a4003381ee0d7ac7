import ArtifactStore
import ContentDigest
import Foundation
import Glibc
import Ledger
import Scheduler
import Synchronization
import Testing
import TranscodeModel

@testable import Node

@Suite(
    "Garbage is removed beside those who would use it again, and never what a live job needs",
    .serialized)
struct ArtifactRemovalTests {
    private static let now = RetentionPolicy(
        readyMilliseconds: 0, failedMilliseconds: 0, cancelledMilliseconds: 0)

    private func removal(_ bench: NodeBench) -> ArtifactRemoval {
        ArtifactRemoval(ledger: bench.ledger, store: bench.store)
    }

    private func inventory(_ bench: NodeBench) throws -> Set<Digest> {
        Set(try bench.store.inventory(tenant: .standard))
    }

    private func needed(_ bench: NodeBench, _ job: JobID) throws -> Set<Digest> {
        Set(try bench.ledger.artifacts(ofJob: job).map(\.artifact.digest))
    }

    @Test(
        "after it the same video is made again, byte for byte; and a second one after that uses it again"
    )
    func madeAgain() async throws {
        let bench = try NodeBench()
        try bench.makeClip(seconds: 2)
        let first = try bench.enqueue(to: "one")
        #expect(try await bench.node().run() == .idle)
        let expected = try bench.contents("one")
        usleep(2000)
        #expect(try bench.ledger.condemn(Self.now).ready.jobs == 1)
        let count = try removal(bench).finish()
        #expect(count.artifacts == (try needed(bench, first).count))
        #expect(count.bytes > 1000)
        #expect(try inventory(bench) == [])
        #expect(try bench.contents("one") == expected)
        usleep(2000)
        let second = try bench.enqueue(to: "two")
        #expect(try await bench.node().run() == .idle)
        #expect(try bench.contents("two") == expected)
        #expect(try inventory(bench) == needed(bench, second))
        #expect(try bench.ledger.audit().findings == [])
        try bench.remove()
    }

    @Test(
        "a node removes what is condemned when whoever condemned it has died, and its job goes well"
    )
    func nodeFinishes() async throws {
        let bench = try NodeBench()
        try bench.makeClip(seconds: 1)
        _ = try bench.enqueue(to: "one")
        #expect(try await bench.node().run() == .idle)
        usleep(2000)
        _ = try bench.ledger.condemn(Self.now)
        let second = try bench.enqueue(to: "two")
        #expect(try await bench.node().run() == .idle)
        #expect(try bench.ledger.job(second)?.state == .ready)
        #expect(try inventory(bench) == needed(bench, second))
        #expect(try bench.ledger.audit().findings == [])
        try bench.remove()
    }

    @Test(
        "an artifact that is lost fails the job that needs it, in words; asked for again, it is made anew"
    )
    func missing() async throws {
        let bench = try NodeBench()
        try bench.makeClip(seconds: 2)
        let job = try bench.enqueue(to: "out")
        // Until units after the probe are done, and none is put together.
        var cut = 4
        repeat {
            let ledger = CutLedger(bench.ledger, cut: cut, isAnswerLost: false)
            do { _ = try await bench.node(ledger: ledger, workers: 1).run() } catch is LedgerFailure
            {}
            for node in try bench.ledger.nodes() {
                _ = try bench.takeBack(from: node.id, retiring: true)
            }
            cut += 1
        } while try bench.ledger.units(ofJob: job).allSatisfy {
            $0.kind != .encode || $0.state != .done
        }
        let lost = try #require(
            try bench.ledger.artifacts(ofJob: job).first { $0.kind == .encode })
        try bench.store.remove(lost.artifact.digest, tenant: .standard)
        #expect(try await bench.node().run() == .idle)
        let record = try #require(try bench.ledger.job(job))
        #expect(record.state == .failed)
        #expect(record.failure?.code == .artifactMissing)
        #expect(record.failure?.message.contains("Retry the job") == true)
        let again = try bench.enqueue(to: "out")
        #expect(try await bench.node().run() == .idle)
        #expect(try bench.ledger.job(again)?.state == .ready)
        try bench.remove()
    }

    /// What an attempt does with the store and the ledger, without a worker: reuse, or make and commit.
    private func perform(_ bench: NodeBench, _ lease: Lease, _ text: String) throws -> CommitOutcome
    {
        var artifact = try bench.ledger.artifact(content: lease.content, tenant: lease.tenant)
        if let found = artifact, try !bench.store.contains(found.digest, tenant: lease.tenant) {
            artifact = nil
        }
        if artifact == nil {
            let staged = try bench.store.stage(
                tenant: lease.tenant, unit: lease.unit, epoch: lease.token.epoch)
            _ = text.withCString { write(staged.descriptor, $0, text.utf8.count) }
            let stored = try bench.store.commit(staged)
            artifact = Artifact(
                digest: stored.digest, byteCount: stored.byteCount, pieces: [], usage: Usage(),
                warnings: [])
        }
        let made = try #require(artifact)
        usleep(UInt32.random(in: 0...300))
        var planned: PlannedJob?
        if lease.kind == .probe {
            let units = [
                PlannedUnit(
                    position: 1, work: .encode(chunk: 0, renditions: ["v"]), dependencies: [],
                    content: Digest.sha256("encode"), estimate: lease.estimate),
                PlannedUnit(
                    position: 2, work: .publish, dependencies: [1],
                    content: Digest.sha256("publish"), estimate: lease.estimate),
            ]
            let plan = Plan(
                source: Digest.sha256("s"), profile: NodeBench.profile, packaging: .cmaf,
                video: nil,
                audio: [], images: nil, units: units, warnings: [])
            planned = PlannedJob(plan: plan, criticalSeconds: [2, 1])
        }
        let answers = try bench.ledger.perform([
            .complete(Completion(token: lease.token, artifact: made, planned: planned))
        ])
        guard case .completed(let outcome) = answers[0] else { return .fenced }
        if outcome == .condemned {
            _ = try bench.ledger.perform([
                .release(
                    Release(
                        token: lease.token, ground: .holder,
                        verdict: .retry(
                            afterMilliseconds: 1, splits: false, returnsAttempt: true,
                            exhausted: Failure(.transient, .artifactCondemned, "none left")),
                        failure: nil, reason: "condemned"))
            ])
        }
        return outcome
    }

    /// Jobs that make the same bytes again and again, one after the other, by two threads, while two others give up and
    /// remove whatever they may. After each completion the bytes must be there for as long as the job is under way.
    @Test("jobs that use the same bytes again and again, and collections that remove them, at once")
    func race() throws {
        let bench = try NodeBench()
        let isOver = Atomic(false)
        let refusals = Atomic(0)
        let running = Atomic(4)
        let deadline = DispatchTime.now() + .seconds(4)
        func thread(_ body: @escaping @Sendable () throws -> Void) {
            Thread {
                do { try body() } catch { Issue.record("\(error)") }
                running.subtract(1, ordering: .releasing)
            }.start()
        }
        for name in ["a", "b"] {
            thread {
                var number = 0
                while DispatchTime.now() < deadline {
                    number += 1
                    try self.live(bench, "\(name)\(number)", NodeID(name), refusals)
                }
                isOver.store(true, ordering: .releasing)
            }
            thread {
                while !isOver.load(ordering: .acquiring) {
                    _ = try bench.ledger.condemn(Self.now)
                    usleep(UInt32.random(in: 0...500))
                    _ = try self.removal(bench).finish()
                }
            }
        }
        while running.load(ordering: .acquiring) > 0 { usleep(1000) }
        #expect(try bench.ledger.audit().findings == [])
        #expect(refusals.load(ordering: .acquiring) > 0, "nothing was ever refused")
        try bench.remove()
    }

    /// One job, from its enqueueing to its end.
    private func live(
        _ bench: NodeBench, _ id: String, _ node: NodeID, _ refusals: borrowing Atomic<Int>
    ) throws {
        let estimate = Estimate(cpuSeconds: 1, memoryBytes: 1, outputBytes: 1)
        _ = try bench.ledger.enqueue([
            JobSubmission(
                id: JobID(id), tenant: .standard, key: nil,
                source: SourceReference(
                    locator: "/s", displayName: "s", digest: Digest.sha256("s"), byteCount: 1,
                    modificationMilliseconds: 1), profile: NodeBench.profile,
                profileDigest: Digest.sha256("p"), destination: "/o/\(id)", jobClass: .live,
                priority: 0, content: Digest.sha256(id), probeContent: Digest.sha256("probe"),
                probeEstimate: estimate, attemptsMaximum: 8)
        ])
        while try bench.ledger.job(JobID(id))?.state.isFinal == false {
            let survey = try bench.ledger.survey(
                SurveyRequest(
                    node: node, jobs: [JobID(id)], candidatesMaximum: 1, stragglersMaximum: 0))
            guard let next = survey.candidates.first else { continue }
            let answers = try bench.ledger.perform([
                .lease(
                    [LeasePick(tenant: next.tenant, unit: next.unit, epoch: next.epoch)],
                    node: node,
                    durationMilliseconds: 60_000)
            ])
            guard case .leased(let leases) = answers[0], let lease = leases.first else { continue }
            let outcome = try perform(bench, lease, lease.kind.rawValue)
            if outcome == .condemned { refusals.add(1, ordering: .relaxed) }
            for artifact in try bench.ledger.artifacts(ofJob: JobID(id))
            where try bench.ledger.job(JobID(id))?.state.isFinal == false {
                let isThere = try bench.store.contains(artifact.artifact.digest, tenant: .standard)
                #expect(isThere, "\(id).\(artifact.position) has lost its bytes")
            }
        }
    }
}
