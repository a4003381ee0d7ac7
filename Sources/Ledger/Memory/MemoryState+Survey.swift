import TranscodeModel

extension MemoryLedger.State {
    package mutating func survey(_ request: SurveyRequest, now: Int64) -> LedgerSurvey {
        makeDue(now: now)
        return LedgerSurvey(
            nowMilliseconds: now,
            candidates: withEnding(request, candidates(request, now: now), now: now),
            virtualTime: virtualTime, overdue: sightings { hold in hold.until < now },
            own: sightings { hold in hold.node == request.node }.map(\.token), nodes: liveNodes,
            stragglers: stragglers(request, now: now), shared: shared(request, now: now),
            breakers: sortedBreakers,
            unfinishedJobs: unfinishedJobs(request.jobs, now: now))
    }

    /// Those that have not retired.
    var sortedLiveNodes: [NodeRecord] {
        nodes.values.filter { !$0.isRetired }.sorted {
            $0.startedAt != $1.startedAt
                ? $0.startedAt < $1.startedAt : $0.record.id.text < $1.record.id.text
        }.map(\.record)
    }

    private func unfinishedJobs(_ wanted: Set<JobID>?, now: Int64) -> Int {
        guard let wanted else {
            return unfinished - held.count { !jobs[$0].state.isFinal && !isLeasable($0, now: now) }
        }
        return wanted.count {
            jobPlaces[$0].map { !jobs[$0].state.isFinal && isLeasable($0, now: now) } ?? false
        }
    }

    /// The first unit of each line, then the second of each, and so on: each tenant has one of what is urgent of live jobs,
    /// one of their rest, and one of backfill. Lines of a kind are in the order of their tenants' virtual times, and the
    /// kinds take turns, so that none hides another.
    private func candidates(_ request: SurveyRequest, now: Int64) -> [Candidate] {
        let most = request.candidatesMaximum
        guard most > 0 else { return [] }
        // Closures that capture these alone copy nothing else of the state.
        let (tenants, readyTenants) = (tenants, readyTenants)
        let order = readyTenants.filter { tenants[$0].hasRoom }.sorted {
            let (left, right) = (tenants[$0], tenants[$1])
            return left.virtualTime != right.virtualTime
                ? left.virtualTime < right.virtualTime : left.id.text < right.id.text
        }
        func next(_ line: inout ReadyLine) -> UnitPlace? {
            line.next(where: {
                self[$0].runAt <= now && isLeasable($0.job, now: now)
                    && !isFull($0.job, request.node)
            })
        }
        // Only what has something to give takes turns.
        func offers(_ units: KeyPath<TenantRow, OrderedChunks<ReadyKey>>) -> [Offer] {
            var offers: [Offer] = []
            for tenant in order where !tenants[tenant][keyPath: units].isEmpty {
                var line = ReadyLine(
                    units: tenants[tenant][keyPath: units],
                    jobs: request.jobs.map { self.ranges($0, tenant) })
                if let first = next(&line) { offers.append((line, first)) }
            }
            return offers
        }
        var lines = takingTurns(offers(\.urgent), offers(\.live), offers(\.backfill))
        var found: [Candidate] = []
        while !lines.isEmpty {
            var left: [Offer] = []
            for var offer in lines {
                found.append(candidate(offer.next, for: request.node))
                if found.count == most { return found }
                guard let more = next(&offer.line) else { continue }
                offer.next = more
                left.append(offer)
            }
            lines = left
        }
        return found
    }

    private typealias Offer = (line: ReadyLine, next: UnitPlace)

    private func withEnding(
        _ request: SurveyRequest, _ found: [Candidate], now: Int64
    ) -> [Candidate] {
        guard request.endingMaximum > 0 else { return found }
        let known = Set(found.map(\.unit))
        let order = jobs.indices.filter {
            jobs[$0].state == .running && tenants[jobs[$0].tenant].hasRoom
                && isLeasable($0, now: now)
                && request.jobs?.contains(jobs[$0].facts.submission.id) ?? true
        }.sorted {
            let (left, right) = (jobs[$0].facts, jobs[$1].facts)
            return left.createdAt != right.createdAt
                ? left.createdAt < right.createdAt
                : left.submission.id.text < right.submission.id.text
        }
        let ending = order.lazy.flatMap { job in
            jobs[job].units.indices.map { UnitPlace(job: job, position: $0) }
        }.filter {
            let unit = self[$0]
            return unit.state == .ready && unit.runAt <= now && unit.facts.kind.endsJob
        }.prefix(request.endingMaximum).map { candidate($0, for: request.node) }
        return found + ending.filter { !known.contains($0.unit) }
    }

    /// Where the units of these jobs stand in the line of a tenant, in its order.
    private func ranges(_ wanted: Set<JobID>, _ tenant: Int) -> [ReadyKey] {
        wanted.compactMap { jobPlaces[$0] }.filter { jobs[$0].tenant == tenant }.flatMap { job in
            let facts = jobs[job].facts
            return [true, false].map { isUrgent in
                ReadyKey(
                    priority: facts.submission.priority, isUrgent: isUrgent,
                    createdAt: facts.createdAt, job: facts.submission.id,
                    criticalSeconds: .infinity, place: UnitPlace(job: job, position: -1))
            }
        }.sorted()
    }

    private func candidate(_ place: UnitPlace, for node: NodeID) -> Candidate {
        let row = self[place]
        let job = jobs[place.job]
        let tenant = tenants[job.tenant]
        let submission = job.facts.submission
        return Candidate(
            unit: UnitID(job: submission.id, position: place.position), tenant: tenant.id,
            kind: row.facts.kind, epoch: row.epoch, jobClass: submission.jobClass,
            priority: submission.priority, jobCreatedMilliseconds: job.facts.createdAt,
            tenantWeight: tenant.weight, tenantVirtualTime: tenant.virtualTime,
            tenantCap: tenant.cap, tenantLeased: tenant.leased, estimate: row.facts.estimate,
            remainingCriticalSeconds: row.facts.criticalSeconds,
            profile: submission.profileDigest, encoder: row.facts.encoder,
            isUrgent: row.facts.isUrgent, share: share(place.job, node: node))
    }
}

/// One tenant's due units of a class, read in order; of some jobs only, where those are given.
private struct ReadyLine {
    private let units: OrderedChunks<ReadyKey>
    private var cursor: OrderedChunks<ReadyKey>.Cursor
    /// Where the units of each wanted job start; nil for all.
    private var starts: ArraySlice<ReadyKey>?

    init(units: OrderedChunks<ReadyKey>, jobs starts: [ReadyKey]?) {
        self.units = units
        self.starts = starts.map { $0[...] }
        self.cursor = units.start
        if let first = self.starts?.first { cursor = units.cursor(at: first) }
    }

    mutating func next(where isDue: (UnitPlace) -> Bool) -> UnitPlace? {
        while true {
            if let starts, starts.isEmpty { return nil }
            let key = units.next(&cursor)
            if let start = starts?.first,
                key?.place.job != start.place.job || key?.isUrgent != start.isUrgent
            {
                starts = starts?.dropFirst()
                if let next = starts?.first { cursor = units.cursor(at: next) }
                continue
            }
            guard let key else { return nil }
            if isDue(key.place) { return key.place }
        }
    }
}
