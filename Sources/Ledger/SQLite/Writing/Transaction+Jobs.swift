import TranscodeModel

extension Transaction {
    /// What is there already for a submission: its number, and whether it is the same work.
    private func existing(_ submission: JobSubmission) throws -> (id: JobID, isSame: Bool)? {
        if let key = submission.key {
            let row = try statement(
                """
                SELECT id, content FROM job WHERE tenant = ?1 AND key = ?2
                    AND state NOT IN ('failed','cancelled') AND superseded = 0
                """)
            row.bind(1, submission.tenant.text)
            row.bind(2, key)
            if try row.step() {
                defer { row.reset() }
                return (JobID(row.text(0)), try row.digest(1) == submission.content)
            }
        }
        let row = try statement(
            """
            SELECT id FROM job WHERE tenant = ?1 AND content = ?2
                AND state NOT IN ('failed','cancelled') AND superseded = 0
            """)
        row.bind(1, submission.tenant.text)
        row.bind(2, submission.content)
        guard try row.step() else { return nil }
        defer { row.reset() }
        return (JobID(row.text(0)), true)
    }

    /// - Parameter record: reads a job as it is in this transaction.
    func enqueue(
        _ submission: JobSubmission, record: (JobID) throws -> JobRecord
    ) throws -> EnqueueOutcome {
        if let existing = try existing(submission) {
            let job = try record(existing.id)
            return existing.isSame ? .existing(job) : .keyConflict(job)
        }
        try makeTenant(submission.tenant)
        let insert = try statement(
            """
            INSERT OR ROLLBACK INTO job (tenant, id, key, content, state, profile_digest, codec, class, priority,
                attempts_max, created_at, event, destination, source, profile)
            VALUES (?1, ?2, ?3, ?4, 'planning', ?5, ?6, ?7, ?8, ?9, ?10, (SELECT reelmill_next()), ?11, ?12, ?13)
            """)
        insert.bind(1, submission.tenant.text)
        insert.bind(2, submission.id.text)
        insert.bind(3, submission.key)
        insert.bind(4, submission.content)
        insert.bind(5, submission.profileDigest)
        insert.bind(6, submission.profile.video?.codec.rawValue ?? "")
        insert.bind(7, submission.jobClass.rawValue)
        insert.bind(8, submission.priority)
        insert.bind(9, submission.attemptsMaximum)
        insert.bind(10, now)
        insert.bind(11, submission.destination)
        insert.bind(12, try json(submission.source))
        insert.bind(13, try connection.profileText(submission.profile))
        try insert.run()
        guard let job = try connection.job(submission.id) else {
            throw LedgerFailure(.corrupt, "the ledger has lost job \(submission.id)")
        }
        try insertTerms(submission.terms, job.number)
        try NewUnit(self, submission.id, job).insertProbe(submission)
        return .created(submission.id)
    }

    func supersede(_ job: JobID) throws {
        let change = try statement(
            "UPDATE OR ROLLBACK job SET superseded = 1 WHERE id = ?1 AND state = 'ready' AND superseded = 0"
        )
        change.bind(1, job.text)
        try change.run()
    }

    func cancel(_ id: JobID, reason: String) throws -> Bool {
        guard let job = try connection.job(id) else { return false }
        try endUnits(of: job, reason: reason)
        let end = try statement(
            """
            UPDATE OR ROLLBACK job SET state = 'cancelled', finished_at = ?2, reason = ?3, event = (SELECT reelmill_next())
            WHERE number = ?1 AND finished_at IS NULL
            """)
        end.bind(1, job.number)
        end.bind(2, now)
        end.bind(3, reason)
        return try end.run() > 0
    }

    private func makeTenant(_ tenant: TenantID) throws {
        let insert = try statement("INSERT OR IGNORE INTO tenant (name) VALUES (?1)")
        insert.bind(1, tenant.text)
        try insert.run()
    }

    func setTenant(_ tenant: TenantID, weight: Double?, cap: Int??) throws {
        if let weight, !(weight > 0 && weight.isFinite) {
            throw LedgerFailure(.refused, "a tenant's weight must be above 0")
        }
        if let cap, let cap, cap < 1 {
            throw LedgerFailure(.refused, "a tenant's cap must be at least 1")
        }
        try makeTenant(tenant)
        let row = try statement("SELECT number, weight, cap FROM tenant WHERE name = ?1")
        row.bind(1, tenant.text)
        guard try row.step() else {
            throw LedgerFailure(.corrupt, "the ledger has lost tenant \(tenant)")
        }
        let number = row.int64(0)
        let oldCap = row.optionalInt64(2).map { Int($0) }
        let newWeight = weight ?? row.double(1)
        let newCap = cap ?? oldCap
        row.reset()
        let set = try statement(
            """
            UPDATE OR ROLLBACK tenant SET weight = ?2, cap = ?3, setting = ?4, event = (SELECT reelmill_next())
            WHERE number = ?1
            """)
        set.bind(1, number)
        set.bind(2, newWeight)
        set.bind(3, newCap.map { Int64($0) })
        set.bind(4, TenantSetting.text(weight: newWeight, cap: newCap))
        try set.run()
        if (oldCap == nil) != (newCap == nil) {
            try assignSlots(ofTenant: number, isCapped: newCap != nil)
        }
    }

    /// Leases that were there before the cap have their slots too, also beyond it; without a cap there are none.
    private func assignSlots(ofTenant tenant: Int64, isCapped: Bool) throws {
        let rows = try statement(
            "SELECT id, rival IS NOT NULL FROM work_unit WHERE state = 'leased' AND queue IN (2 * ?1, 2 * ?1 + 1)"
        )
        rows.bind(1, tenant)
        var units: [(key: Int64, hasRival: Bool)] = []
        while try rows.step() { units.append((rows.int64(0), rows.int(1) == 1)) }
        let change = try statement(
            "UPDATE OR ROLLBACK work_unit SET slot = ?2, rival_slot = ?3 WHERE id = ?1")
        var slot: Int64 = 0
        for unit in units {
            change.bind(1, unit.key)
            change.bindNull(2)
            change.bindNull(3)
            if isCapped {
                slot += 1
                change.bind(2, slot)
                if unit.hasRival {
                    slot += 1
                    change.bind(3, slot)
                }
            }
            try change.run()
        }
    }
}

/// How the history tells what a tenant was given.
enum TenantSetting {
    static func text(weight: Double, cap: Int?) -> String {
        "weight \(weight), cap \(cap.map { String($0) } ?? "none")"
    }
}
