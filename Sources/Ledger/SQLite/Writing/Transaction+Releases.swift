import TranscodeModel

/// A leased unit, as a release finds it.
private struct HeldUnit {
    struct Hold {
        var attempt: Int
        var node: String
        var until: Int64
        var slot: Int64?
    }
    var key: Int64
    var job: JobKey
    var attempt: Int
    var attemptsMaximum: Int
    var holder: Hold
    var rival: Hold?
}

extension Transaction {
    func release(_ release: Release) throws -> ReleaseOutcome {
        let token = release.token
        guard let unit = try heldUnit(token) else { return .fenced }
        let isRival = unit.rival?.attempt == token.attempt
        let lost = isRival ? unit.rival ?? unit.holder : unit.holder
        guard lost.attempt == token.attempt || has(.noFencing), stands(release.ground, lost) else {
            return .fenced
        }
        if let rival = unit.rival {
            let left = isRival ? unit.holder : rival
            try leave(left, unit, release)
            try withAccount(unit.job.tenantNumber) { $0.freeSlot(lost.slot) }
            return .rivalGoesOn
        }
        try withAccount(unit.job.tenantNumber) { $0.freeSlot(lost.slot) }
        switch release.verdict {
        case .retry(let delay, let splits, let returnsAttempt, let exhausted):
            guard unit.attempt < unit.attemptsMaximum + (returnsAttempt ? 1 : 0) else {
                try kill(unit, exhausted, release)
                return .released(.dead)
            }
            try makeReady(
                unit, release, delay: has(.noDelay) ? 0 : delay, splits: splits,
                returnsAttempt: returnsAttempt)
            return .released(.ready)
        case .dead(let failure):
            try kill(unit, failure, release)
            return .released(.dead)
        }
    }

    /// Nil when the token does not name the unit's newest claim.
    private func heldUnit(_ token: LeaseToken) throws -> HeldUnit? {
        guard let job = try connection.job(token.unit.job), job.tenant == token.tenant,
            let key = job.key(token.unit.position)
        else { return nil }
        let row = try statement(
            """
            SELECT epoch, attempt, attempts_max, holder, node, lease_until, slot, rival, rival_node,
                rival_until, rival_slot
            FROM work_unit WHERE id = ?1 AND state = 'leased'
            """)
        row.bind(1, key)
        guard try row.step() else { return nil }
        defer { row.reset() }
        guard row.int64(0) == token.epoch || has(.noFencing) else { return nil }
        func hold(_ first: Int32) -> HeldUnit.Hold? {
            row.optionalInt64(first).map {
                HeldUnit.Hold(
                    attempt: Int($0), node: row.text(first + 1), until: row.int64(first + 2),
                    slot: row.optionalInt64(first + 3))
            }
        }
        guard let holder = hold(3) else { return nil }
        return HeldUnit(
            key: key, job: job, attempt: row.int(1), attemptsMaximum: row.int(2), holder: holder,
            rival: hold(7))
    }

    /// The ledger checks the ground itself: what the decider saw may have changed.
    private func stands(_ ground: Release.Ground, _ lost: HeldUnit.Hold) -> Bool {
        switch ground {
        case .holder: true
        case .overdue: lost.until < now || has(.noOverdueRecheck)
        case .nodeDied(let node): lost.node == node.text
        }
    }

    /// One of two leases is lost; the other goes on at the same epoch.
    private func leave(_ left: HeldUnit.Hold, _ unit: HeldUnit, _ release: Release) throws {
        let change = try statement(
            """
            UPDATE OR ROLLBACK work_unit SET holder = ?2, node = ?3, lease_until = ?4, slot = ?5,
                held_since = CASE rival WHEN ?2 THEN rival_since ELSE held_since END,
                part = CASE rival WHEN ?2 THEN rival_part ELSE part END,
                noted_at = CASE rival WHEN ?2 THEN rival_noted_at ELSE noted_at END,
                rival = NULL, rival_node = NULL, rival_until = NULL, rival_slot = NULL, crashes = crashes + ?6,
                failure = coalesce(?7, failure), reason = ?8, event = (SELECT reelmill_next())
            WHERE id = ?1
            """)
        change.bind(1, unit.key)
        change.bind(2, left.attempt)
        change.bind(3, left.node)
        change.bind(4, left.until)
        change.bind(5, left.slot)
        change.bind(6, release.failure?.category == .crashed ? 1 : 0)
        change.bind(7, try release.failure.map { try json($0) })
        change.bind(8, release.reason)
        try change.run()
    }

