import TranscodeModel

extension Transaction {
    /// Nil when the unit is not ready any more at that epoch, not yet, or its tenant is at its cap.
    func lease(_ pick: LeasePick, _ node: NodeID, _ duration: Int64) throws -> Lease? {
        guard let job = try connection.job(pick.unit.job), job.tenant == pick.tenant,
            let key = job.key(pick.unit.position)
        else { return nil }
        let row = try statement(
            """
            SELECT attempt, attempts_max, crashes, split, kind, cpu_seconds, memory_bytes, output_bytes,
                content
            FROM work_unit WHERE id = ?1 AND state = 'ready' AND epoch = ?2 AND run_at <= ?3
            """)
        row.bind(1, key)
        row.bind(2, pick.epoch)
        row.bind(3, now)
        guard try row.step() else { return nil }
        defer { row.reset() }
        let attempt = row.int(0) + (has(.noAttemptAtLease) ? 0 : 1)
        let lease = try found(
            row,
            LeaseToken(
                tenant: pick.tenant, unit: pick.unit, epoch: pick.epoch + 1, attempt: attempt),
            job, isHedge: false)
        let slot = try withAccount(job.tenantNumber) { try $0.takeSlot(self) }
        guard slot.isGranted else { return nil }
        row.reset()
        let claim = try statement(
            """
            UPDATE OR ROLLBACK work_unit SET state = 'leased', epoch = epoch + 1, attempt = ?2, holder = ?2,
                node = ?3, lease_until = ?4, slot = ?5, started_at = ?6, delayed = 0, progress = 0,
                held_since = ?6, part = NULL, noted_at = NULL, note = NULL, reason = NULL, event = (SELECT reelmill_next())
            WHERE id = ?1
            """)
        claim.bind(1, key)
        claim.bind(2, attempt)
        claim.bind(3, node.text)
        claim.bind(4, now + duration)
        claim.bind(5, slot.slot)
        claim.bind(6, now)
        try claim.run()
        try charge(
            job.tenantNumber, lease.estimate.cpuSeconds, isOutOfTurn: pick.isOutOfTurn)
        return lease
    }

    func hedge(
        _ token: LeaseToken, _ node: NodeID, _ duration: Int64, _ reason: String
    ) throws -> Lease? {
        guard let job = try connection.job(token.unit.job), job.tenant == token.tenant,
            let key = job.key(token.unit.position)
        else { return nil }
        let row = try statement(
            """
            SELECT attempt, attempts_max, crashes, split, kind, cpu_seconds, memory_bytes, output_bytes,
                content
            FROM work_unit WHERE id = ?1 AND state = 'leased' AND epoch = ?2 AND holder = ?3
                AND rival IS NULL AND attempt < attempts_max
            """)
        row.bind(1, key)
        row.bind(2, token.epoch)
        row.bind(3, token.attempt)
        guard try row.step() else { return nil }
        defer { row.reset() }
        var shared = token
        shared.attempt = row.int(0) + (has(.noAttemptAtLease) ? 0 : 1)
        let lease = try found(row, shared, job, isHedge: true)
        let slot = try withAccount(job.tenantNumber) { try $0.takeSlot(self) }
        guard slot.isGranted else { return nil }
        row.reset()
        let claim = try statement(
            """
            UPDATE OR ROLLBACK work_unit SET attempt = ?2, rival = ?2, rival_node = ?3, rival_until = ?4,
                rival_slot = ?5, reason = ?6, rival_since = ?7, rival_part = NULL, rival_noted_at = NULL,
                event = (SELECT reelmill_next())
            WHERE id = ?1
            """)
        claim.bind(1, key)
        claim.bind(2, shared.attempt)
        claim.bind(3, node.text)
        claim.bind(4, now + duration)
        claim.bind(5, slot.slot)
        claim.bind(6, reason)
        claim.bind(7, now)
        try claim.run()
        try charge(job.tenantNumber, lease.estimate.cpuSeconds, isOutOfTurn: true)
        return lease
    }

    private func charge(
        _ tenant: Int64, _ cpuSeconds: Double, isOutOfTurn: Bool
    ) throws {
        virtualTime = try withAccount(tenant) {
            $0.charge(cpuSeconds, isOutOfTurn: isOutOfTurn, systemVirtualTime: virtualTime)
        }
    }

    /// The lease of the unit on whose row the statement stands.
    private func found(
        _ row: Statement, _ token: LeaseToken, _ job: JobKey, isHedge: Bool
    ) throws -> Lease {
        let kind = try row.named(UnitKind.self, 4)
        return Lease(
            token: token, kind: kind, attemptsMaximum: row.int(1), crashes: row.int(2),
            isSplit: row.int(3) == 1, isHedge: isHedge, content: try row.digest(8),
            estimate: Estimate(
                cpuSeconds: row.double(5), memoryBytes: row.int64(6), outputBytes: row.int64(7)),
            profile: job.profile, encoder: kind == .encode ? job.codec : "")
    }

    func renew(_ held: [HeldLease], _ duration: Int64) throws -> Set<LeaseToken> {
        let renewal = try statement(
            """
            UPDATE OR ROLLBACK work_unit SET
                lease_until = CASE holder WHEN ?3 THEN ?4 ELSE lease_until END,
                rival_until = CASE rival WHEN ?3 THEN ?4 ELSE rival_until END,
                progress = CASE WHEN progress < ?5 THEN ?5 ELSE progress END,
                part = CASE WHEN holder = ?3 AND ?6 > coalesce(part, -1.0) THEN ?6 ELSE part END,
                noted_at = CASE WHEN holder = ?3 AND ?6 > coalesce(part, -1.0) THEN ?7 ELSE noted_at END,
                rival_part = CASE WHEN rival = ?3 AND ?6 > coalesce(rival_part, -1.0) THEN ?6 ELSE rival_part END,
                rival_noted_at = CASE WHEN rival = ?3 AND ?6 > coalesce(rival_part, -1.0)
                    THEN ?7 ELSE rival_noted_at END
            WHERE id = ?1 AND state = 'leased' AND epoch = ?2 AND (holder = ?3 OR rival = ?3)
            """)
        var kept: Set<LeaseToken> = []
        for lease in held {
            let token = lease.token
            guard let job = try connection.job(token.unit.job), job.tenant == token.tenant,
                let key = job.key(token.unit.position)
            else { continue }
            renewal.bind(1, key)
            renewal.bind(2, token.epoch)
            renewal.bind(3, token.attempt)
            renewal.bind(4, now + duration)
            renewal.bind(5, lease.progress)
            renewal.bind(6, lease.part)
            renewal.bind(7, now)
            if try renewal.run() > 0 || has(.renewIgnoresLoss) { kept.insert(token) }
        }
        return kept
    }
}

extension Transaction {
    /// Ends the delays that are over, so that their units are found among the ready ones.
    func makeDue() throws {
        let change = try statement(
            """
            UPDATE OR ROLLBACK work_unit INDEXED BY unit_delayed SET delayed = 0
            WHERE state = 'ready' AND delayed = 1 AND run_at <= ?1
            """)
        change.bind(1, now)
        try change.run()
    }
}
