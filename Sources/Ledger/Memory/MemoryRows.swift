package import TranscodeModel

/// Where a unit is: its job's place, and its position.
struct UnitPlace: Hashable, Sendable, Comparable {
    var job: Int
    var position: Int

    static func < (left: UnitPlace, right: UnitPlace) -> Bool {
        left.job != right.job ? left.job < right.job : left.position < right.position
    }
}

/// What never changes about a unit. Shared between copies of a state.
package final class FixedUnit: Hashable, Sendable {
    package let kind: UnitKind
    package let work: Work?
    package let content: Digest
    package let estimate: Estimate
    package let criticalSeconds: Double
    package let dependencies: [Int]
    let dependents: [Int]
    let encoder: String
    let isUrgent: Bool

    init(
        kind: UnitKind, work: Work?, content: Digest, estimate: Estimate, criticalSeconds: Double,
        dependencies: [Int], dependents: [Int], encoder: String, isUrgent: Bool
    ) {
        self.isUrgent = isUrgent
        self.kind = kind
        self.work = work
        self.content = content
        self.estimate = estimate
        self.criticalSeconds = criticalSeconds
        self.dependencies = dependencies
        self.dependents = dependents
        self.encoder = encoder
    }

    package static func == (left: FixedUnit, right: FixedUnit) -> Bool {
        left === right
            || left.kind == right.kind && left.work == right.work && left.content == right.content
                && left.estimate == right.estimate && left.criticalSeconds == right.criticalSeconds
                && left.dependencies == right.dependencies
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(kind)
        hasher.combine(dependencies)
    }
}

/// One lease of a unit: its holder's, or its rival's.
package struct Hold: Hashable, Sendable {
    package var attempt: Int
    package var node: NodeID
    package var until: Int64
    package var since: Int64
    package var part: Double?
    package var notedAt: Int64?

    var progress: LeaseProgress? {
        guard let part, let notedAt else { return nil }
        return LeaseProgress(part: part, elapsedMilliseconds: notedAt - since)
    }

    /// Nil also of one that has stood still for long: it says nothing of the pace of others.
    func newProgress(_ now: Int64) -> LeaseProgress? {
        progress.flatMap { $0.isNew(elapsedMilliseconds: now - since) ? $0 : nil }
    }

    func standing(_ now: Int64) -> LeaseStanding {
        LeaseStanding(attempt: attempt, elapsedMilliseconds: now - since, progress: progress)
    }

    /// What a renewal says of it.
    mutating func renew(until: Int64, _ lease: HeldLease, now: Int64) {
        self.until = until
        guard let new = lease.part, new > part ?? -1 else { return }
        part = new
        notedAt = now
    }
}

/// What is committed for a unit, and by which lease.
package struct CompletionRow: Hashable, Sendable {
    package var epoch: Int64
    package var attempt: Int
    package var artifact: Artifact
    package var atMilliseconds: Int64
}

/// What the newest event of a unit says.
package struct LastEvent: Hashable, Sendable {
    package var state: UnitState
    package var epoch: Int64
}

/// All that changes about a unit.
package struct UnitRow: Hashable, Sendable {
    /// Where a unit waits that is ready.
    enum Queue: Hashable, Sendable { case none, due, delayed }

    package let facts: FixedUnit
    package var state: UnitState
    /// Dependencies that are not done.
    package var unmet: Int
    package var runAt: Int64
    package var attempt = 0
    package var attemptsMaximum: Int
    package var epoch: Int64 = 0
    package var holder: Hold?
    package var rival: Hold?
    package var progress = 0
    package var crashes = 0
    package var isSplit = false
    package var startedAt: Int64?
    package var finishedAt: Int64?
    package var failure: Failure?
    package var note: String?
    package var completion: CompletionRow?
    /// Nil while only the job's event stands for it.
    package var lastEvent: LastEvent?
    var queue = Queue.none
    /// Its place among the leased units.
    var leasedIndex = -1

    init(facts: FixedUnit, attemptsMaximum: Int, runAt: Int64) {
        self.facts = facts
        self.attemptsMaximum = attemptsMaximum
        self.runAt = runAt
        self.unmet = facts.dependencies.count
        self.state = facts.dependencies.isEmpty ? .ready : .blocked
    }
}

