import Ledger
import TranscodeModel

/// Where a live unit is: its job's slot, and its position.
struct LeanPlace: Hashable, Sendable {
    var job: Int
    var position: Int
}

/// One lease of a unit. The node is its number in the lean ledger.
struct LeanHold: Hashable {
    var attempt: Int
    var node: Int
    var until: Int64
    var since: Int64
    var progress: LeaseProgress?

    func isNew(_ now: Int64) -> Bool {
        progress?.isNew(elapsedMilliseconds: now - since) ?? true
    }

    func standing(_ now: Int64) -> LeaseStanding {
        LeaseStanding(attempt: attempt, elapsedMilliseconds: now - since, progress: progress)
    }

    /// What a renewal says of it.
    mutating func renew(_ until: Int64, _ part: Double?, _ now: Int64) {
        self.until = until
        guard let part, part > progress?.part ?? -1 else { return }
        progress = LeaseProgress(part: part, elapsedMilliseconds: now - since)
    }
}

/// All that changes about a unit.
struct LeanUnit {
    var state: UnitState
    var unmet: Int
    var runAt: Int64
    var attempt = 0
    var attemptsMaximum: Int
    var epoch: Int64 = 0
    var crashes = 0
    var isSplit = false
    var isDelayed = false
    var startedAt: Int64 = 0
    var holder: LeanHold?
    var rival: LeanHold?
    /// The attempt that completed it.
    var completedBy: Int?
}

/// What the done units of one kind and job took.
struct LeanPeers {
    var done = 0
    var milliseconds: Int64 = 0
    var estimatedSeconds = 0.0
    /// Of those that are under way.
    var running = RunningPeers()
}

/// A job that has not ended. One object, so that nothing of it is copied when it is looked at.
final class LeanJob {
    let id: JobID
    let createdAt: Int64
    let tenant: Int
    let priority: Int
    let profile: Digest
    let encoder: String
    let attemptsMaximum: Int
    private let probeContent: Digest
    private let probeEstimate: Estimate
    private let isProbeUrgent: Bool
    var plan: LeanPlan?
    var state = JobState.planning
    /// The probe is the first.
    var units: [LeanUnit]
    var peers: [UnitKind: LeanPeers] = [:]

    init(_ submission: JobSubmission, tenant: Int, now: Int64) {
        id = submission.id
        createdAt = now
        self.tenant = tenant
        priority = submission.priority
        profile = submission.profileDigest
        encoder = submission.profile.video?.codec.rawValue ?? ""
        attemptsMaximum = submission.attemptsMaximum
        probeContent = submission.probeContent
        probeEstimate = submission.probeEstimate
        isProbeUrgent = submission.isUrgent
        units = [
            LeanUnit(state: .ready, unmet: 0, runAt: now, attemptsMaximum: attemptsMaximum)
        ]
    }

    func kind(_ position: Int) -> UnitKind { plan?.kinds[position] ?? .probe }

    func estimate(_ position: Int) -> Estimate {
        position == 0 ? probeEstimate : plan?.estimates[position - 1] ?? probeEstimate
    }

    func criticalSeconds(_ position: Int) -> Double {
        position == 0
            ? probeEstimate.cpuSeconds
            : plan?.criticalSeconds[position - 1] ?? probeEstimate.cpuSeconds
    }

    func content(_ position: Int) -> Digest {
        position == 0 ? probeContent : plan?.contents[position - 1] ?? probeContent
    }

    func isUrgent(_ position: Int) -> Bool {
        position == 0 ? isProbeUrgent : plan?.urgent.contains(position) ?? isProbeUrgent
    }

    func encoder(_ position: Int) -> String { kind(position) == .encode ? encoder : "" }
}

/// What never changes about the units of a plan; shared by all jobs that have it.
final class LeanPlan {
    /// By position, the probe's among them.
    let kinds: [UnitKind]
    let dependents: [[Int]]
    let unmet: [Int]
    /// Without the probe.
    let estimates: [Estimate]
    let contents: [Digest]
    let criticalSeconds: [Double]
    /// Positions. All uploads of a trace are live.
    let urgent: Set<Int>

    init(_ planned: PlannedJob) {
        let units = planned.plan.units
        kinds = [.probe] + units.map(\.work.kind)
        unmet = [0] + units.map(\.dependencies.count)
        estimates = units.map(\.estimate)
        contents = units.map(\.content)
        criticalSeconds = planned.criticalSeconds
        urgent = planned.plan.urgentUnits(in: .live)
        var dependents = [[Int]](repeating: [], count: units.count + 1)
        for unit in units {
            for dependency in unit.dependencies { dependents[dependency].append(unit.position) }
        }
        self.dependents = dependents
    }
}

/// A ready unit in the order in which its tenant's units are leased.
struct LeanReadyKey: Hashable, Sendable, Comparable {
    var priority: Int
    var isUrgent: Bool
    var createdAt: Int64
    var job: JobID
    var criticalSeconds: Double
    var place: LeanPlace

    static func < (left: LeanReadyKey, right: LeanReadyKey) -> Bool {
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

/// A ready unit whose time has not come.
struct LeanDelayedKey: Hashable, Sendable, Comparable {
    var runAt: Int64
    var job: JobID
    var place: LeanPlace

    static func < (left: LeanDelayedKey, right: LeanDelayedKey) -> Bool {
        if left.runAt != right.runAt { return left.runAt < right.runAt }
        if left.place.job != right.place.job { return left.job.text < right.job.text }
        return left.place.position < right.place.position
    }
}

/// A leased unit that may be hedged, in the order in which such units are overdue.
struct LeanStragglerKey: Hashable, Sendable, Comparable {
    /// When it should have ended by its estimate.
    var due: Double
    var job: JobID
    var place: LeanPlace

    static func < (left: LeanStragglerKey, right: LeanStragglerKey) -> Bool {
        if left.due != right.due { return left.due < right.due }
        if left.place.job != right.place.job { return left.job.text < right.job.text }
        return left.place.position < right.place.position
    }
}

/// A leased unit that is slower than predicted, the slowest first.
struct LeanSlowKey: Hashable, Sendable, Comparable {
    var slowness: Double
    var job: JobID
    var place: LeanPlace

    static func < (left: LeanSlowKey, right: LeanSlowKey) -> Bool {
        if left.slowness != right.slowness { return left.slowness > right.slowness }
        if left.place.job != right.place.job { return left.job.text < right.job.text }
        return left.place.position < right.place.position
    }
}

struct LeanTenant {
    let id: TenantID
    var virtualTime = 0.0
    var leased = 0
    /// What makes jobs playable; and the rest.
    var urgent = OrderedChunks<LeanReadyKey>()
    var ready = OrderedChunks<LeanReadyKey>()
    /// Its place among the tenants that have ready units; -1 for none.
    var readyIndex = -1
}

struct LeanNode {
    let record: NodeRecord
    var isRetired = false
    var leases: [LeanPlace] = []
}
