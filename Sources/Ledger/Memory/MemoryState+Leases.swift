package import TranscodeModel

extension MemoryLedger.State {
    mutating func lease(
        _ pick: LeasePick, _ node: NodeID, _ duration: Int64, now: Int64
    ) -> Lease? {
        guard let place = place(pick.unit, pick.tenant) else { return nil }
        let row = self[place]
        let tenant = jobs[place.job].tenant
        guard row.state == .ready, row.epoch == pick.epoch, row.runAt <= now,
            tenants[tenant].hasRoom || hasBug(.noCap)
        else { return nil }
        unqueue(place)
        self[place].state = .leased
        self[place].epoch += 1
        self[place].attempt += hasBug(.noAttemptAtLease) ? 0 : 1
        self[place].holder = Hold(
            attempt: self[place].attempt, node: node, until: now + duration, since: now)
        self[place].startedAt = now
        self[place].progress = 0
        self[place].note = nil
        addLeased(place)
        charge(tenant, row.facts.estimate, isOutOfTurn: pick.isOutOfTurn)
        noteUnit(
            place, from: .ready,
            EventExtras(epoch: self[place].epoch, attempt: self[place].attempt, node: node),
            now: now, detail: nil)
        return lease(place, attempt: self[place].attempt, isHedge: false)
    }

    mutating func hedge(
        _ token: LeaseToken, _ node: NodeID, _ duration: Int64, _ reason: String, now: Int64
    ) -> Lease? {
        guard let place = place(token.unit, token.tenant) else { return nil }
        let row = self[place]
        let tenant = jobs[place.job].tenant
        guard row.state == .leased, row.epoch == token.epoch, row.holder?.attempt == token.attempt,
            row.rival == nil, row.attempt < row.attemptsMaximum,
            tenants[tenant].hasRoom || hasBug(.noCap)
        else { return nil }
        self[place].attempt += hasBug(.noAttemptAtLease) ? 0 : 1
        let attempt = self[place].attempt
        self[place].rival = Hold(
            attempt: attempt, node: node, until: now + duration, since: now)
        charge(tenant, row.facts.estimate, isOutOfTurn: true)
        noteUnit(
            place, from: .leased, EventExtras(epoch: row.epoch, attempt: attempt, node: node),
            now: now, detail: reason)
        return lease(place, attempt: attempt, isHedge: true)
    }

    /// Start-time fair queueing (Goyal, Vin, Cheng 1996): a tenant that was away joins at the system's virtual
    /// time, and not with the credit of its absence. A unit out of turn, and a second lease, which nobody's turn brought,
    /// leave the system's time where it is.
    private mutating func charge(_ tenant: Int, _ estimate: Estimate, isOutOfTurn: Bool) {
        let start = max(virtualTime, tenants[tenant].virtualTime)
        tenants[tenant].virtualTime = start + estimate.cpuSeconds / tenants[tenant].weight
        if !isOutOfTurn { virtualTime = start }
        tenants[tenant].leased += 1
    }

    private func lease(_ place: UnitPlace, attempt: Int, isHedge: Bool) -> Lease {
        let row = self[place]
        let submission = jobs[place.job].facts.submission
        return Lease(
            token: LeaseToken(
                tenant: submission.tenant,
                unit: UnitID(job: submission.id, position: place.position), epoch: row.epoch,
                attempt: attempt),
            kind: row.facts.kind, attemptsMaximum: row.attemptsMaximum, crashes: row.crashes,
            isSplit: row.isSplit, isHedge: isHedge, content: row.facts.content,
            estimate: row.facts.estimate, profile: submission.profileDigest,
            encoder: row.facts.encoder)
    }

    mutating func renew(_ held: [HeldLease], _ duration: Int64, now: Int64) -> Set<LeaseToken> {
        var kept: Set<LeaseToken> = []
        for lease in held {
            let token = lease.token
            guard let place = place(token.unit, token.tenant) else { continue }
            if hasBug(.renewIgnoresLoss) { kept.insert(token) }
            let row = self[place]
            guard row.state == .leased, row.epoch == token.epoch else { continue }
            if row.holder?.attempt == token.attempt {
                self[place].holder?.renew(until: now + duration, lease, now: now)
            } else if row.rival?.attempt == token.attempt {
                self[place].rival?.renew(until: now + duration, lease, now: now)
            } else {
                continue
            }
            self[place].progress = max(row.progress, lease.progress)
            touched.insert(place.job)
            kept.insert(token)
        }
        return kept
    }

    func sighting(_ place: UnitPlace, _ hold: Hold) -> LeaseSighting {
        let row = self[place]
        return LeaseSighting(
            token: token(place, hold), node: hold.node, kind: row.facts.kind,
            attemptsMaximum: row.attemptsMaximum, crashes: row.crashes, hasRival: row.rival != nil)
    }

    package func leases(ofNode node: NodeID) -> [LeaseSighting] {
        sightings { $0.node == node }
    }

    /// Every lease there is, a second one of a unit beside the first; by job, position and attempt.
    func sightings(where isWanted: (Hold) -> Bool) -> [LeaseSighting] {
        var found: [LeaseSighting] = []
        let jobs = jobs
        let wanted = leased.filter { place in
            jobs[place.job].units[place.position].holder.map(isWanted) ?? false
                || jobs[place.job].units[place.position].rival.map(isWanted) ?? false
        }
        for place in wanted.sorted() {
            for case let hold? in [self[place].holder, self[place].rival] where isWanted(hold) {
                found.append(sighting(place, hold))
            }
        }
        return found
    }
}
