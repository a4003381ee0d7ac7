import Ledger
import TranscodeModel

// What the ledger must answer, and what changes then.
extension ReferenceModel {
    mutating func predict(_ operation: LedgerOperation, now: Int64) -> LedgerAnswer {
        switch operation {
        case .register(let record):
            nodes.insert(record.id)
            return .noted
        case .retire: return .noted
        case .lease(let picks, let node, let duration):
            return .leased(
                picks.compactMap {
                    lease($0, ModelHold(attempt: 0, node: node, until: now + duration), now)
                })
        case .hedge(let token, let node, let duration, _):
            let granted = hedge(token, ModelHold(attempt: 0, node: node, until: now + duration))
            return .leased(granted.map { [$0] } ?? [])
        case .renew(let held, let duration):
            var kept: Set<LeaseToken> = []
            for lease in held where renew(lease, until: now + duration) { kept.insert(lease.token) }
            return .renewed(kept)
        case .complete(let completion): return .completed(complete(completion, now))
        case .release(let lost): return .released(release(lost, now))
        case .setBreaker(let record):
            guard record.generation == (breakers[record.key]?.generation ?? 0) + 1 else {
                return .breakerSet(false)
            }
            breakers[record.key] = record
            return .breakerSet(true)
        }
    }

    private mutating func lease(_ pick: LeasePick, _ hold: ModelHold, _ now: Int64) -> Lease? {
        guard let (job, position) = place(pick.unit), let tenant = jobs[job]?.upload.tenant else {
            return nil
        }
        let unit = self[job, position]
        guard unit.state == .ready, unit.epoch == pick.epoch, unit.runAt <= now,
            tenants[tenant].hasRoom
        else { return nil }
        self[job, position].state = .leased
        self[job, position].epoch += 1
        self[job, position].attempt += 1
        self[job, position].holder = hold
        self[job, position].holder?.attempt = unit.attempt + 1
        self[job, position].startedAt = now
        self[job, position].progress = 0
        arrow(job, position, "ready", "leased")
        return grant(job, position, isHedge: false, isOutOfTurn: pick.isOutOfTurn)
    }

    private mutating func hedge(_ token: LeaseToken, _ hold: ModelHold) -> Lease? {
        guard let (job, position) = place(token.unit), let tenant = jobs[job]?.upload.tenant else {
            return nil
        }
        let unit = self[job, position]
        guard unit.state == .leased, unit.epoch == token.epoch,
            unit.holder?.attempt == token.attempt, unit.rival == nil,
            unit.attempt < unit.attemptsMaximum, tenants[tenant].hasRoom
        else { return nil }
        self[job, position].attempt += 1
        self[job, position].rival = hold
        self[job, position].rival?.attempt = unit.attempt + 1
        arrow(job, position, "leased", "leased")
        return grant(job, position, isHedge: true, isOutOfTurn: true)
    }

    /// Charges the tenant: start-time fair queueing (Goyal, Vin, Cheng 1996).
    private mutating func grant(
        _ number: Int, _ position: Int, isHedge: Bool, isOutOfTurn: Bool
    ) -> Lease? {
        guard let job = jobs[number] else { return nil }
        let unit = job.units[position]
        let estimate = job.estimate(position)
        let tenant = tenants[job.upload.tenant]
        let start = max(virtualTime, tenant.virtualTime)
        tenants[job.upload.tenant].virtualTime = start + estimate.cpuSeconds / tenant.weight
        tenants[job.upload.tenant].leased += 1
        if !isOutOfTurn { virtualTime = max(virtualTime, start) }
        attempts += 1
        let kind = job.kind(position)
        return Lease(
            token: LeaseToken(
                tenant: tenant.id, unit: UnitID(job: job.id, position: position),
                epoch: unit.epoch, attempt: unit.attempt),
            kind: kind, attemptsMaximum: unit.attemptsMaximum, crashes: unit.crashes,
            isSplit: unit.isSplit, isHedge: isHedge, content: job.content(position),
            estimate: estimate, profile: job.upload.shape.profileDigest,
            encoder: kind == .encode ? job.upload.shape.encoder : "")
    }

    private mutating func renew(_ lease: HeldLease, until: Int64) -> Bool {
        let token = lease.token
        guard let (job, position) = place(token.unit),
            self[job, position].isHeld(epoch: token.epoch, attempt: token.attempt)
        else { return false }
        if self[job, position].holder?.attempt == token.attempt {
            self[job, position].holder?.until = until
        } else {
            self[job, position].rival?.until = until
        }
        self[job, position].progress = max(self[job, position].progress, lease.progress)
        return true
    }

