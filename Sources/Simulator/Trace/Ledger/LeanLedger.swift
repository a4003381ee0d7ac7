import Ledger
import TranscodeModel

/// The part of the ledger's contract that nodes use, for days of uploads: it forgets a job with its end, shares what
/// jobs of one plan have in common, and finds overdue leases, stragglers and a node's own leases without looking at all
/// others. What it answers is what `MemoryLedger` answers, which `MirroredLedger` checks.
///
/// It keeps no history, and knows live jobs only: no caps of tenants, no backfill, no cancelling. Plans of the same
/// source must be the same.
final class LeanLedger: SchedulingLedger {
    let clock: LedgerClock
    var jobs: [LeanJob] = []
    var places: [JobID: Int] = [:]
    private var freeSlots: [Int] = []
    private var plans: [Digest: LeanPlan] = [:]
    var tenants: [LeanTenant] = []
    private var tenantPlaces: [TenantID: Int] = [:]
    /// Those that have ready units.
    var readyTenants: [Int] = []
    var delayed = OrderedChunks<LeanDelayedKey>()
    var stragglers = OrderedChunks<LeanStragglerKey>()
    var slow = OrderedChunks<LeanSlowKey>()
    var virtualTime = 0.0
    var nodes: [LeanNode] = []
    var nodePlaces: [NodeID: Int] = [:]
    /// In the order in which they began.
    var liveNodes: [NodeRecord] = []
    var breakers: [String: BreakerRecord] = [:]
    var unfinished = 0
    /// No lease ends before then: they are renewed long before they end, so that all are looked at only now and then.
    var noneOverdueBefore = Int64.max

    init(clock: LedgerClock) { self.clock = clock }

    func enqueue(_ submission: JobSubmission) throws(LedgerFailure) {
        guard places[submission.id] == nil else {
            throw LedgerFailure(.refused, "there is a job \(submission.id) already")
        }
        guard submission.jobClass == .live, submission.terms == .usual else {
            throw LedgerFailure(.refused, "a trace has live uploads only")
        }
        let now = clock.milliseconds
        let job = LeanJob(submission, tenant: tenantPlace(submission.tenant), now: now)
        let slot: Int
        if let free = freeSlots.popLast() {
            slot = free
            jobs[slot] = job
        } else {
            slot = jobs.count
            jobs.append(job)
        }
        places[submission.id] = slot
        unfinished += 1
        queue(LeanPlace(job: slot, position: 0), now: now)
    }

    private func tenantPlace(_ id: TenantID) -> Int {
        if let place = tenantPlaces[id] { return place }
        tenantPlaces[id] = tenants.count
        tenants.append(LeanTenant(id: id))
        return tenants.count - 1
    }

    func nodePlace(_ id: NodeID) -> Int {
        guard let place = nodePlaces[id] else { preconditionFailure("\(id) has registered") }
        return place
    }

    /// Nil for a unit that is not there, or whose job has ended.
    func place(_ token: LeaseToken) -> LeanPlace? {
        guard let slot = places[token.unit.job],
            jobs[slot].units.indices.contains(token.unit.position)
        else { return nil }
        return LeanPlace(job: slot, position: token.unit.position)
    }

    /// A planned job's units come into being.
    func insert(_ planned: PlannedJob, _ slot: Int, now: Int64) {
        let plan = plans[planned.plan.source] ?? LeanPlan(planned)
        plans[planned.plan.source] = plan
        jobs[slot].plan = plan
        jobs[slot].state = .running
        let most = jobs[slot].attemptsMaximum
        jobs[slot].units.reserveCapacity(plan.kinds.count)
        for position in plan.kinds.indices.dropFirst() {
            let unmet = plan.unmet[position]
            jobs[slot].units.append(
                LeanUnit(
                    state: unmet == 0 ? .ready : .blocked, unmet: unmet, runAt: now,
                    attemptsMaximum: most))
            if unmet == 0 { queue(LeanPlace(job: slot, position: position), now: now) }
        }
    }

    /// A job has ended: nothing of it is kept.
    func forget(_ slot: Int) {
        for position in jobs[slot].units.indices {
            let place = LeanPlace(job: slot, position: position)
            if jobs[slot].units[position].state == .ready { unqueue(place) }
            dropLeases(place)
        }
        places[jobs[slot].id] = nil
        jobs[slot].units = []
        freeSlots.append(slot)
        unfinished -= 1
    }

    func kind(_ place: LeanPlace) -> UnitKind { jobs[place.job].kind(place.position) }

    func estimate(_ place: LeanPlace) -> Estimate { jobs[place.job].estimate(place.position) }
}
