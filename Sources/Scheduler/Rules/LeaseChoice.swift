public import Ledger
import TranscodeModel

/// Which units a node leases next (scheduling rules of the architecture page).
///
/// Order across jobs: class, then tenants whose next unit makes a live job playable, then weighted fairness across tenants,
/// then priority, then what makes a job playable, then age; inside a job, the critical path first, and so across a tenant's
/// jobs that came in the same instant. Backfill goes first for its guaranteed share of the picks.
///
/// What makes a job playable is little, and somebody waits for it, so it goes before other tenants' work, and before older
/// jobs of its own. That is bounded twice. It is charged like all else, those that it goes before keep what they are owed,
/// and a tenant that is ahead of the system's virtual time by `headStart` goes before nobody: so no tenant is ahead of
/// another by more than that, and a unit. And in `agedShare` of the picks age alone decides between a tenant's jobs, so
/// that older ones go on however many new ones come.
public struct LeaseChoice: Hashable, Sendable {
    /// The share of picks in which backfill goes before live uploads, 0 to 1, so that it never starves.
    public var backfillShare: Double
    /// The share of picks in which age goes before what makes a job playable, 0 to 1.
    public var agedShare: Double
    /// Of a tenant whose next unit makes a job playable, before others: in weighted CPU-seconds, at least 0.
    public var headStart: Double

    public init(
        backfillShare: Double = 0.1, agedShare: Double = 0.05, headStart: Double = 600
    ) {
        precondition((0...1).contains(backfillShare) && (0...1).contains(agedShare))
        precondition(headStart >= 0)
        self.backfillShare = backfillShare
        self.agedShare = agedShare
        self.headStart = headStart
    }

    /// What one pick goes by.
    private struct Turn {
        var backfillFirst: Bool
        /// What makes a job playable does not go before other jobs of its tenant.
        var isAged = false
        /// Tenants whose next live unit makes a job playable, and goes before others'.
        var hurried: Set<TenantID> = []
    }

    /// The units to lease now, in order; each fits beside those before it.
    ///
    /// A unit larger than the node's whole capacity is taken only when the node is otherwise idle
    /// (`isIdle`), since it would never run elsewhere on a fleet of one.
    /// `workers`: all that the node has, free or not; a backfill holds at most its share of them, and at least one.
    /// `systemVirtualTime`: a tenant that was away joins there, and not with the credit of its absence.
    public func choose(
        from candidates: [Candidate], systemVirtualTime: Double = 0, capacity: Capacity,
        workers: Int? = nil, isIdle: Bool, using generator: inout some RandomNumberGenerator
    ) -> [Candidate] {
        var tenants = TenantLoads(candidates, systemVirtualTime)
        var shares = BackfillLoads(workers: workers ?? capacity.workers)
        var left = capacity
        var remaining = candidates
        var picks: [Candidate] = []
        while left.workers > 0 {
            var turn = Turn(
                backfillFirst: Double.random(in: 0..<1, using: &generator) < backfillShare)
            let allowed = remaining.indices.filter {
                let mustRun = isIdle && picks.isEmpty
                return tenants.admits(remaining[$0]) && shares.admits(remaining[$0])
                    && (left.fits(remaining[$0].estimate) || mustRun)
            }
            if allowed.contains(where: { remaining[$0].isUrgent }) {
                let most = systemVirtualTime + headStart
                turn.hurried = hurried(allowed.map { remaining[$0] }) {
                    tenants.virtualTime($0) <= most
                }
                turn.isAged = Double.random(in: 0..<1, using: &generator) < agedShare
            }
            let first = allowed.min { precedes(remaining[$0], remaining[$1], tenants, turn) }
            guard let first else { break }
            let isOutOfTurn = allowed.contains {
                passesOver(remaining[first], remaining[$0], tenants, turn)
            }
            var pick = remaining.remove(at: first)
            pick.isOutOfTurn = isOutOfTurn
            tenants.charge(pick)
            shares.charge(pick)
            left = left.less(pick.estimate)
            picks.append(pick)
        }
        return picks
    }

    private func hurried(
        _ candidates: [Candidate], where mayHurry: (Candidate) -> Bool
    ) -> Set<TenantID> {
        var next: [TenantID: Candidate] = [:]
        for candidate in candidates where candidate.jobClass == .live {
            if let known = next[candidate.tenant], !precedes(candidate, inTenant: known) {
                continue
            }
            next[candidate.tenant] = candidate
        }
        return Set(next.filter { $0.value.isUrgent && mayHurry($0.value) }.keys)
    }

