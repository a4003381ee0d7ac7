import Ledger
import TranscodeModel

// Where units wait, and where leases are found.
extension LeanLedger {
    private func readyKey(_ place: LeanPlace) -> LeanReadyKey {
        let job = jobs[place.job]
        return LeanReadyKey(
            priority: job.priority, isUrgent: job.isUrgent(place.position),
            createdAt: job.createdAt, job: job.id,
            criticalSeconds: job.criticalSeconds(place.position), place: place)
    }

    private func line(
        _ place: LeanPlace
    ) -> WritableKeyPath<LeanTenant, OrderedChunks<LeanReadyKey>> {
        jobs[place.job].isUrgent(place.position) ? \.urgent : \.ready
    }

    private func delayedKey(_ place: LeanPlace) -> LeanDelayedKey {
        let job = jobs[place.job]
        return LeanDelayedKey(runAt: job.units[place.position].runAt, job: job.id, place: place)
    }

    /// A unit that has just become ready.
    func queue(_ place: LeanPlace, now: Int64) {
        if jobs[place.job].units[place.position].runAt > now {
            jobs[place.job].units[place.position].isDelayed = true
            delayed.insert(delayedKey(place))
        } else {
            makeDue(place)
        }
    }

    private func makeDue(_ place: LeanPlace) {
        let tenant = jobs[place.job].tenant
        tenants[tenant][keyPath: line(place)].insert(readyKey(place))
        if tenants[tenant].readyIndex < 0 {
            tenants[tenant].readyIndex = readyTenants.count
            readyTenants.append(tenant)
        }
    }

    /// A unit that is not ready any more.
    func unqueue(_ place: LeanPlace) {
        if jobs[place.job].units[place.position].isDelayed {
            delayed.remove(delayedKey(place))
            jobs[place.job].units[place.position].isDelayed = false
            return
        }
        let tenant = jobs[place.job].tenant
        tenants[tenant][keyPath: line(place)].remove(readyKey(place))
        guard tenants[tenant].ready.isEmpty, tenants[tenant].urgent.isEmpty,
            tenants[tenant].readyIndex >= 0
        else { return }
        let index = tenants[tenant].readyIndex
        tenants[tenant].readyIndex = -1
        let last = readyTenants.removeLast()
        if last != tenant {
            readyTenants[index] = last
            tenants[last].readyIndex = index
        }
    }

    /// Moves the units whose time has come to where they are looked for.
    func makeDue(now: Int64) {
        while let next = delayed.first, next.runAt <= now {
            delayed.remove(next)
            jobs[next.place.job].units[next.place.position].isDelayed = false
            makeDue(next.place)
        }
    }

    // Leases

    private func stragglerKey(_ place: LeanPlace, _ hold: LeanHold) -> LeanStragglerKey {
        LeanStragglerKey(
            due: Double(hold.since) + 1000 * estimate(place).cpuSeconds,
            job: jobs[place.job].id, place: place)
    }

    /// Nil for one that is as fast as was predicted, or of which nothing is known.
    private func slowKey(_ place: LeanPlace, _ hold: LeanHold) -> LeanSlowKey? {
        guard let progress = hold.progress, progress.tellsPace else { return nil }
        let slowness = progress.slowness(estimate(place))
        return slowness > 1
            ? LeanSlowKey(slowness: slowness, job: jobs[place.job].id, place: place) : nil
    }

    /// A unit with one lease may be hedged.
    func watch(_ place: LeanPlace) {
        guard kind(place).isHedged, let hold = jobs[place.job].units[place.position].holder else {
            return
        }
        stragglers.insert(stragglerKey(place, hold))
        if let key = slowKey(place, hold) { slow.insert(key) }
    }

    func unwatch(_ place: LeanPlace) {
        guard kind(place).isHedged, let hold = jobs[place.job].units[place.position].holder else {
            return
        }
        stragglers.remove(stragglerKey(place, hold))
        if let key = slowKey(place, hold) { slow.remove(key) }
    }

    /// A renewal of a lease, with how far it has come.
    func renew(
        _ hold: inout LeanHold, _ place: LeanPlace, isAlone: Bool, _ lease: HeldLease,
        _ until: Int64, _ now: Int64
    ) {
        let before = hold
        hold.renew(until, lease.part, now)
        guard lease.part != nil else { return }
        let kind = kind(place)
        jobs[place.job].peers[kind, default: LeanPeers()].running.remove(
            before.progress, estimate(place))
        jobs[place.job].peers[kind, default: LeanPeers()].running.add(
            hold.progress, estimate(place))
        guard isAlone, kind.isHedged else { return }
        let (old, new) = (slowKey(place, before), slowKey(place, hold))
        guard old != new else { return }
        if let old { slow.remove(old) }
        if let new { slow.insert(new) }
    }

    func hold(_ place: LeanPlace, _ node: Int) { nodes[node].leases.append(place) }

    /// What a lease that ends tells of the pace of others ends with it.
    func letGo(_ place: LeanPlace, _ hold: LeanHold) {
        jobs[place.job].peers[kind(place)]?.running.remove(hold.progress, estimate(place))
        letGo(place, hold.node)
    }

    private func letGo(_ place: LeanPlace, _ node: Int) {
        guard let index = nodes[node].leases.firstIndex(of: place) else {
            preconditionFailure("a node knows its leases")
        }
        nodes[node].leases.swapAt(index, nodes[node].leases.count - 1)
        nodes[node].leases.removeLast()
    }

    /// Takes every lease off a unit.
    func dropLeases(_ place: LeanPlace) {
        let unit = jobs[place.job].units[place.position]
        guard let holder = unit.holder else { return }
        if unit.rival == nil { unwatch(place) }
        letGo(place, holder)
        tenants[jobs[place.job].tenant].leased -= 1
        if let rival = unit.rival {
            letGo(place, rival)
            tenants[jobs[place.job].tenant].leased -= 1
        }
        jobs[place.job].units[place.position].holder = nil
        jobs[place.job].units[place.position].rival = nil
    }
}
