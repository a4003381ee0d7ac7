internal import ContentDigest
internal import Foundation
internal import Ledger
internal import Synchronization
internal import TranscodeModel

/// The test's steps in the words of the ledger's contract: no other file here calls it.
struct ZombieLedger {
    private let ledger: SQLiteLedger
    private let time: MovedTime
    private let job = JobID("zombie")

    /// A ledger in `folder` with one running job, of which one encode is ready.
    init(folder: String) throws {
        let time = MovedTime()
        self.time = time
        ledger = try SQLiteLedger.open(
            at: folder + "/ledger.sqlite", clock: LedgerClock { time.now })
        for node in ["A", "B"] {
            _ = try perform(
                .register(
                    NodeRecord(
                        id: NodeID(node), host: "host", bootID: "boot", processID: 1,
                        processStart: "1", workers: 1)))
        }
        _ = try ledger.enqueue([submission])
        guard let probe = try lease(node: "A") else {
            throw LedgerFailure(.refused, "the probe of a new job cannot be leased")
        }
        let answer = try perform(
            .complete(
                Completion(
                    token: probe.token, artifact: artifact("index"),
                    planned: PlannedJob(plan: plan, criticalSeconds: [2, 1]))))
        guard answer == .completed(.committed(.running)) else {
            throw LedgerFailure(.refused, "the probe of a new job cannot be completed: \(answer)")
        }
    }

    private func perform(_ operation: LedgerOperation) throws -> LedgerAnswer {
        try ledger.perform([operation])[0]
    }

    private func survey(_ node: String) throws -> LedgerSurvey {
        try ledger.survey(
            SurveyRequest(
                node: NodeID(node), jobs: nil, candidatesMaximum: 1, stragglersMaximum: 0))
    }

    /// Nil when nothing is ready.
    func lease(node: String) throws -> Lease? {
        guard let next = try survey(node).candidates.first else { return nil }
        let pick = LeasePick(tenant: next.tenant, unit: next.unit, epoch: next.epoch)
        guard
            case .leased(let leases) = try perform(
                .lease([pick], node: NodeID(node), durationMilliseconds: 1000))
        else { return nil }
        return leases.first
    }

    /// Lets twice a lease's time pass; true when the ledger took this lease back.
    func expire(_ lease: Lease) throws -> Bool {
        time.pass(2000)
        guard try survey("B").overdue.map(\.token) == [lease.token] else { return false }
        let reason = "the lease was not renewed in time"
        let answer = try perform(
            .release(
                Release(
                    token: lease.token, ground: .overdue,
                    verdict: .retry(
                        afterMilliseconds: 0, splits: false, returnsAttempt: false,
                        exhausted: Failure(.crashed, .workerKilled, reason)), failure: nil,
                    reason: reason)))
        return answer == .released(.released(.ready))
    }

    /// A heartbeat: false when the ledger answers that the unit is not this lease's any more.
    func renew(_ lease: Lease) throws -> Bool {
        try perform(
            .renew([HeldLease(token: lease.token, progress: 0)], durationMilliseconds: 1000))
            == .renewed([lease.token])
    }

    func complete(_ lease: Lease, by node: String) throws -> CommitOutcome {
        let answer = try perform(
            .complete(Completion(token: lease.token, artifact: artifact(node))))
        guard case .completed(let outcome) = answer else {
            throw LedgerFailure(.refused, "the ledger answers \(answer) to a completion")
        }
        return outcome
    }

    /// Whose artifact the ledger has for the encode, if any.
    func recorded() throws -> Recorded {
        let committed = try ledger.artifacts(ofJob: job).filter { $0.position == 1 }.map(\.artifact)
        if committed == [artifact("A")] { return .a }
        if committed == [artifact("B")] { return .b }
        return .none
    }

    /// What the ledger says about the encode and its owner.
    func state() throws -> String {
        guard let unit = try ledger.units(ofJob: job).first(where: { $0.position == 1 }) else {
            throw LedgerFailure(.corrupt, "the encode is not in the ledger")
        }
        return unit.state.rawValue
    }

    func auditFindings() throws -> Int { try ledger.audit().findings.count }

    private let estimate = Estimate(cpuSeconds: 1, memoryBytes: 1, outputBytes: 1)
    private let profile = Profile(
        name: "zombie", summary: "", video: nil, audio: nil, images: nil, packaging: .cmaf)

    private var submission: JobSubmission {
        JobSubmission(
            id: job, tenant: .standard, key: nil,
            source: SourceReference(
                locator: "/source", displayName: "source", digest: Digest.sha256("source"),
                byteCount: 1, modificationMilliseconds: 1),
            profile: profile, profileDigest: Digest.sha256("profile"), destination: "/out",
            jobClass: .live, priority: 0, content: Digest.sha256("job"),
            probeContent: Digest.sha256("probe"), probeEstimate: estimate, attemptsMaximum: 3)
    }

    private var plan: Plan {
        Plan(
            source: Digest.sha256("source"), profile: profile, packaging: .cmaf, video: nil,
            audio: [], images: nil,
            units: [
                PlannedUnit(
                    position: 1, work: .encode(chunk: 0, renditions: ["v"]), dependencies: [],
                    content: Digest.sha256("encode"), estimate: estimate),
                PlannedUnit(
                    position: 2, work: .publish, dependencies: [1],
                    content: Digest.sha256("publish"), estimate: estimate),
            ], warnings: [])
    }

    private func artifact(_ maker: String) -> Artifact {
        Artifact(
            digest: Digest.sha256(maker), byteCount: Int64(maker.utf8.count), pieces: [],
            usage: Usage(cpuSeconds: 1), warnings: [])
    }
}

/// A clock that only the test moves, so that a lease expires without a wait.
private final class MovedTime: Sendable {
    private let milliseconds = Mutex<Int64>(1_000_000)
    var now: Int64 { milliseconds.withLock { $0 } }
    func pass(_ duration: Int64) { milliseconds.withLock { $0 += duration } }
}
