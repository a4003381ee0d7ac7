package import TranscodeModel

extension MemoryLedger.State {
    func record(_ job: Int) -> JobRecord {
        let row = jobs[job]
        let submission = row.facts.submission
        var terms = submission.terms
        terms.leasableUntilMilliseconds = row.leasableUntil
        return JobRecord(
            id: submission.id, tenant: submission.tenant, key: submission.key,
            source: submission.source, profile: submission.profile,
            profileDigest: submission.profileDigest, destination: submission.destination,
            jobClass: submission.jobClass, priority: submission.priority, state: row.state,
            isSuperseded: row.isSuperseded, failure: row.failure, cancelReason: row.cancelReason,
            failedUnit: row.failedUnit, createdMilliseconds: row.facts.createdAt,
            finishedMilliseconds: row.finishedAt, unitsTotal: row.units.count,
            unitsDone: row.unitsDone, attemptsMaximum: submission.attemptsMaximum, terms: terms,
            collectedMilliseconds: row.collected?.atMilliseconds)
    }

    package func job(_ id: JobID) -> JobRecord? { jobPlaces[id].map { record($0) } }

    /// The bare row of one unit.
    package func unit(_ id: UnitID) -> UnitRow? {
        guard let job = jobPlaces[id.job], jobs[job].units.indices.contains(id.position) else {
            return nil
        }
        return jobs[job].units[id.position]
    }

    package func units(ofJob id: JobID) -> [UnitRecord] {
        guard let job = jobPlaces[id] else { return [] }
        return jobs[job].units.enumerated().map { position, row in
            UnitRecord(
                position: position, kind: row.facts.kind, work: row.facts.work, state: row.state,
                attempt: row.attempt, attemptsMaximum: row.attemptsMaximum, epoch: row.epoch,
                node: row.holder?.node, rivalNode: row.rival?.node, crashes: row.crashes,
                isSplit: row.isSplit, runAtMilliseconds: row.runAt, progress: row.progress,
                estimate: row.facts.estimate, startedMilliseconds: row.startedAt,
                finishedMilliseconds: row.finishedAt, failure: row.failure, note: row.note)
        }
    }

    func jobs(_ query: JobQuery) -> [JobRecord] {
        func precedes(_ left: FixedJob, _ right: FixedJob) -> Bool {
            left.createdAt != right.createdAt
                ? left.createdAt > right.createdAt
                : left.submission.id.text > right.submission.id.text
        }
        let after = query.after.map { id in jobPlaces[id].map { jobs[$0].facts } }
        // A page after a job that is not there is empty.
        if let after, after == nil { return [] }
        let wanted = jobs.indices.filter { index in
            let row = jobs[index]
            let submission = row.facts.submission
            return (query.tenant ?? submission.tenant) == submission.tenant
                && (query.states.isEmpty || query.states.contains(row.state))
                && (query.jobClass ?? submission.jobClass) == submission.jobClass
                && (after.flatMap { $0 }.map { precedes($0, row.facts) } ?? true)
        }
        return wanted.sorted { precedes(jobs[$0].facts, jobs[$1].facts) }
            .prefix(max(query.limit, 0)).map { record($0) }
    }

    func jobs(probed content: Digest, _ tenant: TenantID, _ limit: Int) -> [JobID] {
        let found = jobs.lazy.reversed().filter { row in
            row.facts.submission.tenant == tenant && row.facts.submission.probeContent == content
                && row.units.first?.completion != nil
        }
        return found.prefix(max(limit, 0)).map(\.facts.submission.id)
    }

    func assignment(_ token: LeaseToken) throws(LedgerFailure) -> Assignment {
        guard let place = place(token.unit, token.tenant) else {
            throw LedgerFailure(.refused, "the ledger has no unit \(token.unit)")
        }
        let facts = self[place].facts
        return Assignment(
            job: record(place.job), work: facts.work, dependencies: facts.dependencies)
    }

    func artifacts(ofJob id: JobID) -> [CommittedArtifact] {
        guard let job = jobPlaces[id] else { return [] }
        return jobs[job].units.enumerated().compactMap { position, row in
            row.completion.map {
                CommittedArtifact(
                    position: position, kind: row.facts.kind, attempt: $0.attempt,
                    artifact: $0.artifact)
            }
        }
    }

    func artifact(_ content: Digest, _ tenant: TenantID) -> Artifact? {
        let made = artifacts[ContentKey(tenant: tenant, content: content)].flatMap {
            self[$0].completion?.artifact
        }
        return made.flatMap { artifact in
            let row = condemned[ArtifactKey(tenant: tenant, digest: artifact.digest)]
            return row.map { $0.removedAt == nil } ?? false ? nil : artifact
        }
    }

    package var tenantRecords: [TenantRecord] {
        tenants.map {
            TenantRecord(
                id: $0.id, weight: $0.weight, cap: $0.cap, virtualTime: $0.virtualTime,
                leased: $0.leased)
        }.sorted { $0.id.text < $1.id.text }
    }

    package var sortedBreakers: [BreakerRecord] {
        breakers.values.sorted { $0.key < $1.key }
    }

    func events(_ id: JobID?, _ after: Int64, _ limit: Int) -> [EventRecord] {
        let newer = events.suffix(from: min(max(Int(after), 0), events.count))
        guard let id else { return Array(newer.prefix(max(limit, 0))) }
        return Array(newer.lazy.filter { $0.job == id }.prefix(max(limit, 0)))
    }

    /// Jobs that were changed since the last call.
    package mutating func takeTouchedJobs() -> [JobID] {
        defer { touched = [] }
        return touched.sorted().map { jobs[$0].facts.submission.id }
    }
}
