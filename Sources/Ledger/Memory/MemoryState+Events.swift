import TranscodeModel

/// What an event says beside its row and states.
struct EventExtras {
    var epoch: Int64?
    var attempt: Int?
    var node: NodeID?
}

extension MemoryLedger.State {
    /// A change of a unit's state, or of its leases. Its text is made only if somebody will read it.
    mutating func noteUnit(
        _ place: UnitPlace, from: UnitState, _ extras: EventExtras, now: Int64,
        detail: @autoclosure () -> String?
    ) {
        let row = self[place]
        self[place].lastEvent = LastEvent(state: row.state, epoch: row.epoch)
        touched.insert(place.job)
        let facts = jobs[place.job].facts
        append(
            now, facts.submission.tenant, facts.submission.id, place.position,
            row.facts.kind.rawValue, from.rawValue, row.state.rawValue, extras, detail())
    }

    mutating func noteJob(
        _ job: Int, from: JobState?, now: Int64, detail: @autoclosure () -> String?
    ) {
        let row = jobs[job]
        jobs[job].lastEvent = row.state
        touched.insert(job)
        append(
            now, row.facts.submission.tenant, row.facts.submission.id, nil, "job", from?.rawValue,
            row.state.rawValue, EventExtras(), detail())
    }

    mutating func noteBreaker(_ old: BreakerRecord?, _ new: BreakerRecord, now: Int64) {
        append(
            now, nil, nil, nil, "breaker", old?.state.rawValue, new.state.rawValue, EventExtras(),
            "\(new.key): \(new.reason)")
    }

    mutating func noteBackfill(
        _ name: String, from old: BackfillRecord.State?, to new: BackfillRecord.State,
        _ reason: String?, now: Int64
    ) {
        append(
            now, nil, nil, nil, "backfill", old?.rawValue, new.rawValue, EventExtras(),
            reason.map { "\(name): \($0)" } ?? name)
    }

    mutating func noteTenant(_ tenant: Int, now: Int64) {
        let row = tenants[tenant]
        let cap = row.cap.map { String($0) } ?? "none"
        append(
            now, row.id, nil, nil, "tenant", nil, "set", EventExtras(),
            "weight \(row.weight), cap \(cap)")
    }

    mutating func noteCollected(_ job: Int, _ share: RetentionReport.Share, now: Int64) {
        let submission = jobs[job].facts.submission
        append(
            now, submission.tenant, submission.id, nil, "artifacts", nil, "collected",
            EventExtras(), CollectionNote.text(share))
    }

    private mutating func append(
        _ now: Int64, _ tenant: TenantID?, _ job: JobID?, _ position: Int?, _ kind: String,
        _ from: String?, _ to: String, _ extras: EventExtras, _ detail: @autoclosure () -> String?
    ) {
        eventCount += 1
        guard keepsHistory else { return }
        var event = EventRecord(
            sequence: eventCount, atMilliseconds: now, tenant: tenant, job: job,
            position: position, kind: kind, from: from, to: to, epoch: extras.epoch,
            attempt: extras.attempt, node: extras.node?.text, detail: detail(),
            hash: EventChain.start)
        event.hash = EventChain.hash(after: head, event)
        head = event.hash
        events.append(event)
    }
}
