import CLedger
import ContentDigest
import Foundation
import GRDB
import Ledger
import Synchronization
import TranscodeModel

/// A ledger in a directory of its own, with a clock that the test moves.
final class LedgerFixture {
    let path: String
    let ledger: SQLiteLedger
    let time: TestTime

    /// - Parameter bytes: of a ledger made before.
    init(_ bytes: Data? = nil) throws {
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "ledger-\(UUID().uuidString)").path
        path = folder + "/ledger.sqlite"
        let time = TestTime()
        self.time = time
        if let bytes {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true)
            try bytes.write(to: URL(fileURLWithPath: path))
        }
        ledger = try SQLiteLedger.open(at: path, clock: LedgerClock { time.now })
        _ = try ledger.perform(
            ["a", "b"].map {
                .register(
                    NodeRecord(
                        id: NodeID($0), host: "h", bootID: "b", processID: 1, processStart: "1",
                        workers: 2))
            })
    }

    deinit {
        try? FileManager.default.removeItem(
            at: URL(fileURLWithPath: path).deletingLastPathComponent())
    }

    /// A second connection that knows SQLite only: what a stray program could do. The functions are
    /// there, so that the triggers run.
    func raw(_ sql: String, foreignKeys: Bool = true) throws {
        var configuration = Configuration()
        configuration.foreignKeysEnabled = foreignKeys
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        try queue.write { database in
            let newest = try Int64.fetchOne(database, sql: "SELECT max(sequence) FROM event") ?? 0
            if let chain = reelmill_chain_attach(database.sqliteConnection) {
                reelmill_chain_begin(chain, 5, newest, [UInt8](repeating: 0, count: 32))
            }
            try database.execute(sql: sql)
        }
    }

    /// The whole ledger, to make others of.
    func bytes() throws -> Data {
        try DatabaseQueue(path: path).writeWithoutTransaction {
            try $0.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)")
        }
        return try Data(contentsOf: URL(fileURLWithPath: path))
    }

    func rawValue<Value: DatabaseValueConvertible>(_ type: Value.Type, _ sql: String) throws
        -> Value?
    {
        try DatabaseQueue(path: path).read { try Value.fetchOne($0, sql: sql) }
    }

    static let estimate = Estimate(cpuSeconds: 1, memoryBytes: 1, outputBytes: 1)
    static let profile = Profile(
        name: "p", summary: "", video: nil, audio: nil, images: nil, packaging: .cmaf)

    static func submission(
        _ id: String, content: String? = nil, key: String? = nil,
        tenant: TenantID = .standard, attempts: Int = 3, jobClass: JobClass = .live,
        priority: Int = 0, estimate: Estimate = LedgerFixture.estimate
    ) -> JobSubmission {
        JobSubmission(
            id: JobID(id), tenant: tenant, key: key,
            source: SourceReference(
                locator: "/a", displayName: "a", digest: Digest.sha256("s"), byteCount: 1,
                modificationMilliseconds: 1), profile: profile, profileDigest: Digest.sha256("p"),
            destination: "/o", jobClass: jobClass, priority: priority,
            content: Digest.sha256(content ?? id),
            probeContent: Digest.sha256("probe"), probeEstimate: estimate, attemptsMaximum: attempts
        )
    }

    /// `encodes` units, a stitch of all of them, and a publish after it.
    static func plan(encodes: Int) -> Plan {
        var units = (1...encodes).map {
            unit($0, .encode(chunk: $0 - 1, renditions: ["v"]), [])
        }
        units.append(unit(encodes + 1, .stitch(rendition: "v"), Array(1...encodes)))
        units.append(unit(encodes + 2, .publish, [encodes + 1]))
        return Plan(
            source: Digest.sha256("s"), profile: profile, packaging: .cmaf, video: nil, audio: [],
            images: nil, units: units, warnings: [])
    }

    private static func unit(_ position: Int, _ work: Work, _ dependencies: [Int]) -> PlannedUnit {
        PlannedUnit(
            position: position, work: work, dependencies: dependencies,
            content: Digest.sha256("u\(position)"), estimate: estimate)
    }

    static func artifact(_ text: String = "bytes", cpuSeconds: Double = 1) -> Artifact {
        Artifact(
            digest: Digest.sha256(text), byteCount: Int64(text.utf8.count), pieces: [],
            usage: Usage(cpuSeconds: cpuSeconds), warnings: [])
    }

    func survey(
        _ node: String = "a", jobs: Set<JobID>? = nil, candidates: Int = 100, stragglers: Int = 0
    ) throws -> LedgerSurvey {
        try ledger.survey(
            SurveyRequest(
                node: NodeID(node), jobs: jobs, candidatesMaximum: candidates,
                stragglersMaximum: stragglers))
    }

    func candidates(_ limit: Int = 100, jobs: Set<JobID>? = nil) throws -> [Candidate] {
        try survey(jobs: jobs, candidates: limit).candidates
    }

    /// Performs one operation.
    @discardableResult
    func ask(_ operation: LedgerOperation) throws -> LedgerAnswer {
        try ledger.perform([operation])[0]
    }

    func lease(_ picks: [LeasePick], _ node: String = "a", duration: Int64 = 1000) throws -> [Lease]
    {
        let answer = try ask(.lease(picks, node: NodeID(node), durationMilliseconds: duration))
        guard case .leased(let leases) = answer else { throw LedgerFixture.unexpected(answer) }
        return leases
    }

    /// Leases the most urgent unit there is.
    func leaseNext(_ node: String = "a", duration: Int64 = 1000) throws -> Lease? {
        guard let next = try candidates(1).first else { return nil }
        return try lease([LedgerFixture.pick(next)], node, duration: duration).first
    }

    static func pick(_ candidate: Candidate) -> LeasePick {
        LeasePick(tenant: candidate.tenant, unit: candidate.unit, epoch: candidate.epoch)
    }

    func hedge(_ lease: Lease, _ node: String = "b", duration: Int64 = 1000) throws -> Lease? {
        let answer = try ask(
            .hedge(
                lease.token, node: NodeID(node), durationMilliseconds: duration, reason: "slow"))
        guard case .leased(let leases) = answer else { throw LedgerFixture.unexpected(answer) }
        return leases.first
    }

    func renew(_ lease: Lease, progress: Int = 0, duration: Int64 = 1000) throws -> Bool {
        let answer = try ask(
            .renew(
                [HeldLease(token: lease.token, progress: progress)], durationMilliseconds: duration)
        )
        guard case .renewed(let kept) = answer else { throw LedgerFixture.unexpected(answer) }
        return kept == [lease.token]
    }

    func complete(
        _ lease: Lease, _ artifact: Artifact = LedgerFixture.artifact(), planned: PlannedJob? = nil
    ) throws -> CommitOutcome {
        let answer = try ask(
            .complete(Completion(token: lease.token, artifact: artifact, planned: planned)))
        guard case .completed(let outcome) = answer else { throw LedgerFixture.unexpected(answer) }
        return outcome
    }

    static let exhausted = Failure(.crashed, .workerKilled, "no attempts are left")

    static func retry(after delay: Int64 = 0, splits: Bool = false, returnsAttempt: Bool = false)
        -> Release.Verdict
    {
        .retry(
            afterMilliseconds: delay, splits: splits, returnsAttempt: returnsAttempt,
            exhausted: exhausted)
    }

    func release(
        _ token: LeaseToken, _ ground: Release.Ground = .holder,
        _ verdict: Release.Verdict = LedgerFixture.retry(), failure: Failure? = nil,
        reason: String = "test"
    ) throws -> ReleaseOutcome {
        let answer = try ask(
            .release(
                Release(
                    token: token, ground: ground, verdict: verdict, failure: failure,
                    reason: reason)))
        guard case .released(let outcome) = answer else { throw LedgerFixture.unexpected(answer) }
        return outcome
    }

    /// Takes back every lease that is overdue, as a node would.
    func expireLeases() throws -> [ReleaseOutcome] {
        try survey().overdue.map { try release($0.token, .overdue) }
    }

    func die(_ lease: Lease, _ failure: Failure) throws -> ReleaseOutcome {
        try release(lease.token, .holder, .dead(failure), failure: failure)
    }

    static func unexpected(_ answer: LedgerAnswer) -> LedgerFailure {
        LedgerFailure(.refused, "an answer to something else: \(answer)")
    }

    static func planned(_ plan: Plan) -> PlannedJob {
        PlannedJob(plan: plan, criticalSeconds: plan.units.map { Double(10 - $0.position) })
    }

    /// A running job with the plan above.
    func runningJob(
        _ id: String = "j1", encodes: Int = 2, tenant: TenantID = .standard, attempts: Int = 3
    ) throws {
        _ = try ledger.enqueue([LedgerFixture.submission(id, tenant: tenant, attempts: attempts)])
        let probe = try candidates(jobs: [JobID(id)]).map(LedgerFixture.pick)
        guard let lease = try lease(probe).first, lease.kind == .probe else {
            throw LedgerFailure(.refused, "the probe is not ready")
        }
        _ = try complete(
            lease, LedgerFixture.artifact("index"),
            planned: LedgerFixture.planned(LedgerFixture.plan(encodes: encodes)))
    }

    func events() throws -> [EventRecord] {
        try ledger.events(ofJob: nil, after: 0, limit: 10_000)
    }

    func unit(_ position: Int, job: String = "j1") throws -> UnitRecord? {
        try ledger.units(ofJob: JobID(job)).first { $0.position == position }
    }

    func state(_ position: Int, job: String = "j1") throws -> UnitState? {
        try unit(position, job: job)?.state
    }
}

/// A clock that only the test moves.
final class TestTime: Sendable {
    private let milliseconds = Mutex<Int64>(1_000_000)
    var now: Int64 { milliseconds.withLock { $0 } }
    func pass(_ duration: Int64) { milliseconds.withLock { $0 += duration } }
}
