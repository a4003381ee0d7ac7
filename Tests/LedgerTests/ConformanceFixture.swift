import ContentDigest
import Foundation
import Ledger
import Synchronization
import TranscodeModel

/// The drivers that must keep the contract, each in the same way.
enum LedgerDriver: String, CaseIterable, CustomStringConvertible {
    case memory, sqlite

    var description: String { rawValue }

    func open(_ path: String, clock: LedgerClock) throws -> any BackfillLedger {
        switch self {
        case .memory: MemoryLedger(clock: clock)
        case .sqlite: try SQLiteLedger.open(at: path, clock: clock)
        }
    }
}

/// A clock that only the test moves.
final class ConformanceClock: Sendable {
    private let milliseconds = Mutex<Int64>(1_000_000)
    var now: Int64 { milliseconds.withLock { $0 } }
    func pass(_ duration: Int64) { milliseconds.withLock { $0 += duration } }
}

/// A ledger of either driver, with nodes `a`, `b` and `c`.
final class ConformanceFixture {
    let ledger: any BackfillLedger
    let clock = ConformanceClock()
    private let folder: String

    init(_ driver: LedgerDriver) throws {
        folder =
            FileManager.default.temporaryDirectory
            .appending(path: "conformance-\(UUID().uuidString)").path
        let clock = clock
        ledger = try driver.open(
            folder + "/ledger.sqlite", clock: LedgerClock { clock.now })
        _ = try ledger.perform(["a", "b", "c"].map { .register(Self.node($0)) })
    }

    deinit {
        if FileManager.default.fileExists(atPath: folder) {
            try? FileManager.default.removeItem(atPath: folder)
        }
    }

    static func node(_ name: String) -> NodeRecord {
        NodeRecord(
            id: NodeID(name), host: "h", bootID: "b", processID: 1, processStart: "1", workers: 2)
    }

    static let profile = Profile(
        name: "p", summary: "", video: nil, audio: nil, images: nil, packaging: .cmaf)

    static let video = VideoSettings(
        codec: .h264, preset: "medium", quality: 23,
        ladder: [Rung(lines: 720, averageKilobitsPerSecond: 2000)],
        frameRateMaximum: Rational(60), keyFrameIntervalSeconds: 2, segmentDurationSeconds: 4,
        chunkDurationSeconds: 8, parameters: [:])

    static func estimate(_ cpuSeconds: Double) -> Estimate {
        Estimate(cpuSeconds: cpuSeconds, memoryBytes: 3, outputBytes: 5)
    }

    static func submission(
        _ id: String, content: String? = nil, key: String? = nil, tenant: TenantID = .standard,
        jobClass: JobClass = .live, priority: Int = 0, attempts: Int = 3, probeSeconds: Double = 1
    ) -> JobSubmission {
        JobSubmission(
            id: JobID(id), tenant: tenant, key: key,
            source: SourceReference(
                locator: "/a/\(id)", displayName: id, digest: Digest.sha256("s"), byteCount: 1,
                modificationMilliseconds: 1), profile: profile, profileDigest: Digest.sha256("p"),
            destination: "/o", jobClass: jobClass, priority: priority,
            content: Digest.sha256(content ?? id), probeContent: Digest.sha256("probe"),
            probeEstimate: estimate(probeSeconds), attemptsMaximum: attempts)
    }

    /// `encodes` units of 2 predicted seconds, the later the more critical, a stitch of all of them, and a publish.
    static func planned(encodes: Int) -> PlannedJob {
        var units = (1...encodes).map {
            unit($0, .encode(chunk: $0 - 1, renditions: ["v"]), [])
        }
        units.append(unit(encodes + 1, .stitch(rendition: "v"), Array(1...encodes)))
        units.append(unit(encodes + 2, .publish, [encodes + 1]))
        let plan = Plan(
            source: Digest.sha256("s"), profile: profile, packaging: .cmaf, video: nil, audio: [],
            images: nil, units: units, warnings: [])
        return PlannedJob(plan: plan, criticalSeconds: units.map { Double($0.position) })
    }

    static func unit(_ position: Int, _ work: Work, _ dependencies: [Int]) -> PlannedUnit {
        PlannedUnit(
            position: position, work: work, dependencies: dependencies,
            content: Digest.sha256("u\(position)"), estimate: estimate(2))
    }

    static func artifact(_ text: String = "bytes", cpuSeconds: Double = 2) -> Artifact {
        Artifact(
            digest: Digest.sha256(text), byteCount: Int64(text.utf8.count), pieces: [],
            usage: Usage(cpuSeconds: cpuSeconds), warnings: ["w"])
    }

    static func other(_ name: String) -> TenantID {
        guard let tenant = TenantID(name) else { preconditionFailure("\(name) names a tenant") }
        return tenant
    }
}

// Doing one thing at a time
extension ConformanceFixture {
    func enqueue(_ submission: JobSubmission) throws {
        _ = try ledger.enqueue([submission])
    }

    func ask(_ operation: LedgerOperation) throws -> LedgerAnswer {
        guard let answer = try ledger.perform([operation]).first else {
            throw LedgerFailure(.corrupt, "there is no answer")
        }
        return answer
    }