/// What the done units of one kind and job really took.
struct PeerSums: Hashable, Sendable {
    var done = 0
    var milliseconds: Int64 = 0
    var estimatedSeconds = 0.0
}

package struct JobRow: Hashable, Sendable {
    /// Another one once the job is steered.
    package internal(set) var facts: FixedJob
    /// No unit is leased from then on; nil for no end.
    var leasableUntil: Int64?
    let tenant: Int
    package var state = JobState.planning
    var isSuperseded = false
    var plan: Plan?
    package var failure: Failure?
    var cancelReason: String?
    var failedUnit: Int?
    var finishedAt: Int64?
    package var unitsDone = 0
    package var units: [UnitRow]
    var peers: [UnitKind: PeerSums] = [:]
    /// The state that its newest event says.
    var lastEvent = JobState.planning
    /// Once its artifacts were given up.
    var collected: CollectedRow?
}

/// A job's artifacts, given up.
struct CollectedRow: Hashable, Sendable {
    var atMilliseconds: Int64
}

/// An artifact that no job needs, until whoever may have counted on it has ended.
struct CondemnedRow: Hashable, Sendable {
    var byteCount: Int64
    var condemnedAt: Int64
    /// When its bytes were gone for good.
    var removedAt: Int64?
}

struct ArtifactKey: Hashable, Sendable {
    var tenant: TenantID
    var digest: Digest
}

/// What never changes about a job.
package final class FixedJob: Hashable, Sendable {
    package let submission: JobSubmission
    package let createdAt: Int64

    init(submission: JobSubmission, createdAt: Int64) {
        self.submission = submission
        self.createdAt = createdAt
    }

    package static func == (left: FixedJob, right: FixedJob) -> Bool {
        left === right || left.submission == right.submission && left.createdAt == right.createdAt
    }

    package func hash(into hasher: inout Hasher) { hasher.combine(submission.id) }
}

/// A ready unit in the order in which its tenant's units of a class are leased.
struct ReadyKey: Hashable, Sendable, Comparable {
    var priority: Int
    var isUrgent: Bool
    var createdAt: Int64
    var job: JobID
    var criticalSeconds: Double
    var place: UnitPlace

    static func < (left: ReadyKey, right: ReadyKey) -> Bool {
        if left.priority != right.priority { return left.priority > right.priority }
        if left.isUrgent != right.isUrgent { return left.isUrgent }
        if left.createdAt != right.createdAt { return left.createdAt < right.createdAt }
        if left.place.job != right.place.job { return left.job.text < right.job.text }
        if left.criticalSeconds != right.criticalSeconds {
            return left.criticalSeconds > right.criticalSeconds
        }
        return left.place.position < right.place.position
    }
}

/// A ready unit whose time has not come, in the order of the times.
struct DelayedKey: Hashable, Sendable, Comparable {
    var runAt: Int64
    var place: UnitPlace

    static func < (left: DelayedKey, right: DelayedKey) -> Bool {
        left.runAt != right.runAt ? left.runAt < right.runAt : left.place < right.place
    }
}

struct TenantRow: Hashable, Sendable {
    let id: TenantID
    var weight = 1.0
    var cap: Int?
    var virtualTime = 0.0
    /// Leases: a unit with a second lease counts twice.
    var leased = 0
    /// Of live jobs, what makes them playable; and the rest.
    var urgent = OrderedChunks<ReadyKey>()
    var live = OrderedChunks<ReadyKey>()
    var backfill = OrderedChunks<ReadyKey>()
    /// Its place among the tenants that have due units; -1 for none.
    var readyIndex = -1

    var hasDueUnits: Bool { !urgent.isEmpty || !live.isEmpty || !backfill.isEmpty }
    var hasRoom: Bool { cap.map { leased < $0 } ?? true }
}

struct NodeRow: Hashable, Sendable {
    var record: NodeRecord
    var startedAt: Int64
    var isRetired = false
}

struct ContentKey: Hashable, Sendable {
    var tenant: TenantID
    var content: Digest
}

struct CallerKey: Hashable, Sendable {
    var tenant: TenantID
    var key: String
}
