import TranscodeModel

extension MemoryLedger.State {
    mutating func steer(_ steering: JobSteering, now: Int64) throws(LedgerFailure) -> Bool {
        if let priority = steering.priority, !JobSteering.priorities.contains(priority) {
            throw LedgerFailure(.refused, "a job's priority is from -100 to 100")
        }
        guard let job = jobPlaces[steering.job], !jobs[job].state.isFinal else { return false }
        if let priority = steering.priority { set(priority, ofJob: job, now: now) }
        if let hold = steering.hold { self.hold(job, hold) }
        noteJob(job, from: jobs[job].state, now: now, detail: steering.reason)
        return true
    }

    /// Those of its units that wait are put where they belong now.
    private mutating func set(_ priority: Int, ofJob job: Int, now: Int64) {
        let waiting = jobs[job].units.indices.map { UnitPlace(job: job, position: $0) }.filter {
            self[$0].queue != .none
        }
        for place in waiting { unqueue(place) }
        var submission = jobs[job].facts.submission
        submission.priority = priority
        jobs[job].facts = FixedJob(submission: submission, createdAt: jobs[job].facts.createdAt)
        for place in waiting { queue(place, now: now) }
    }

    private func place(ofBackfill name: String) throws(LedgerFailure) -> MemoryBackfill {
        guard let backfill = backfills[name] else { throw BackfillRefusal.unknown(name) }
        return backfill
    }

    mutating func draftBackfill(
        _ name: String, _ settings: BackfillSettings, now: Int64
    ) throws(LedgerFailure) -> Int {
        try BackfillRefusal.check(name, settings)
        if backfills[name] == nil {
            backfills[name] = MemoryBackfill(
                record: BackfillRecord(
                    name: name, state: .planned, reason: nil, settings: settings, pass: 0,
                    createdMilliseconds: now, changedMilliseconds: now, generation: 1))
            backfillOrder.append(name)
            noteBackfill(name, from: nil, reason: nil, to: .planned, now: now)
        }
        var backfill = try place(ofBackfill: name)
        backfill.draftRows = []
        backfill.draft = max(backfill.record.pass, backfill.draft) + 1
        backfills[name] = backfill
        return backfill.draft
    }

    mutating func addRows(
        _ rows: [BackfillRow], _ profiles: [Digest: Profile], _ pass: Int, _ name: String
    ) throws(LedgerFailure) {
        guard try place(ofBackfill: name).draft == pass else {
            throw BackfillRefusal.replaced(name)
        }
        guard rows.allSatisfy({ MemoryBackfill.isWellFormed($0) }) else {
            throw LedgerFailure(.refused, "a row of backfill “\(name)” has no such form")
        }
        backfills[name]?.draftRows += rows
        backfillProfiles.merge(profiles) { old, _ in old }
    }

    mutating func adoptDraft(
        _ pass: Int, _ name: String, _ settings: BackfillSettings, now: Int64
    ) throws(LedgerFailure) -> BackfillRecord {
        try BackfillRefusal.check(name, settings)
        var backfill = try place(ofBackfill: name)
        guard backfill.draft == pass else { throw BackfillRefusal.replaced(name) }
        let old = backfill.record.state
        backfill.record.pass = pass
        backfill.record.settings = settings
        backfill.draft = 0
        backfill.rows = backfill.draftRows
        backfill.draftRows = []
        backfills[name] = backfill
        noteBackfill(name, from: old, reason: nil, to: .planned, now: now)
        let wanted = Set(backfill.rows.filter { $0.state == .running }.compactMap(\.job))
        let orphans = jobs.filter { job in
            !job.state.isFinal && job.facts.submission.terms.backfill == name
                && !wanted.contains(job.facts.submission.id)
        }.map(\.facts.submission.id)
        for job in orphans.sorted(by: { $0.text < $1.text }) {
            _ = cancel(job, reason: BackfillRefusal.orphaned, now: now)
        }
        return try place(ofBackfill: name).record
    }

