import Ledger
import TranscodeModel

// How leases end.
extension LeanLedger {
    private func isHeld(_ unit: LeanUnit, _ token: LeaseToken) -> Bool {
        unit.epoch == token.epoch
            && (unit.holder?.attempt == token.attempt || unit.rival?.attempt == token.attempt)
    }

    func complete(_ completion: Completion, _ now: Int64) -> CommitOutcome {
        let token = completion.token
        guard let place = place(token) else { return .fenced }
        let unit = jobs[place.job].units[place.position]
        guard unit.state == .leased, isHeld(unit, token) else {
            let isSame = unit.epoch == token.epoch && unit.completedBy == token.attempt
            return isSame ? .alreadyDone : .fenced
        }
        dropLeases(place)
        jobs[place.job].units[place.position].state = .done
        jobs[place.job].units[place.position].completedBy = token.attempt
        addPeer(place, now - unit.startedAt)
        let tenant = jobs[place.job].tenant
        let correction = completion.artifact.usage.cpuSeconds - estimate(place).cpuSeconds
        tenants[tenant].virtualTime = max(0, tenants[tenant].virtualTime + correction)
        countDown(place, now)
        if let planned = completion.planned { insert(planned, place.job, now: now) }
        guard kind(place) == .publish else { return .committed(jobs[place.job].state) }
        forget(place.job)
        return .committed(.ready)
    }

    private func addPeer(_ place: LeanPlace, _ milliseconds: Int64) {
        var peers = jobs[place.job].peers[kind(place)] ?? LeanPeers()
        peers.done += 1
        peers.milliseconds += milliseconds
        peers.estimatedSeconds += estimate(place).cpuSeconds
        jobs[place.job].peers[kind(place)] = peers
    }

    private func countDown(_ place: LeanPlace, _ now: Int64) {
        guard let plan = jobs[place.job].plan else { return }
        for position in plan.dependents[place.position] {
            guard jobs[place.job].units[position].state == .blocked else { continue }
            jobs[place.job].units[position].unmet -= 1
            guard jobs[place.job].units[position].unmet == 0 else { continue }
            jobs[place.job].units[position].state = .ready
            jobs[place.job].units[position].runAt = now
            queue(LeanPlace(job: place.job, position: position), now: now)
        }
    }

    func release(_ release: Release, _ now: Int64) -> ReleaseOutcome {
        let token = release.token
        guard let place = place(token) else { return .fenced }
        let unit = jobs[place.job].units[place.position]
        guard unit.state == .leased, isHeld(unit, token), let holder = unit.holder else {
            return .fenced
        }
        let lost = unit.rival?.attempt == token.attempt ? unit.rival ?? holder : holder
        guard stands(release.ground, lost, now) else { return .fenced }
        if release.failure?.category == .crashed {
            jobs[place.job].units[place.position].crashes += 1
        }
        if let rival = unit.rival {
            jobs[place.job].units[place.position].holder = lost == rival ? holder : rival
            jobs[place.job].units[place.position].rival = nil
            letGo(place, lost)
            watch(place)
            tenants[jobs[place.job].tenant].leased -= 1
            return .rivalGoesOn
        }
        guard case .retry(let delay, let splits, let returnsAttempt, _) = release.verdict else {
            forget(place.job)
            return .released(.dead)
        }
        if returnsAttempt { jobs[place.job].units[place.position].attemptsMaximum += 1 }
        guard unit.attempt < jobs[place.job].units[place.position].attemptsMaximum else {
            forget(place.job)
            return .released(.dead)
        }
        dropLeases(place)
        if splits { jobs[place.job].units[place.position].isSplit = true }
        jobs[place.job].units[place.position].state = .ready
        jobs[place.job].units[place.position].epoch += 1
        jobs[place.job].units[place.position].runAt = now + delay
        queue(place, now: now)
        return .released(.ready)
    }

    private func stands(_ ground: Release.Ground, _ lost: LeanHold, _ now: Int64) -> Bool {
        switch ground {
        case .holder: true
        case .overdue: lost.until < now
        case .nodeDied(let node): nodes[lost.node].record.id == node
        }
    }
}
