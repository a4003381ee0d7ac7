import TranscodeModel

extension MemoryLedger.State {
    /// Records the artifact, unless the lease is not the unit's any more (I3). All that a completion causes
    /// happens here.
    mutating func complete(_ completion: Completion, now: Int64) -> CommitOutcome {
        let token = completion.token
        guard let place = place(token.unit, token.tenant) else { return .fenced }
        let row = self[place]
        guard row.state == .leased, isHeld(row, token) else {
            let isSame =
                row.completion?.epoch == token.epoch && row.completion?.attempt == token.attempt
            return isSame ? .alreadyDone : .fenced
        }
        guard !isCondemned(completion.artifact.digest, token.tenant, leasedAt: row.startedAt) else {
            return .condemned
        }
        let node = row.rival?.attempt == token.attempt ? row.rival?.node : row.holder?.node
        dropLeases(place)
        self[place].state = .done
        self[place].completion = CompletionRow(
            epoch: row.epoch, attempt: token.attempt, artifact: completion.artifact,
            atMilliseconds: now)
        self[place].finishedAt = now
        jobs[place.job].unitsDone += 1
        rememberArtifact(place, now: now)
        addPeer(place, now: now)
        correctCharge(jobs[place.job].tenant, completion.artifact, row.facts.estimate)
        noteUnit(
            place, from: .leased,
            EventExtras(epoch: row.epoch, attempt: token.attempt, node: node), now: now,
            detail: "sha256:\(completion.artifact.digest.hex)")
        countDown(place, now: now)
        if let planned = completion.planned { insert(planned, place.job, now: now) }
        if let lesson = completion.lesson { learn(lesson) }
        if row.facts.kind == .publish { end(place.job, .ready, detail: nil, now: now) }
        return .committed(jobs[place.job].state)
    }

    private mutating func learn(_ lesson: CostLesson) {
        for sample in lesson.samples where lesson.canBeKept(sample) {
            var cost =
                learnedCosts[lesson.machine]?[sample.work]
                ?? LearnedCost(machine: lesson.machine, work: sample.work)
            cost.learn(sample)
            learnedCosts[lesson.machine, default: [:]][sample.work] = cost
        }
    }

    private func isHeld(_ row: UnitRow, _ token: LeaseToken) -> Bool {
        if hasBug(.noFencing) { return true }
        return row.epoch == token.epoch
            && (row.holder?.attempt == token.attempt || row.rival?.attempt == token.attempt)
    }

    /// The units that wait for this one: ready when nothing is left to wait for.
    private mutating func countDown(_ place: UnitPlace, now: Int64) {
        if hasBug(.noFanIn) { return }
        for position in self[place].facts.dependents {
            let next = UnitPlace(job: place.job, position: position)
            guard self[next].state == .blocked else { continue }
            self[next].unmet = max(self[next].unmet - (hasBug(.doubleFanIn) ? 2 : 1), 0)
            guard self[next].unmet == 0 else { continue }
            self[next].state = .ready
            self[next].runAt = now
            queue(next, now: now)
            let row = self[next]
            noteUnit(
                next, from: .blocked,
                EventExtras(epoch: row.epoch, attempt: row.attempt, node: nil), now: now,
                detail: nil)
        }
    }

    private mutating func rememberArtifact(_ place: UnitPlace, now: Int64) {
        let key = ContentKey(
            tenant: jobs[place.job].facts.submission.tenant, content: self[place].facts.content)
        if let other = artifacts[key], let old = self[other].completion, old.atMilliseconds > now {
            return
        }
        artifacts[key] = place
    }

    private mutating func addPeer(_ place: UnitPlace, now: Int64) {
        let row = self[place]
        var sums = jobs[place.job].peers[row.facts.kind] ?? PeerSums()
        sums.done += 1
        sums.milliseconds += now - (row.startedAt ?? now)
        sums.estimatedSeconds += row.facts.estimate.cpuSeconds
        jobs[place.job].peers[row.facts.kind] = sums
    }