    /// leased → ready; the epoch moves, so that the lease is lost for good.
    private func makeReady(
        _ unit: HeldUnit, _ release: Release, delay: Int64, splits: Bool, returnsAttempt: Bool
    ) throws {
        let change = try statement(
            """
            UPDATE OR ROLLBACK work_unit SET state = 'ready', epoch = epoch + ?2, holder = NULL, node = NULL,
                lease_until = NULL, slot = NULL, run_at = ?3, delayed = ?3 > ?10, progress = 0,
                crashes = crashes + ?4, failure = coalesce(?5, failure), note = ?6, reason = ?6,
                split = max(split, ?7), attempts_max = attempts_max + ?8,
                event = CASE ?9 WHEN 1 THEN (SELECT reelmill_next()) ELSE event END
            WHERE id = ?1
            """)
        change.bind(1, unit.key)
        change.bind(2, has(.noEpochOnLoss) ? 0 : 1)
        change.bind(3, now + delay)
        change.bind(4, release.failure?.category == .crashed ? 1 : 0)
        change.bind(5, try release.failure.map { try json($0) })
        change.bind(6, release.reason)
        change.bind(7, splits ? 1 : 0)
        change.bind(8, returnsAttempt ? 1 : 0)
        change.bind(9, has(.noEventOnLoss) ? 0 : 1)
        change.bind(10, now)
        try change.run()
    }

    /// leased → dead; its job fails with the reason, and the job's other units are cancelled.
    private func kill(_ unit: HeldUnit, _ failure: Failure, _ release: Release) throws {
        let reason = try json(failure)
        let change = try statement(
            """
            UPDATE OR ROLLBACK work_unit SET state = 'dead', epoch = epoch + ?2, holder = NULL, node = NULL,
                lease_until = NULL, slot = NULL, crashes = crashes + ?3, failure = ?4, note = ?4,
                reason = ?4, finished_at = ?5, event = (SELECT reelmill_next())
            WHERE id = ?1
            """)
        change.bind(1, unit.key)
        change.bind(2, has(.noEpochOnLoss) ? 0 : 1)
        change.bind(3, release.failure?.category == .crashed ? 1 : 0)
        change.bind(4, reason)
        change.bind(5, now)
        try change.run()
        let position = Int(unit.key & Schema.positionMask)
        if !has(.deadKeepsSiblings) {
            try endUnits(of: unit.job, reason: "unit \(position) failed")
        }
        let job = try statement(
            """
            UPDATE OR ROLLBACK job SET state = 'failed', finished_at = ?2, failure = ?3, failed_position = ?4,
                reason = ?3, event = (SELECT reelmill_next())
            WHERE number = ?1
            """)
        job.bind(1, unit.job.number)
        job.bind(2, now)
        job.bind(3, reason)
        job.bind(4, position)
        try job.run()
    }

    /// Cancels every unit that has not ended, taking it from whoever holds it.
    func endUnits(of job: JobKey, reason: String) throws {
        let end = try statement(
            """
            UPDATE OR ROLLBACK work_unit SET epoch = epoch + (state = 'leased'), state = 'cancelled', delayed = 0,
                holder = NULL, node = NULL, lease_until = NULL, slot = NULL, rival = NULL,
                rival_node = NULL, rival_until = NULL, rival_slot = NULL, note = ?3, reason = ?3,
                finished_at = ?4, event = (SELECT reelmill_next(u.id) FROM work_unit u WHERE u.id = work_unit.id)
            WHERE id BETWEEN ?1 AND ?2 AND finished_at IS NULL
            """)
        end.bind(1, job.number << Schema.positionBits)
        end.bind(2, job.number << Schema.positionBits | Schema.positionMask)
        end.bind(3, reason)
        end.bind(4, now)
        try end.run()
        forgetSlots(ofTenant: job.tenantNumber)
    }
}
