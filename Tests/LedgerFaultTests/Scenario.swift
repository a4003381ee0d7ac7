import ContentDigest
import Ledger
import Synchronization
import TranscodeModel

/// A fixed story with every kind of change that the ledger knows, each at its own time: one job is published after a
/// hedge, a failure and a lost lease, one dies, one is cancelled.
///
/// A step names its leases outright, so that it can be told to a ledger again after a fault.
enum Scenario {
    struct Step: Sendable {
        var name: String
        var body: @Sendable (any Ledger) throws -> Void
    }

    static let steps: [Step] = [
        Step(name: "tenant") { try $0.setTenant(acme, weight: 2, cap: 4) },
        Step(name: "register") {
            try perform($0, [.register(node("a")), .register(node("b"))])
        },
        Step(name: "enqueue") {
            _ = try $0.enqueue([submission("j1"), submission("j2"), submission("j3")])
        },
        Step(name: "lease") { try perform($0, [lease([("j1", 0, 0), ("j2", 0, 0)], "a")]) },
        Step(name: "plan") {
            try perform($0, [complete("j1", 0, epoch: 1, attempt: 1, planned: true)])
        },
        Step(name: "lease two") { try perform($0, [lease([("j1", 1, 0), ("j1", 2, 0)], "a")]) },
        Step(name: "renew") { ledger in
            let held = [1, 2].map {
                HeldLease(token: token("j1", $0, epoch: 1, attempt: 1), progress: 7)
            }
            try perform(ledger, [.renew(held, durationMilliseconds: 30_000)])
        },
        Step(name: "fail") {
            try perform($0, [release("j1", 2, epoch: 1, attempt: 1, .holder, retry)])
        },
        Step(name: "hedge") {
            let hedged = token("j1", 1, epoch: 1, attempt: 1)
            try perform(
                $0,
                [
                    .hedge(hedged, node: NodeID("b"), durationMilliseconds: 100, reason: "slow"),
                    lease([("j1", 2, 2)], "b"),
                ])
        },
        Step(name: "complete by the hedge") {
            try perform($0, [complete("j1", 1, epoch: 1, attempt: 2)])
        },
        Step(name: "lose") {
            try perform($0, [release("j1", 2, epoch: 3, attempt: 2, .overdue, retry)])
        },
        Step(name: "breaker") {
            let record = BreakerRecord(
                key: "store", state: .open, generation: 1, failures: 3, retryAtMilliseconds: 9,
                reason: "The disk is full.")
            try perform($0, [.setBreaker(record)])
        },
        Step(name: "a batch") {
            try perform(
                $0,
                [
                    lease([("j1", 2, 4)], "b"), complete("j1", 2, epoch: 5, attempt: 3),
                    lease([("j1", 3, 0)], "a"), complete("j1", 3, epoch: 1, attempt: 1),
                    lease([("j1", 4, 0)], "b"),
                ])
        },
        Step(name: "publish") { try perform($0, [complete("j1", 4, epoch: 1, attempt: 1)]) },
        Step(name: "die") {
            let failure = Failure(.permanent, .notMedia, "This is no film.")
            try perform(
                $0, [release("j2", 0, epoch: 1, attempt: 1, .holder, .dead(failure), failure)])
        },
        Step(name: "cancel") { _ = try $0.cancel(JobID("j3"), reason: "not wanted") },
        Step(name: "supersede") { try $0.supersede(JobID("j1")) },
        Step(name: "retire") { try perform($0, [.retire(NodeID("b"))]) },
        Step(name: "give up") {
            _ = try $0.condemn(
                RetentionPolicy(
                    readyMilliseconds: 0, failedMilliseconds: 0, cancelledMilliseconds: 0))
        },
        Step(name: "remove") { _ = try $0.removeCondemned(limit: 100) { $0 } },
    ]

    /// When the step of an index happens.
    static func milliseconds(ofStep index: Int) -> Int64 { 1_000_000 + Int64(index) * 10_000 }

