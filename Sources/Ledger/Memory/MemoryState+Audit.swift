package import TranscodeModel

extension MemoryLedger.State {
    /// Every invariant, on every row.
    package func audit() -> AuditReport {
        var report = AuditReport()
        report.jobs = jobs.count
        report.units = jobs.reduce(0) { $0 + $1.units.count }
        report.completions = jobs.reduce(0) { $0 + $1.units.count { $0.completion != nil } }
        report.events = Int(eventCount)
        report.head = keepsHistory ? head : nil
        for job in jobs.indices { report.findings += findings(job) }
        report.findings += tenantFindings() + contentFindings() + retentionFindings()
        if keepsHistory { report.findings += chainFindings() }
        return report
    }

    /// Every invariant on one job's rows.
    package func findings(ofJob id: JobID) -> [AuditFinding] {
        jobPlaces[id].map { findings($0) } ?? []
    }

    /// Like `findings(ofJob:)`, by the job's place; of all tenants too.
    package func firstFinding(ofJob job: Int) -> AuditFinding? {
        findings(job).first ?? tenantFindings().first
    }

    private func findings(_ job: Int) -> [AuditFinding] {
        let row = jobs[job]
        var found: [AuditFinding] = []
        func require(_ holds: Bool, _ invariant: String, _ message: String) {
            if holds { return }
            found.append(AuditFinding(invariant, row.facts.submission.id.text, message))
        }
        for position in row.units.indices {
            found += findings(UnitPlace(job: job, position: position))
        }
        let hasLife = row.units.contains { $0.state == .ready || $0.state == .leased }
        let isLive = !row.state.isFinal
        require(
            !isLive || hasLife, "I5",
            "a job that has not ended waits for nothing that can still happen")
        require(
            isLive || row.units.allSatisfy(\.state.isFinal), "I5",
            "a job has ended, but a unit of it has not")
        require(isLive == (row.finishedAt == nil), "I5", "a job's end has no time")
        let isPublished = row.units.contains { $0.facts.kind == .publish && $0.state == .done }
        require(
            isPublished == (row.state == .ready), "I6",
            "a job is ready without a completed publish unit, or the other way round")
        require(
            (row.state == .failed) == (row.failure != nil), "I5",
            "a failed job has no failure, or another has one")
        require(
            row.unitsDone == row.units.count { $0.state == .done }, "I4",
            "the number of done units is wrong")
        require(
            row.lastEvent == row.state, "I10", "the state is not the one that the history ends in")
        return found
    }

    private func findings(_ place: UnitPlace) -> [AuditFinding] {
        let row = self[place]
        var found: [AuditFinding] = []
        func require(_ holds: Bool, _ invariant: String, _ message: String) {
            if holds { return }
            let unit = UnitID(
                job: jobs[place.job].facts.submission.id, position: place.position)
            found.append(AuditFinding(invariant, unit.description, message))
        }
        require(
            (row.state == .done) == (row.completion != nil), "I1",
            "a unit is done without a completion, or completed without being done")
        require(
            row.completion.map { $0.epoch == row.epoch && $0.attempt <= row.attempt } ?? true,
            "I1", "the completion is not of the unit's epoch")
        require(
            (row.epoch % 2 == 1) == (row.state == .leased || row.state == .done), "I3",
            "the epoch is odd while the unit is owned by none, or even while it is owned")
        require(
            (row.state == .leased) == (row.holder != nil)
                && (row.rival == nil || row.state == .leased), "I3",
            "the unit is leased without a holder, or held without being leased")
        let attempts = [row.holder, row.rival].compactMap { $0?.attempt }
        require(
            Set(attempts).count == attempts.count && attempts.allSatisfy { $0 <= row.attempt },
            "I3",
            "two leases of the unit cannot be told apart")
        let dependencies = row.facts.dependencies
        let undone = dependencies.count { jobs[place.job].units[$0].state != .done }
        require(
            row.state == .cancelled || row.unmet == undone, "I4",
            "the number of unmet dependencies is not the number of those that are not done")
        require(
            row.state == .cancelled || (row.state == .blocked) == (row.unmet > 0), "I4",
            "the unit is blocked without a reason, or not blocked in spite of one")
        require(
            row.attempt <= row.attemptsMaximum
                && (row.state != .ready || row.attempt < row.attemptsMaximum), "I11",
            "the unit has more attempts than it may have, or is ready without one left")
        require(
            row.epoch == 0 || row.attempt >= Int(row.epoch + 1) / 2, "I11",
            "the attempts do not match the leases")
        require(
            row.state.isFinal == (row.finishedAt != nil), "I5", "the unit's end has no time")
        let born: UnitState = dependencies.isEmpty ? .ready : .blocked
        let last = row.lastEvent ?? LastEvent(state: born, epoch: 0)
        require(
            last.state == row.state && last.epoch == row.epoch, "I10",
            "the state or epoch is not the one that the history ends in")
        return found
    }

    private func tenantFindings() -> [AuditFinding] {
        var leases: [Int: Int] = [:]
        for place in leased {
            leases[jobs[place.job].tenant, default: 0] += self[place].rival == nil ? 1 : 2
        }
        return tenants.enumerated().flatMap { index, tenant in
            var found: [AuditFinding] = []
            if leases[index, default: 0] != tenant.leased {
                found.append(
                    AuditFinding(
                        "I17", tenant.id.text, "the number of the tenant's leases is wrong"))
            }
            return found
        }
    }

    private func contentFindings() -> [AuditFinding] {
        var seen: Set<ContentKey> = []
        return jobs.compactMap { job in
            let submission = job.facts.submission
            let isLive = job.state != .failed && job.state != .cancelled && !job.isSuperseded
            let key = ContentKey(tenant: submission.tenant, content: submission.content)
            guard isLive, !seen.insert(key).inserted else { return nil }
            return AuditFinding("I15", submission.id.text, "two live jobs do the same work")
        }
    }

    private func chainFindings() -> [AuditFinding] {
        var previous = EventChain.start
        var found: [AuditFinding] = []
        for event in events {
            if EventChain.hash(after: previous, event) != event.hash {
                found.append(
                    AuditFinding(
                        "I10", "event \(event.sequence)",
                        "the event, or the one before it, was changed after it was written"))
            }
            previous = event.hash
        }
        if previous != head || events.count != Int(eventCount) {
            found.append(
                AuditFinding(
                    "I10", "event \(events.count)", "the newest events do not match the head"))
        }
        return found
    }
}