    mutating func changeBackfill(
        _ name: String, _ change: BackfillChange, now: Int64
    ) throws(LedgerFailure) -> Bool {
        if let settings = change.settings { try BackfillRefusal.check(name, settings) }
        let old = try place(ofBackfill: name).record
        guard change.from.contains(old.state), old.state != change.to else { return false }
        guard MemoryBackfill.allows(old.state, change.to, pass: old.pass) else {
            throw LedgerFailure(
                .refused, "a backfill does not go from \(old.state) to \(change.to)")
        }
        if let settings = change.settings { backfills[name]?.record.settings = settings }
        noteBackfill(name, from: old.state, reason: change.reason, to: change.to, now: now)
        try hold(name, change.hold)
        return true
    }

    private mutating func noteBackfill(
        _ name: String, from old: BackfillRecord.State?, reason: String?,
        to new: BackfillRecord.State, now: Int64
    ) {
        backfills[name]?.record.state = new
        backfills[name]?.record.reason = reason
        backfills[name]?.record.changedMilliseconds = now
        if old != nil { backfills[name]?.record.generation += 1 }
        noteBackfill(name, from: old, to: new, reason, now: now)
    }

    mutating func hold(_ name: String, _ hold: JobHold) throws(LedgerFailure) {
        _ = try place(ofBackfill: name)
        for job in jobs.indices where !jobs[job].state.isFinal {
            if jobs[job].facts.submission.terms.backfill == name { self.hold(job, hold) }
        }
    }

    mutating func hold(_ job: Int, _ hold: JobHold) {
        jobs[job].leasableUntil = hold.leasableUntil
        held.insert(job)
    }

    mutating func changeRows(
        _ changes: [BackfillRowChange], _ pass: Int, _ name: String
    ) throws(LedgerFailure) -> Int {
        let backfill = try place(ofBackfill: name)
        guard backfill.record.pass == pass else { return 0 }
        var rows = backfill.rows
        var changed = 0
        for change in changes {
            let position = change.row.position
            guard rows.indices.contains(position), rows[position].state == change.from else {
                continue
            }
            let isFirstDone = change.row.state == .done && change.from != .done
            let jobState = change.row.job.flatMap { job($0)?.state }
            guard MemoryBackfill.allows(rows[position], change.row),
                !isFirstDone || jobState == .ready
            else { throw LedgerFailure(.refused, "no such edge between states of a row") }
            rows[position] = change.row
            changed += 1
        }
        backfills[name]?.rows = rows
        return changed
    }

    func rows(_ source: Digest, _ profile: Digest, _ tenant: TenantID) -> [BackfillRow] {
        let all = backfillOrder.reversed().flatMap { backfills[$0]?.rows ?? [] }
        return Array(
            all.lazy.filter {
                ($0.state == .done || $0.state == .running)
                    && ($0.source, $0.profile, $0.tenant) == (source, profile, tenant)
            }.prefix(100))
    }

    /// Of a job whose backfill may not have all of a node.
    func share(_ job: Int, node: NodeID) -> BackfillShare? {
        guard let name = jobs[job].facts.submission.terms.backfill,
            let maximum = backfills[name]?.record.settings.shareMaximum, maximum < 1
        else { return nil }
        let held = leased.reduce(0) { sum, place in
            guard jobs[place.job].facts.submission.terms.backfill == name else { return sum }
            return sum
                + [self[place].holder, self[place].rival].compactMap { $0 }.count {
                    $0.node == node
                }
        }
        return BackfillShare(backfill: name, maximum: maximum, held: held)
    }

    /// Whether the node has all that the job's backfill may have of it.
    func isFull(_ job: Int, _ node: NodeID) -> Bool {
        guard let share = share(job, node: node), let workers = nodes[node]?.record.workers,
            workers > 0
        else { return false }
        return share.held >= share.most(ofWorkers: workers)
    }

    func isLeasable(_ job: Int, now: Int64) -> Bool {
        jobs[job].leasableUntil.map { $0 > now } ?? true
    }
}