    private static let acme = TenantID("acme")!
    private static let estimate = Estimate(cpuSeconds: 4, memoryBytes: 1, outputBytes: 1)
    private static let profile = Profile(
        name: "p", summary: "", video: nil, audio: nil, images: nil, packaging: .cmaf)
    private static let retry = Release.Verdict.retry(
        afterMilliseconds: 100, splits: true, returnsAttempt: false,
        exhausted: Failure(.transient, .storageFailed, "No attempt is left."))

    private static func perform(_ ledger: any Ledger, _ operations: [LedgerOperation]) throws {
        _ = try ledger.perform(operations)
    }

    private static func node(_ name: String) -> NodeRecord {
        NodeRecord(
            id: NodeID(name), host: "h", bootID: "b", processID: 1, processStart: "1", workers: 2)
    }

    private static func submission(_ id: String) -> JobSubmission {
        JobSubmission(
            id: JobID(id), tenant: acme, key: nil,
            source: SourceReference(
                locator: "/\(id)", displayName: id, digest: Digest.sha256("s"), byteCount: 1,
                modificationMilliseconds: 1), profile: profile, profileDigest: Digest.sha256("p"),
            destination: "/o", jobClass: .live, priority: 0, content: Digest.sha256(id),
            probeContent: Digest.sha256("probe \(id)"), probeEstimate: estimate, attemptsMaximum: 5)
    }

    /// Two encodes, a stitch of both, and a publish after it.
    private static let planned = PlannedJob(
        plan: Plan(
            source: Digest.sha256("s"), profile: profile, packaging: .cmaf, video: nil, audio: [],
            images: nil,
            units: [
                unit(1, .encode(chunk: 0, renditions: ["v"]), []),
                unit(2, .encode(chunk: 1, renditions: ["v"]), []),
                unit(3, .stitch(rendition: "v"), [1, 2]), unit(4, .publish, [3]),
            ], warnings: []), criticalSeconds: [3, 3, 2, 1])

    private static func unit(_ position: Int, _ work: Work, _ dependencies: [Int]) -> PlannedUnit {
        PlannedUnit(
            position: position, work: work, dependencies: dependencies,
            content: Digest.sha256("u\(position)"), estimate: estimate)
    }

    private static func unitID(_ job: String, _ position: Int) -> UnitID {
        UnitID(job: JobID(job), position: position)
    }

    private static func token(
        _ job: String, _ position: Int, epoch: Int64, attempt: Int
    ) -> LeaseToken {
        LeaseToken(tenant: acme, unit: unitID(job, position), epoch: epoch, attempt: attempt)
    }

    private static func lease(_ units: [(String, Int, Int64)], _ node: String) -> LedgerOperation {
        let picks = units.map { LeasePick(tenant: acme, unit: unitID($0, $1), epoch: $2) }
        return .lease(picks, node: NodeID(node), durationMilliseconds: 5_000)
    }

    private static func complete(
        _ job: String, _ position: Int, epoch: Int64, attempt: Int, planned isPlanned: Bool = false
    ) -> LedgerOperation {
        let text = "\(job).\(position)"
        return .complete(
            Completion(
                token: token(job, position, epoch: epoch, attempt: attempt),
                artifact: Artifact(
                    digest: Digest.sha256(text), byteCount: Int64(text.utf8.count), pieces: [],
                    usage: Usage(cpuSeconds: 1), warnings: []), planned: isPlanned ? planned : nil))
    }

    private static func release(
        _ job: String, _ position: Int, epoch: Int64, attempt: Int, _ ground: Release.Ground,
        _ verdict: Release.Verdict, _ failure: Failure? = nil
    ) -> LedgerOperation {
        .release(
            Release(
                token: token(job, position, epoch: epoch, attempt: attempt), ground: ground,
                verdict: verdict, failure: failure, reason: "because"))
    }
}

/// A clock that the story moves.
final class StoryTime: Sendable {
    private let milliseconds = Mutex<Int64>(0)
    var clock: LedgerClock { LedgerClock { self.now } }
    var now: Int64 { milliseconds.withLock { $0 } }
    func set(_ time: Int64) { milliseconds.withLock { $0 = time } }
}
