import ContentDigest
import Ledger
import Scheduler
import SeededRandom
import TranscodeModel

/// A node's core, fed by hand: what it is told, and what it wants done.
struct CoreBench {
    static let identity = NodeRecord(
        id: NodeID("own"), host: "h", bootID: "b", processID: 1, processStart: "1", workers: 2)
    var core: NodeCore
    var now: Int64 = 1_000
    /// The ledger's time is another one.
    static let ledgerOffset: Int64 = 1_000_000
    private var generator = SplitMix64(seed: 1)

    init(adjust: (inout NodePolicy) -> Void = { _ in }) {
        var policy = NodePolicy(workers: 2, memoryBytes: 1_000, endsWhenIdle: false)
        adjust(&policy)
        core = NodeCore(identity: Self.identity, policy: policy)
    }

    /// Registered, and waiting for its first survey.
    static func started(adjust: (inout NodePolicy) -> Void = { _ in }) -> CoreBench {
        var bench = CoreBench(adjust: adjust)
        _ = bench.tell(.started)
        _ = bench.tell(.answered([.register(identity)], [.noted]))
        return bench
    }

    mutating func tell(_ event: NodeEvent) -> [NodeEffect] {
        core.step(event, now: now, using: &generator)
    }

    mutating func pass(_ milliseconds: Int64) -> [NodeEffect] {
        now += milliseconds
        return tell(.tick)
    }

    /// Answers the survey that is under way.
    mutating func survey(
        candidates: [Candidate] = [], overdue: [LeaseSighting] = [], own: [LeaseToken]? = nil,
        stragglers: [Straggler] = [], shared: [SharedLease] = [],
        breakers: [BreakerRecord] = [], unfinished: Int = 1,
        dead: [NodeID] = [], lost: [LeaseSighting] = [], freeBytes: Int64 = 1_000_000
    ) -> [NodeEffect] {
        tell(
            .surveyed(
                LedgerSurvey(
                    nowMilliseconds: now + Self.ledgerOffset, candidates: candidates,
                    overdue: overdue, own: own ?? core.held.map(\.token), stragglers: stragglers,
                    shared: shared, breakers: breakers, unfinishedJobs: unfinished), dead: dead,
                lost: lost,
                disk: DiskSpace(freeBytes: freeBytes, totalBytes: 1_000_000)))
    }

    /// Leases a unit and starts it.
    mutating func lease(
        _ job: String, kind: UnitKind = .encode, attempt: Int = 1, maximum: Int = 8,
        crashes: Int = 0
    ) -> Lease {
        let lease = Self.lease(
            job, kind: kind, attempt: attempt, maximum: maximum, crashes: crashes)
        let pick = LeasePick(tenant: .standard, unit: lease.unit, epoch: lease.token.epoch - 1)
        let asked = survey(candidates: [Self.candidate(job, kind: kind, epoch: pick.epoch)])
        let operations = asked.operations
        _ = tell(
            .answered(
                operations,
                operations.map { operation in
                    switch operation {
                    case .lease: .leased([lease])
                    case .setBreaker: .breakerSet(true)
                    default: .noted
                    }
                }))
        return lease
    }

    static func lease(
        _ job: String, kind: UnitKind = .encode, attempt: Int = 1, maximum: Int = 8,
        crashes: Int = 0, isHedge: Bool = false
    ) -> Lease {
        Lease(
            token: LeaseToken(
                tenant: .standard, unit: UnitID(job: JobID(job), position: 1),
                epoch: Int64(2 * attempt - 1), attempt: attempt), kind: kind,
            attemptsMaximum: maximum, crashes: crashes, isSplit: false, isHedge: isHedge,
            content: Digest.sha256("c"), estimate: estimate, profile: Digest.sha256("p"),
            encoder: kind == .encode ? "h264" : "")
    }

    static let estimate = Estimate(cpuSeconds: 2, memoryBytes: 100, outputBytes: 1)

    static func candidate(
        _ job: String, kind: UnitKind = .encode, epoch: Int64 = 0
    ) -> Candidate {
        Candidate(
            unit: UnitID(job: JobID(job), position: 1), tenant: .standard, kind: kind,
            epoch: epoch, jobClass: .live, priority: 0, jobCreatedMilliseconds: 0,
            tenantWeight: 1, tenantVirtualTime: 0, tenantCap: nil, tenantLeased: 0,
            estimate: estimate, remainingCriticalSeconds: 1, profile: Digest.sha256("p"),
            encoder: kind == .encode ? "h264" : "")
    }

    static let artifact = Artifact(
        digest: Digest.sha256("a"), byteCount: 1, pieces: [], usage: Usage(), warnings: [])
}

extension [NodeEffect] {
    /// All that is asked of the ledger.
    var operations: [LedgerOperation] {
        flatMap { effect -> [LedgerOperation] in
            if case .ask(let operations) = effect { operations } else { [] }
        }
    }

    var releases: [Release] {
        operations.compactMap { if case .release(let release) = $0 { release } else { nil } }
    }

    var breakers: [BreakerRecord] {
        operations.compactMap { if case .setBreaker(let record) = $0 { record } else { nil } }
    }

    var picks: [LeasePick] {
        operations.flatMap { operation -> [LeasePick] in
            if case .lease(let picks, _, _) = operation { picks } else { [] }
        }
    }

    var surveys: Int {
        count { if case .survey = $0 { true } else { false } }
    }
}