    func survey(
        _ node: String = "a", jobs: Set<JobID>? = nil, candidates: Int = 100, stragglers: Int = 100
    ) throws -> LedgerSurvey {
        try ledger.survey(
            SurveyRequest(
                node: NodeID(node), jobs: jobs, candidatesMaximum: candidates,
                stragglersMaximum: stragglers))
    }

    func pick(_ position: Int, epoch: Int64 = 0, job: String = "j1") -> LeasePick {
        LeasePick(
            tenant: .standard, unit: UnitID(job: JobID(job), position: position), epoch: epoch)
    }

    func lease(
        _ picks: [LeasePick], _ node: String = "a", duration: Int64 = 1000
    ) throws -> [Lease] {
        guard
            case .leased(let leases) = try ask(
                .lease(picks, node: NodeID(node), durationMilliseconds: duration))
        else { throw LedgerFailure(.corrupt, "a lease has another answer") }
        return leases
    }

    /// Leases a unit that must be ready.
    func lease(
        _ position: Int, epoch: Int64 = 0, job: String = "j1", _ node: String = "a",
        duration: Int64 = 1000
    ) throws -> Lease {
        guard
            let lease = try lease(
                [pick(position, epoch: epoch, job: job)], node, duration: duration
            )
            .first
        else { throw LedgerFailure(.refused, "unit \(position) cannot be leased") }
        return lease
    }

    func hedge(
        _ token: LeaseToken, _ node: String = "b", duration: Int64 = 1000
    ) throws -> Lease? {
        guard
            case .leased(let leases) = try ask(
                .hedge(
                    token, node: NodeID(node), durationMilliseconds: duration, reason: "slow"))
        else { throw LedgerFailure(.corrupt, "a hedge has another answer") }
        return leases.first
    }

    func complete(
        _ token: LeaseToken, _ artifact: Artifact = artifact(), planned: PlannedJob? = nil
    ) throws -> CommitOutcome {
        guard
            case .completed(let outcome) = try ask(
                .complete(Completion(token: token, artifact: artifact, planned: planned)))
        else { throw LedgerFailure(.corrupt, "a completion has another answer") }
        return outcome
    }

    func release(
        _ token: LeaseToken, _ ground: Release.Ground = .holder,
        _ verdict: Release.Verdict = again(), failure: Failure? = nil, reason: String = "why"
    ) throws -> ReleaseOutcome {
        guard
            case .released(let outcome) = try ask(
                .release(
                    Release(
                        token: token, ground: ground, verdict: verdict, failure: failure,
                        reason: reason)))
        else { throw LedgerFailure(.corrupt, "a release has another answer") }
        return outcome
    }

    static let exhausted = Failure(.transient, .leaseLost, "no attempt is left")

    static func again(
        after delay: Int64 = 0, splits: Bool = false, returnsAttempt: Bool = false
    ) -> Release.Verdict {
        .retry(
            afterMilliseconds: delay, splits: splits, returnsAttempt: returnsAttempt,
            exhausted: exhausted)
    }

    func renew(
        _ tokens: [LeaseToken], progress: Int = 0, part: Double? = nil, duration: Int64 = 1000
    ) throws -> Set<LeaseToken> {
        guard
            case .renewed(let kept) = try ask(
                .renew(
                    tokens.map { HeldLease(token: $0, progress: progress, part: part) },
                    durationMilliseconds: duration))
        else { throw LedgerFailure(.corrupt, "a renewal has another answer") }
        return kept
    }

    /// A job `id` with the plan above.
    func run(_ id: String = "j1", encodes: Int = 2, attempts: Int = 3) throws {
        try enqueue(Self.submission(id, attempts: attempts))
        let probe = try lease(0, job: id)
        _ = try complete(
            probe.token, Self.artifact("index", cpuSeconds: 1),
            planned: Self.planned(encodes: encodes))
    }

    func unit(_ position: Int, job: String = "j1") throws -> UnitRecord {
        let units = try ledger.units(ofJob: JobID(job))
        guard let unit = units.first(where: { $0.position == position }) else {
            throw LedgerFailure(.corrupt, "unit \(position) is not there")
        }
        return unit
    }

    func job(_ id: String = "j1") throws -> JobRecord {
        guard let job = try ledger.job(JobID(id)) else {
            throw LedgerFailure(.corrupt, "job \(id) is not there")
        }
        return job
    }

    /// What the history says, without what each test knows anyway.
    func history(after: Int64 = 0) throws -> [String] {
        try ledger.events(ofJob: nil, after: after, limit: 10_000).map { event in
            let subject = event.position.map { "\($0) \(event.kind)" } ?? event.kind
            var words = "\(subject): \(event.from ?? "-") → \(event.to)"
            if let epoch = event.epoch { words += " e\(epoch)" }
            if let attempt = event.attempt { words += " a\(attempt)" }
            if let node = event.node { words += " on \(node)" }
            if let detail = event.detail { words += " (\(detail))" }
            return words
        }
    }

    func lastSequence() throws -> Int64 {
        try ledger.events(ofJob: nil, after: 0, limit: 100_000).last?.sequence ?? 0
    }

    func virtualTime(_ tenant: TenantID = .standard) throws -> Double {
        try ledger.tenants().first { $0.id == tenant }?.virtualTime ?? -1
    }

    func findings() throws -> [AuditFinding] { try ledger.audit().findings }
}

func isNear(_ left: Double, _ right: Double) -> Bool { abs(left - right) <= 1e-9 }
