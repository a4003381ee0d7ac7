import ContentDigest
package import TranscodeModel

extension MemoryLedger.State {
    package mutating func enqueue(
        _ submissions: [JobSubmission], now: Int64
    ) throws(LedgerFailure) -> [EnqueueOutcome] {
        var fresh: Set<JobID> = []
        for submission in submissions where existing(submission) == nil {
            guard jobPlaces[submission.id] == nil, fresh.insert(submission.id).inserted else {
                throw LedgerFailure(.refused, "there is a job \(submission.id) already")
            }
        }
        return submissions.map { enqueue($0, now: now) }
    }

    private mutating func enqueue(_ submission: JobSubmission, now: Int64) -> EnqueueOutcome {
        if let job = existing(submission) {
            let isSame = jobs[job].facts.submission.content == submission.content
            return isSame ? .existing(record(job)) : .keyConflict(record(job))
        }
        let tenant = tenantPlace(submission.tenant)
        let probe = FixedUnit(
            kind: .probe, work: nil, content: submission.probeContent,
            estimate: submission.probeEstimate,
            criticalSeconds: submission.probeEstimate.cpuSeconds, dependencies: [],
            dependents: [], encoder: "", isUrgent: submission.isUrgent)
        let job = jobs.count
        jobs.append(
            JobRow(
                facts: FixedJob(submission: submission, createdAt: now), tenant: tenant,
                units: [
                    UnitRow(
                        facts: probe, attemptsMaximum: submission.attemptsMaximum, runAt: now)
                ]))
        // A pause may have come before a job that was decided on.
        let isHeld =
            submission.terms.backfill.map { backfills[$0]?.record.state != .running } ?? false
        if isHeld {
            hold(job, .now)
        } else if let end = submission.terms.leasableUntilMilliseconds {
            hold(job, .from(milliseconds: end))
        }
        jobPlaces[submission.id] = job
        liveByContent[ContentKey(tenant: submission.tenant, content: submission.content)] = job
        if let key = submission.key {
            liveByKey[CallerKey(tenant: submission.tenant, key: key)] = job
        }
        unfinished += 1
        noteJob(job, from: nil, now: now, detail: EventChain.text(submission.source))
        queue(UnitPlace(job: job, position: 0), now: now)
        return .created(submission.id)
    }

    /// The job that the caller's key names, or else that does the same work.
    private func existing(_ submission: JobSubmission) -> Int? {
        let byKey = submission.key.flatMap {
            liveByKey[CallerKey(tenant: submission.tenant, key: $0)]
        }
        return byKey
            ?? liveByContent[ContentKey(tenant: submission.tenant, content: submission.content)]
    }

    mutating func tenantPlace(_ id: TenantID) -> Int {
        if let place = tenantPlaces[id] { return place }
        tenantPlaces[id] = tenants.count
        tenants.append(TenantRow(id: id))
        return tenants.count - 1
    }

    /// A planned job's units come into being.
    mutating func insert(_ planned: PlannedJob, _ job: Int, now: Int64) {
        let submission = jobs[job].facts.submission
        var dependents: [[Int]] = Array(repeating: [], count: planned.plan.units.count + 1)
        for unit in planned.plan.units {
            for dependency in unit.dependencies { dependents[dependency].append(unit.position) }
        }
        let codec = submission.profile.video?.codec.rawValue ?? ""
        let urgent = planned.plan.urgentUnits(in: submission.jobClass)
        for (unit, seconds) in zip(planned.plan.units, planned.criticalSeconds) {
            let facts = FixedUnit(
                kind: unit.work.kind, work: unit.work, content: unit.content,
                estimate: unit.estimate, criticalSeconds: seconds,
                dependencies: unit.dependencies.sorted(), dependents: dependents[unit.position],
                encoder: unit.work.kind == .encode ? codec : "",
                isUrgent: urgent.contains(unit.position))
            jobs[job].units.append(
                UnitRow(facts: facts, attemptsMaximum: submission.attemptsMaximum, runAt: now))
            if unit.dependencies.isEmpty {
                queue(UnitPlace(job: job, position: unit.position), now: now)
            }
        }
        jobs[job].plan = planned.plan
        jobs[job].state = .running
        noteJob(job, from: .planning, now: now, detail: planText(planned.plan))
    }

    package mutating func supersede(_ id: JobID) {
        guard let job = jobPlaces[id], jobs[job].state == .ready, !jobs[job].isSuperseded else {
            return
        }
        jobs[job].isSuperseded = true
        touched.insert(job)
        forgetContent(job)
    }

    package mutating func cancel(_ id: JobID, reason: String, now: Int64) -> Bool {
        guard let job = jobPlaces[id], !jobs[job].state.isFinal else { return false }
        endUnits(job, reason: reason, now: now)
        end(job, .cancelled, detail: reason, now: now)
        jobs[job].cancelReason = reason
        return true
    }

    /// Cancels every unit that has not ended, taking it from whoever holds it.
    mutating func endUnits(_ job: Int, reason: String, now: Int64) {
        for position in jobs[job].units.indices {
            let place = UnitPlace(job: job, position: position)
            let row = self[place]
            guard !row.state.isFinal else { continue }
            unqueue(place)
            dropLeases(place)
            if row.state == .leased { self[place].epoch += 1 }
            self[place].state = .cancelled
            self[place].note = reason
            self[place].finishedAt = now
            noteUnit(
                place, from: row.state,
                EventExtras(
                    epoch: self[place].epoch, attempt: row.attempt, node: row.holder?.node),
                now: now, detail: reason)
        }
    }

    /// A job comes to its end; its reason is noted in the history.
    mutating func end(_ job: Int, _ state: JobState, detail: @autoclosure () -> String?, now: Int64)
    {
        let old = jobs[job].state
        jobs[job].state = state
        jobs[job].finishedAt = now
        jobs[job].leasableUntil = nil
        held.remove(job)
        unfinished -= 1
        if state != .ready { forgetContent(job) }
        noteJob(job, from: old, now: now, detail: detail())
    }

    /// The content and the key of a job may be enqueued again.
    private mutating func forgetContent(_ job: Int) {
        let submission = jobs[job].facts.submission
        let content = ContentKey(tenant: submission.tenant, content: submission.content)
        if liveByContent[content] == job { liveByContent[content] = nil }
        guard let key = submission.key else { return }
        let callerKey = CallerKey(tenant: submission.tenant, key: key)
        if liveByKey[callerKey] == job { liveByKey[callerKey] = nil }
    }

    package mutating func setTenant(
        _ id: TenantID, weight: Double?, cap: Int??, now: Int64
    ) throws(LedgerFailure) {
        if let weight, !(weight > 0 && weight.isFinite) {
            throw LedgerFailure(.refused, "a tenant's weight must be above 0")
        }
        if let cap, let cap, cap < 1 {
            throw LedgerFailure(.refused, "a tenant's cap must be at least 1")
        }
        let tenant = tenantPlace(id)
        if let weight { tenants[tenant].weight = weight }
        if let cap { tenants[tenant].cap = cap }
        noteTenant(tenant, now: now)
    }
}

/// What the history says of a plan.
private func planText(_ plan: Plan) -> String {
    "\(plan.units.count) units, sha256 \(Digest.sha256(EventChain.text(plan)).hex)"
}