    /// Whether a pick goes before a unit of its class whose tenant has had less.
    private func passesOver(
        _ pick: Candidate, _ other: Candidate, _ tenants: TenantLoads, _ turn: Turn
    ) -> Bool {
        pick.jobClass == .live && other.jobClass == .live && turn.hurried.contains(pick.tenant)
            && tenants.virtualTime(other) < tenants.virtualTime(pick)
    }

    private func precedes(
        _ left: Candidate, _ right: Candidate, _ tenants: TenantLoads, _ turn: Turn
    ) -> Bool {
        if left.jobClass != right.jobClass {
            return left.jobClass == (turn.backfillFirst ? .backfill : .live)
        }
        if left.tenant != right.tenant {
            if left.jobClass == .live {
                let isFirst = turn.hurried.contains(left.tenant)
                if isFirst != turn.hurried.contains(right.tenant) { return isFirst }
            }
            let (first, second) = (tenants.virtualTime(left), tenants.virtualTime(right))
            if first != second { return first < second }
            // Those who are behind the system's time are equal there: who waited longest goes first.
            if left.tenantVirtualTime != right.tenantVirtualTime {
                return left.tenantVirtualTime < right.tenantVirtualTime
            }
            return left.tenant.text < right.tenant.text
        }
        return precedes(left, inTenant: right, isAged: turn.isAged)
    }

    /// Of one tenant and class.
    private func precedes(
        _ left: Candidate, inTenant right: Candidate, isAged: Bool = false
    ) -> Bool {
        if left.priority != right.priority { return left.priority > right.priority }
        // Of what is equally old, as the units of one job are, it is always first.
        if left.isUrgent != right.isUrgent,
            !isAged || left.jobCreatedMilliseconds == right.jobCreatedMilliseconds
        {
            return left.isUrgent
        }
        if left.jobCreatedMilliseconds != right.jobCreatedMilliseconds {
            return left.jobCreatedMilliseconds < right.jobCreatedMilliseconds
        }
        return precedesAsOld(left, right)
    }

    /// Of one job, or of jobs that are equally old, as those of one batch are. What makes a job playable goes job by job. Of
    /// the rest goes first what ends a job, so that its room is free again, and then the longest path of any of them, so
    /// that none is left for the batch's end.
    private func precedesAsOld(_ left: Candidate, _ right: Candidate) -> Bool {
        if left.isUrgent, left.unit.job != right.unit.job {
            return left.unit.job.text < right.unit.job.text
        }
        if !left.isUrgent, left.kind.endsJob != right.kind.endsJob { return left.kind.endsJob }
        if left.remainingCriticalSeconds != right.remainingCriticalSeconds {
            return left.remainingCriticalSeconds > right.remainingCriticalSeconds
        }
        if left.unit.job != right.unit.job { return left.unit.job.text < right.unit.job.text }
        return left.unit.position < right.unit.position
    }
}

/// What each tenant holds and has been charged, as picks are made.
struct TenantLoads {
    private struct Load {
        var virtualTime: Double
        var leased: Int
    }
    private var loads: [TenantID: Load] = [:]

    init(_ candidates: [Candidate], _ systemVirtualTime: Double) {
        for candidate in candidates {
            loads[candidate.tenant] = Load(
                virtualTime: max(candidate.tenantVirtualTime, systemVirtualTime),
                leased: candidate.tenantLeased)
        }
    }

    func virtualTime(_ candidate: Candidate) -> Double {
        loads[candidate.tenant]?.virtualTime ?? 0
    }

    func admits(_ candidate: Candidate) -> Bool {
        guard let cap = candidate.tenantCap else { return true }
        return (loads[candidate.tenant]?.leased ?? 0) < cap
    }

    mutating func charge(_ pick: Candidate) {
        loads[pick.tenant]?.virtualTime += pick.estimate.cpuSeconds / pick.tenantWeight
        loads[pick.tenant]?.leased += 1
    }
}

/// What each backfill holds of the node, as picks are made.
struct BackfillLoads {
    private let workers: Int
    private var picked: [String: Int] = [:]

    init(workers: Int) { self.workers = workers }

    func admits(_ candidate: Candidate) -> Bool {
        guard let share = candidate.share else { return true }
        return share.held + (picked[share.backfill] ?? 0) < share.most(ofWorkers: workers)
    }

    mutating func charge(_ pick: Candidate) {
        if let share = pick.share { picked[share.backfill, default: 0] += 1 }
    }
}
