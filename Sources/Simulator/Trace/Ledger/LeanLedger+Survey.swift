import Ledger
import TranscodeModel

// What nodes look at.
extension LeanLedger {
    func survey(_ request: SurveyRequest) throws(LedgerFailure) -> LedgerSurvey {
        guard request.jobs == nil, request.endingMaximum == 0 else {
            throw LedgerFailure(.refused, "nodes of a trace take all jobs, and have wide disks")
        }
        let now = clock.milliseconds
        makeDue(now: now)
        return LedgerSurvey(
            nowMilliseconds: now, candidates: candidates(request.candidatesMaximum),
            virtualTime: virtualTime, overdue: overdue(now),
            own: sightings(request.node).map(\.token), nodes: liveNodes,
            stragglers: stragglers(request.stragglersMaximum, now),
            shared: shared(request.node, now),
            breakers: breakers.values.sorted { $0.key < $1.key }, unfinishedJobs: unfinished)
    }

    func leases(ofNode node: NodeID) throws(LedgerFailure) -> [LeaseSighting] { sightings(node) }

    private func sightings(_ node: NodeID) -> [LeaseSighting] {
        nodePlaces[node].map { sightings($0) { _ in true } } ?? []
    }

    private func sightings(
        _ node: Int, where isWanted: (LeanHold) -> Bool
    ) -> [LeaseSighting] {
        var found: [LeaseSighting] = []
        for (index, place) in nodes[node].leases.enumerated() {
            let unit = jobs[place.job].units[place.position]
            let (isHolder, isRival) = (unit.holder?.node == node, unit.rival?.node == node)
            // A node that hedged its own unit has it twice.
            if isHolder, isRival, nodes[node].leases[..<index].contains(place) { continue }
            if isHolder, let hold = unit.holder, isWanted(hold) {
                found.append(sighting(place, unit, hold))
            }
            if isRival, let hold = unit.rival, isWanted(hold) {
                found.append(sighting(place, unit, hold))
            }
        }
        return found
    }

    private func sighting(_ place: LeanPlace, _ unit: LeanUnit, _ hold: LeanHold) -> LeaseSighting {
        LeaseSighting(
            token: token(place, hold), node: nodes[hold.node].record.id, kind: kind(place),
            attemptsMaximum: unit.attemptsMaximum, crashes: unit.crashes,
            hasRival: unit.rival != nil)
    }

    func token(_ place: LeanPlace, _ hold: LeanHold) -> LeaseToken {
        let job = jobs[place.job]
        return LeaseToken(
            tenant: tenants[job.tenant].id, unit: UnitID(job: job.id, position: place.position),
            epoch: job.units[place.position].epoch, attempt: hold.attempt)
    }

    private func overdue(_ now: Int64) -> [LeaseSighting] {
        guard noneOverdueBefore < now else { return [] }
        var found: [LeaseSighting] = []
        noneOverdueBefore = .max
        for node in nodes.indices where !nodes[node].leases.isEmpty {
            found += sightings(node) {
                noneOverdueBefore = min(noneOverdueBefore, $0.until)
                return $0.until < now
            }
        }
        return found
    }

    /// The first urgent unit and the first other of each tenant, then the second of each, and so on.
    private func candidates(_ most: Int) -> [Candidate] {
        guard most > 0, !readyTenants.isEmpty else { return [] }
        let order = readyTenants.map { ($0, tenants[$0].virtualTime) }.sorted {
            $0.1 != $1.1 ? $0.1 < $1.1 : tenants[$0.0].id.text < tenants[$1.0].id.text
        }
        let (urgent, ready) = (
            lines(\.urgent, order.map(\.0), most), lines(\.ready, order.map(\.0), most)
        )
        var lines: [LeanLine] = []
        for rank in 0..<max(urgent.count, ready.count) {
            if rank < urgent.count { lines.append(urgent[rank]) }
            if rank < ready.count { lines.append(ready[rank]) }
        }
        var found: [Candidate] = []
        while !lines.isEmpty {
            var left: [LeanLine] = []
            for var line in lines {
                guard
                    let key = tenants[line.tenant][keyPath: line.units].next(&line.cursor)
                else { continue }
                found.append(candidate(key.place, line.tenant))
                if found.count == most { return found }
                left.append(line)
            }
            lines = left
        }
        return found
    }

    /// Those of tenants that have any such units.
    private func lines(
        _ units: KeyPath<LeanTenant, OrderedChunks<LeanReadyKey>>, _ order: [Int], _ most: Int
    ) -> [LeanLine] {
        var lines: [LeanLine] = []
        for tenant in order where lines.count < most {
            if tenants[tenant][keyPath: units].isEmpty { continue }
            lines.append(
                LeanLine(
                    tenant: tenant, units: units, cursor: tenants[tenant][keyPath: units].start))
        }
        return lines
    }

    private func candidate(_ place: LeanPlace, _ tenant: Int) -> Candidate {
        let job = jobs[place.job]
        return Candidate(
            unit: UnitID(job: job.id, position: place.position), tenant: tenants[tenant].id,
            kind: job.kind(place.position), epoch: job.units[place.position].epoch,
            jobClass: .live, priority: job.priority, jobCreatedMilliseconds: job.createdAt,
            tenantWeight: 1, tenantVirtualTime: tenants[tenant].virtualTime, tenantCap: nil,
            tenantLeased: tenants[tenant].leased, estimate: job.estimate(place.position),
            remainingCriticalSeconds: job.criticalSeconds(place.position), profile: job.profile,
            encoder: job.encoder(place.position), isUrgent: job.isUrgent(place.position))
    }
}

/// One of a tenant's lines, read in order.
private struct LeanLine {
    var tenant: Int
    var units: KeyPath<LeanTenant, OrderedChunks<LeanReadyKey>>
    var cursor: OrderedChunks<LeanReadyKey>.Cursor
}
