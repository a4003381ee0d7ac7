public import Ledger
import TranscodeModel

/// Which units a node leases next (scheduling rules of the architecture page).
///
/// Order across jobs: class, then weighted fairness across tenants, then priority, then what makes a job playable, then
/// age; inside a job, the critical path first, and so across a tenant's jobs that came in the same instant. Backfill goes
/// first for its guaranteed share of the picks.
public struct LeaseChoice: Hashable, Sendable {
    /// The share of picks in which backfill goes before live uploads, 0 to 1, so that it never starves.
    public var backfillShare: Double

    public init(backfillShare: Double = 0.1) {
        precondition((0...1).contains(backfillShare))
        self.backfillShare = backfillShare
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
            let backfillFirst = Double.random(in: 0..<1, using: &generator) < backfillShare
            let allowed = remaining.indices.filter {
                let mustRun = isIdle && picks.isEmpty
                return tenants.admits(remaining[$0]) && shares.admits(remaining[$0])
                    && (left.fits(remaining[$0].estimate) || mustRun)
            }
            let first = allowed.min {
                precedes(remaining[$0], remaining[$1], tenants, backfillFirst: backfillFirst)
            }
            guard let first else { break }
            let pick = remaining.remove(at: first)
            tenants.charge(pick)
            shares.charge(pick)
            left = left.less(pick.estimate)
            picks.append(pick)
        }
        return picks
    }

    private func precedes(
        _ left: Candidate, _ right: Candidate, _ tenants: TenantLoads, backfillFirst: Bool
    ) -> Bool {
        if left.jobClass != right.jobClass {
            return left.jobClass == (backfillFirst ? .backfill : .live)
        }
        if left.tenant != right.tenant {
            let (first, second) = (tenants.virtualTime(left), tenants.virtualTime(right))
            if first != second { return first < second }
            // Those who are behind the system's time are equal there: who waited longest goes first.
            if left.tenantVirtualTime != right.tenantVirtualTime {
                return left.tenantVirtualTime < right.tenantVirtualTime
            }
            return left.tenant.text < right.tenant.text
        }
        if left.priority != right.priority { return left.priority > right.priority }
        if left.isUrgent != right.isUrgent { return left.isUrgent }
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