    /// The estimate was charged at the lease; the truth replaces it.
    private mutating func correctCharge(_ tenant: Int, _ artifact: Artifact, _ estimate: Estimate) {
        let correction =
            (artifact.usage.cpuSeconds - estimate.cpuSeconds) / tenants[tenant].weight
        tenants[tenant].virtualTime = max(0, tenants[tenant].virtualTime + correction)
    }

    mutating func release(_ release: Release, now: Int64) -> ReleaseOutcome {
        let token = release.token
        guard let place = place(token.unit, token.tenant) else { return .fenced }
        let row = self[place]
        guard row.state == .leased, isHeld(row, token), let holder = row.holder else {
            return .fenced
        }
        let lost = row.rival?.attempt == token.attempt ? row.rival ?? holder : holder
        guard stands(release.ground, lost, now: now) else { return .fenced }
        if release.failure?.category == .crashed { self[place].crashes += 1 }
        if let failure = release.failure { self[place].failure = failure }
        let extras = EventExtras(epoch: row.epoch, attempt: lost.attempt, node: lost.node)
        if let rival = row.rival {
            self[place].holder = lost == rival ? holder : rival
            self[place].rival = nil
            tenants[jobs[place.job].tenant].leased -= 1
            noteUnit(place, from: .leased, extras, now: now, detail: release.reason)
            return .rivalGoesOn
        }
        switch release.verdict {
        case .retry(let delay, let splits, let returnsAttempt, let exhausted):
            if returnsAttempt { self[place].attemptsMaximum += 1 }
            guard self[place].attempt < self[place].attemptsMaximum else {
                kill(place, exhausted, lost, now: now)
                return .released(.dead)
            }
            if splits { self[place].isSplit = true }
            makeReady(place, lost, after: delay, reason: release.reason, now: now)
            return .released(.ready)
        case .dead(let failure):
            kill(place, failure, lost, now: now)
            return .released(.dead)
        }
    }

    /// The ledger checks the ground itself: what the decider saw may have changed.
    private func stands(_ ground: Release.Ground, _ lost: Hold, now: Int64) -> Bool {
        switch ground {
        case .holder: true
        case .overdue: lost.until < now || hasBug(.noOverdueRecheck)
        case .nodeDied(let node): lost.node == node
        }
    }

    private mutating func makeReady(
        _ place: UnitPlace, _ lost: Hold, after delay: Int64, reason: String, now: Int64
    ) {
        dropLeases(place)
        self[place].state = .ready
        self[place].epoch += hasBug(.noEpochOnLoss) ? 0 : 1
        self[place].runAt = now + (hasBug(.noDelay) ? 0 : delay)
        self[place].progress = 0
        self[place].note = reason
        queue(place, now: now)
        touched.insert(place.job)
        if hasBug(.noEventOnLoss) { return }
        noteUnit(
            place, from: .leased,
            EventExtras(epoch: self[place].epoch, attempt: lost.attempt, node: lost.node),
            now: now, detail: reason)
    }

    /// leased → dead; its job fails with the reason, and the job's other units are cancelled.
    private mutating func kill(_ place: UnitPlace, _ failure: Failure, _ lost: Hold, now: Int64) {
        dropLeases(place)
        self[place].state = .dead
        self[place].epoch += hasBug(.noEpochOnLoss) ? 0 : 1
        self[place].failure = failure
        self[place].finishedAt = now
        if keepsHistory { self[place].note = EventChain.text(failure) }
        noteUnit(
            place, from: .leased,
            EventExtras(epoch: self[place].epoch, attempt: lost.attempt, node: lost.node),
            now: now, detail: EventChain.text(failure))
        if !hasBug(.deadKeepsSiblings) {
            endUnits(place.job, reason: "unit \(place.position) failed", now: now)
        }
        jobs[place.job].failure = failure
        jobs[place.job].failedUnit = place.position
        end(place.job, .failed, detail: EventChain.text(failure), now: now)
    }
}
