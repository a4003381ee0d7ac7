import TranscodeModel

extension Transaction {
    /// Jobs with the usual terms have no row of their own.
    func insertTerms(_ terms: JobTerms, _ job: Int64) throws {
        guard terms != .usual else { return }
        let backfill = try terms.backfill.map { try backfillNumber($0) }
        // A pause may have come before a job that was decided on.
        let insert = try statement(
            """
            INSERT OR ROLLBACK INTO job_terms (job, backfill, replaces, leasable_until)
            SELECT ?1, ?2, ?3, CASE WHEN ?2 IS NULL OR EXISTS
                (SELECT 1 FROM backfill WHERE number = ?2 AND state = 'running') THEN ?4 ELSE 0 END
            """)
        insert.bind(1, job)
        insert.bind(2, backfill)
        insert.bindNull(3)
        if let replaces = terms.replaces { insert.bind(3, replaces) }
        insert.bind(4, terms.leasableUntilMilliseconds)
        try insert.run()
    }

    func steer(_ steering: JobSteering) throws -> Bool {
        if let priority = steering.priority, !JobSteering.priorities.contains(priority) {
            throw LedgerFailure(.refused, "a job's priority is from -100 to 100")
        }
        guard let job = try connection.job(steering.job) else { return false }
        let change = try statement(
            """
            UPDATE OR ROLLBACK job SET priority = coalesce(?2, priority), reason = ?3,
                event = (SELECT reelmill_next())
            WHERE number = ?1 AND finished_at IS NULL
            """)
        change.bind(1, job.number)
        change.bind(2, steering.priority.map { Int64($0) })
        change.bind(3, steering.reason)
        guard try change.run() > 0 else { return false }
        if let priority = steering.priority {
            let units = try statement(
                """
                UPDATE OR ROLLBACK work_unit SET priority = ?2
                WHERE id BETWEEN ?1 << 20 AND ?1 << 20 | 1048575 AND finished_at IS NULL
                    AND priority <> ?2
                """)
            units.bind(1, job.number)
            units.bind(2, priority)
            try units.run()
        }
        if let hold = steering.hold {
            let terms = try statement(
                """
                INSERT INTO job_terms (job, leasable_until) VALUES (?1, ?2)
                ON CONFLICT (job) DO UPDATE SET leasable_until = excluded.leasable_until
                """)
            terms.bind(1, job.number)
            terms.bind(2, hold.leasableUntil)
            try terms.run()
        }
        return true
    }
}
