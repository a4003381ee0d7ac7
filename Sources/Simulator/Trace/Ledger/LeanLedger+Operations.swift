import Ledger
import TranscodeModel

// What nodes ask for.
extension LeanLedger {
    func perform(_ operations: [LedgerOperation]) throws(LedgerFailure) -> [LedgerAnswer] {
        let now = clock.milliseconds
        return operations.map { perform($0, now) }
    }

    private func perform(_ operation: LedgerOperation, _ now: Int64) -> LedgerAnswer {
        switch operation {
        case .register(let record):
            if nodePlaces[record.id] == nil {
                nodePlaces[record.id] = nodes.count
                nodes.append(LeanNode(record: record))
                liveNodes.append(record)
            }
            return .noted
        case .retire(let node):
            if let place = nodePlaces[node] { nodes[place].isRetired = true }
            liveNodes.removeAll { $0.id == node }
            return .noted
        case .lease(let picks, let node, let duration):
            return .leased(picks.compactMap { lease($0, node, now + duration, now) })
        case .hedge(let token, let node, let duration, _):
            return .leased(hedge(token, node, now + duration, now).map { [$0] } ?? [])
        case .renew(let held, let duration):
            return .renewed(renew(held, now + duration, now))
        case .complete(let completion): return .completed(complete(completion, now))
        case .release(let release): return .released(self.release(release, now))
        case .setBreaker(let record):
            guard record.generation == (breakers[record.key]?.generation ?? 0) + 1 else {
                return .breakerSet(false)
            }
            breakers[record.key] = record
            return .breakerSet(true)
        }
    }

    private func lease(_ pick: LeasePick, _ node: NodeID, _ until: Int64, _ now: Int64) -> Lease? {
        guard let slot = places[pick.unit.job],
            jobs[slot].units.indices.contains(pick.unit.position)
        else { return nil }
        let place = LeanPlace(job: slot, position: pick.unit.position)
        let unit = jobs[slot].units[place.position]
        guard unit.state == .ready, unit.epoch == pick.epoch, unit.runAt <= now else { return nil }
        makeDue(now: now)
        unqueue(place)
        let number = nodePlace(node)
        let hold = LeanHold(attempt: unit.attempt + 1, node: number, until: until, since: now)
        jobs[slot].units[place.position].state = .leased
        jobs[slot].units[place.position].epoch += 1
        jobs[slot].units[place.position].attempt += 1
        jobs[slot].units[place.position].startedAt = now
        jobs[slot].units[place.position].holder = hold
        noneOverdueBefore = min(noneOverdueBefore, until)
        self.hold(place, number)
        watch(place)
        charge(place, isOutOfTurn: pick.isOutOfTurn)
        return lease(place, attempt: hold.attempt, isHedge: false)
    }

    private func hedge(
        _ token: LeaseToken, _ node: NodeID, _ until: Int64, _ now: Int64
    ) -> Lease? {
        guard let place = place(token) else { return nil }
        let unit = jobs[place.job].units[place.position]
        guard unit.state == .leased, unit.epoch == token.epoch,
            unit.holder?.attempt == token.attempt, unit.rival == nil,
            unit.attempt < unit.attemptsMaximum
        else { return nil }
        let number = nodePlace(node)
        unwatch(place)
        jobs[place.job].units[place.position].attempt += 1
        jobs[place.job].units[place.position].rival = LeanHold(
            attempt: unit.attempt + 1, node: number, until: until, since: now)
        noneOverdueBefore = min(noneOverdueBefore, until)
        hold(place, number)
        charge(place, isOutOfTurn: true)
        return lease(place, attempt: unit.attempt + 1, isHedge: true)
    }

    /// As in `MemoryLedger`: start-time fair queueing.
    private func charge(_ place: LeanPlace, isOutOfTurn: Bool) {
        let tenant = jobs[place.job].tenant
        let start = max(virtualTime, tenants[tenant].virtualTime)
        tenants[tenant].virtualTime = start + estimate(place).cpuSeconds
        if !isOutOfTurn { virtualTime = start }
        tenants[tenant].leased += 1
    }

    private func lease(_ place: LeanPlace, attempt: Int, isHedge: Bool) -> Lease {
        let unit = jobs[place.job].units[place.position]
        let job = jobs[place.job]
        return Lease(
            token: LeaseToken(
                tenant: tenants[job.tenant].id,
                unit: UnitID(job: job.id, position: place.position), epoch: unit.epoch,
                attempt: attempt),
            kind: job.kind(place.position), attemptsMaximum: unit.attemptsMaximum,
            crashes: unit.crashes, isSplit: unit.isSplit, isHedge: isHedge,
            content: job.content(place.position), estimate: job.estimate(place.position),
            profile: job.profile, encoder: job.encoder(place.position))
    }

    private func renew(
        _ held: [HeldLease], _ until: Int64, _ now: Int64
    ) -> Set<LeaseToken> {
        var kept: Set<LeaseToken> = []
        for lease in held {
            let token = lease.token
            guard let place = place(token) else { continue }
            let unit = jobs[place.job].units[place.position]
            guard unit.state == .leased, unit.epoch == token.epoch else { continue }
            if var hold = unit.holder, hold.attempt == token.attempt {
                renew(&hold, place, isAlone: unit.rival == nil, lease, until, now)
                jobs[place.job].units[place.position].holder = hold
            } else if var hold = unit.rival, hold.attempt == token.attempt {
                renew(&hold, place, isAlone: false, lease, until, now)
                jobs[place.job].units[place.position].rival = hold
            } else {
                continue
            }
            kept.insert(token)
        }
        return kept
    }
}