    private mutating func complete(_ completion: Completion, _ now: Int64) -> CommitOutcome {
        let token = completion.token
        guard let (number, position) = place(token.unit), let job = jobs[number] else {
            return .fenced
        }
        let unit = job.units[position]
        guard unit.isHeld(epoch: token.epoch, attempt: token.attempt) else {
            let isSame =
                unit.committed.map { $0.epoch == token.epoch && $0.attempt == token.attempt }
            return isSame == true ? .alreadyDone : .fenced
        }
        dropLeases(number, position)
        self[number, position].state = .done
        self[number, position].finishedAt = now
        self[number, position].committed = (token.epoch, token.attempt)
        jobs[number]?.unitsDone += 1
        unitsDone += 1
        let weight = tenants[job.upload.tenant].weight
        let extra = completion.artifact.usage.cpuSeconds - job.estimate(position).cpuSeconds
        tenants[job.upload.tenant].virtualTime = max(
            0, tenants[job.upload.tenant].virtualTime + extra / weight)
        arrow(number, position, "leased", "done")
        for dependent in job.upload.shape.dependents[position] where position > 0 {
            countDown(number, dependent, now)
        }
        if completion.planned != nil { plan(number, now) }
        if job.kind(position) == .publish { end(number, .ready) }
        return .committed(jobs[number]?.state ?? job.state)
    }

    private mutating func countDown(_ number: Int, _ position: Int, _ now: Int64) {
        guard self[number, position].state == .blocked else { return }
        self[number, position].unmet -= 1
        guard self[number, position].unmet == 0 else { return }
        self[number, position].state = .ready
        self[number, position].runAt = now
        arrow(number, position, "blocked", "ready")
    }

    private mutating func plan(_ number: Int, _ now: Int64) {
        guard let shape = jobs[number]?.upload.shape else { return }
        jobs[number]?.state = .running
        jobs[number]?.units.reserveCapacity(shape.units.count + 1)
        for unit in shape.units {
            jobs[number]?.units.append(
                ModelUnit(
                    state: unit.dependencies.isEmpty ? .ready : .blocked,
                    unmet: unit.dependencies.count, runAt: now, attemptsMaximum: attemptsMaximum))
        }
        arrow(number, nil, "planning", "running")
    }

    private mutating func release(_ lost: Release, _ now: Int64) -> ReleaseOutcome {
        let token = lost.token
        guard let (job, position) = place(token.unit) else { return .fenced }
        let unit = self[job, position]
        guard unit.isHeld(epoch: token.epoch, attempt: token.attempt),
            let hold = unit.hold(attempt: token.attempt)
        else { return .fenced }
        switch lost.ground {
        case .holder: break
        case .overdue: guard hold.until < now else { return .fenced }
        case .nodeDied(let node): guard hold.node == node else { return .fenced }
        }
        if lost.failure?.category == .crashed { self[job, position].crashes += 1 }
        if let failure = lost.failure { self[job, position].failure = failure }
        if let rival = unit.rival {
            if hold == unit.holder { self[job, position].holder = rival }
            self[job, position].rival = nil
            tenants[jobs[job]?.upload.tenant ?? 0].leased -= 1
            arrow(job, position, "leased", "leased")
            return .rivalGoesOn
        }
        dropLeases(job, position)
        self[job, position].epoch += 1
        switch lost.verdict {
        case .dead(let failure): return kill(job, position, failure, now)
        case .retry(let delay, let splits, let returnsAttempt, let exhausted):
            if returnsAttempt { self[job, position].attemptsMaximum += 1 }
            guard unit.attempt < self[job, position].attemptsMaximum else {
                return kill(job, position, exhausted, now)
            }
            self[job, position].state = .ready
            self[job, position].runAt = now + delay
            self[job, position].progress = 0
            if splits { self[job, position].isSplit = true }
            arrow(job, position, "leased", "ready")
            return .released(.ready)
        }
    }

    private mutating func kill(
        _ job: Int, _ position: Int, _ failure: Failure, _ now: Int64
    ) -> ReleaseOutcome {
        self[job, position].state = .dead
        self[job, position].failure = failure
        self[job, position].finishedAt = now
        arrow(job, position, "leased", "dead")
        endUnits(job, now: now)
        jobs[job]?.failure = failure
        jobs[job]?.failedUnit = position
        end(job, .failed)
        return .released(.dead)
    }
}
