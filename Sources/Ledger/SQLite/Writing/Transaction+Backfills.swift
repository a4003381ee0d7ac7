import TranscodeModel

extension Transaction {
    func backfillNumber(_ name: String) throws -> Int64 {
        let row = try statement("SELECT number FROM backfill WHERE name = ?1")
        row.bind(1, name)
        guard try row.step() else { throw BackfillRefusal.unknown(name) }
        defer { row.reset() }
        return row.int64(0)
    }

    func draftBackfill(_ name: String, _ settings: BackfillSettings) throws -> Int {
        try BackfillRefusal.check(name, settings)
        let insert = try statement(
            """
            INSERT INTO backfill (name, state, settings, share, created_at, changed_at, generation, event)
            SELECT ?1, 'planned', ?2, ?3, ?4, ?4, 1, (SELECT reelmill_next())
            WHERE NOT EXISTS (SELECT 1 FROM backfill WHERE name = ?1)
            """)
        insert.bind(1, name)
        insert.bind(2, try json(settings))
        insert.bind(3, settings.shareMaximum)
        insert.bind(4, now)
        try insert.run()
        let number = try backfillNumber(name)
        let begin = try statement(
            "UPDATE OR ROLLBACK backfill SET draft = max(pass, draft) + 1 WHERE number = ?1")
        begin.bind(1, number)
        try begin.run()
        let row = try statement("SELECT draft FROM backfill WHERE number = ?1")
        row.bind(1, number)
        guard try row.step() else { throw BackfillRefusal.unknown(name) }
        defer { row.reset() }
        return row.int(0)
    }

    private func requireDraft(_ pass: Int, _ name: String) throws -> Int64 {
        let number = try backfillNumber(name)
        let row = try statement("SELECT draft FROM backfill WHERE number = ?1")
        row.bind(1, number)
        guard try row.step(), row.int(0) == pass else { throw BackfillRefusal.replaced(name) }
        row.reset()
        return number
    }

    func addRows(
        _ rows: [BackfillRow], _ profiles: [Digest: Profile], _ pass: Int, _ name: String
    ) throws {
        let number = try requireDraft(pass, name)
        for (digest, profile) in profiles {
            let insert = try statement(
                "INSERT OR IGNORE INTO backfill_profile (digest, text) VALUES (?1, ?2)")
            insert.bind(1, digest)
            insert.bind(2, try json(profile))
            try insert.run()
        }
        let insert = try statement(
            """
            INSERT OR ROLLBACK INTO backfill_row (backfill, pass, position, input, output, tenant, profile,
                profile_name, key, metadata, state, due, code, reason, source, job, admitted, ended)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)
            """)
        insert.bind(1, number)
        insert.bind(2, pass)
        for row in rows {
            insert.bind(3, row.position)
            insert.bind(4, row.input)
            insert.bind(5, row.output)
            insert.bind(6, row.tenant.text)
            insert.bind(7, row.profile)
            insert.bind(8, row.profileName)
            insert.bind(9, row.key)
            insert.bind(10, row.metadata.isEmpty ? nil : try json(row.metadata))
            bindOutcome(row, insert, from: 11)
            try insert.run()
        }
    }

    /// What changes about a row: state, due, code, reason, source, job, admitted, ended.
    private func bindOutcome(_ row: BackfillRow, _ statement: Statement, from first: Int32) {
        statement.bind(first, row.state.rawValue)
        statement.bind(first + 1, row.isDue ? 1 : 0)
        statement.bind(first + 2, row.code)
        statement.bind(first + 3, row.reason)
        statement.bindNull(first + 4)
        if let source = row.source { statement.bind(first + 4, source) }
        statement.bind(first + 5, row.job?.text)
        statement.bind(first + 6, row.admittedPass)
        statement.bind(first + 7, row.endedPass)
    }

    func adoptDraft(_ pass: Int, _ name: String, _ settings: BackfillSettings) throws {
        try BackfillRefusal.check(name, settings)
        let number = try requireDraft(pass, name)
        let adopt = try statement(
            """
            UPDATE OR ROLLBACK backfill SET pass = draft, draft = 0, state = 'planned', reason = NULL,
                settings = ?2, share = ?3, changed_at = ?4, generation = generation + 1,
                event = (SELECT reelmill_next())
            WHERE number = ?1
            """)
        adopt.bind(1, number)
        adopt.bind(2, try json(settings))
        adopt.bind(3, settings.shareMaximum)
        adopt.bind(4, now)
        try adopt.run()
        try cancelOrphans(of: number)
    }

    func change(_ name: String, _ change: BackfillChange) throws -> Bool {
        if let settings = change.settings { try BackfillRefusal.check(name, settings) }
        let number = try backfillNumber(name)
        let row = try statement("SELECT state FROM backfill WHERE number = ?1")
        row.bind(1, number)
        guard try row.step() else { throw BackfillRefusal.unknown(name) }
        let state = try row.named(BackfillRecord.State.self, 0)
        row.reset()
        guard change.from.contains(state), state != change.to else { return false }
        let set = try statement(
            """
            UPDATE OR ROLLBACK backfill SET state = ?2, reason = ?3, changed_at = ?4,
                settings = coalesce(?5, settings), share = coalesce(?6, share),
                generation = generation + 1, event = (SELECT reelmill_next())
            WHERE number = ?1
            """)
        set.bind(1, number)
        set.bind(2, change.to.rawValue)
        set.bind(3, change.reason)
        set.bind(4, now)
        set.bind(5, try change.settings.map { try json($0) })
        set.bindNull(6)
        if let settings = change.settings { set.bind(6, settings.shareMaximum) }
        try set.run()
        try hold(number, change.hold)
        return true
    }

    func hold(_ backfill: Int64, _ hold: JobHold) throws {
        let set = try statement(
            """
            UPDATE job_terms SET leasable_until = ?2
            WHERE backfill = ?1 AND leasable_until IS NOT ?2 AND job IN (
                SELECT j.number FROM job j INDEXED BY job_unfinished CROSS JOIN job_terms t
                    ON t.job = j.number WHERE j.finished_at IS NULL AND t.backfill = ?1)
            """)
        set.bind(1, backfill)
        set.bind(2, hold.leasableUntil)
        try set.run()
    }

    /// Jobs under way that no row asks for any more: nobody would lead them to an end.
    private func cancelOrphans(of backfill: Int64) throws {
        let rows = try statement(
            """
            SELECT j.id FROM job j INDEXED BY job_unfinished CROSS JOIN job_terms t ON t.job = j.number
            WHERE j.finished_at IS NULL AND t.backfill = ?1 AND j.id NOT IN (
                SELECT r.job FROM backfill b JOIN backfill_row r ON r.backfill = b.number
                    AND r.pass = b.pass AND r.state = 'running' WHERE b.number = ?1) ORDER BY j.id
            """)
        rows.bind(1, backfill)
        var orphans: [JobID] = []
        while try rows.step() { orphans.append(JobID(rows.text(0))) }
        for job in orphans { _ = try cancel(job, reason: BackfillRefusal.orphaned) }
    }

    /// Removes rows of passes that count no more, a part at a time; false when none is left.
    func dropRows() throws -> Bool {
        let drop = try statement(
            """
            DELETE FROM backfill_row WHERE (backfill, pass, position) IN (
                SELECT r.backfill, r.pass, r.position FROM backfill b CROSS JOIN backfill_row r
                    ON r.backfill = b.number WHERE r.pass <> b.pass AND r.pass <> b.draft LIMIT 4096)
            """)
        return try drop.run() > 0
    }

    func changeRows(_ changes: [BackfillRowChange], _ pass: Int, _ name: String) throws -> Int {
        let number = try backfillNumber(name)
        let set = try statement(
            """
            UPDATE OR ROLLBACK backfill_row SET state = ?5, due = ?6, code = ?7, reason = ?8, source = ?9,
                job = ?10, admitted = ?11, ended = ?12
            WHERE backfill = ?1 AND pass = ?2 AND position = ?3 AND state = ?4
                AND pass = (SELECT pass FROM backfill WHERE number = ?1)
            """)
        set.bind(1, number)
        set.bind(2, pass)
        var changed = 0
        for change in changes {
            set.bind(3, change.row.position)
            set.bind(4, change.from.rawValue)
            bindOutcome(change.row, set, from: 5)
            changed += try set.run()
        }
        return changed
    }
}

/// What a backfill may not be, in both drivers.
enum BackfillRefusal {
    static func unknown(_ name: String) -> LedgerFailure {
        LedgerFailure(.refused, "there is no backfill “\(name)”")
    }

    /// Why a job is cancelled that a new listing has no row for.
    static let orphaned = "its backfill was listed anew, without it"

    static func replaced(_ name: String) -> LedgerFailure {
        LedgerFailure(.refused, "another listing of backfill “\(name)” has taken over")
    }

    static func check(_ name: String, _ settings: BackfillSettings) throws(LedgerFailure) {
        guard BackfillRecord.isName(name) else {
            throw LedgerFailure(
                .refused,
                "a backfill's name is 1 to 64 letters, digits, '-', '_' or '.', not “\(name)”")
        }
        guard settings.shareMaximum > 0, settings.shareMaximum <= 1, settings.canary >= 0,
            settings.limit ?? 0 >= 0, (0...1).contains(settings.failBudget ?? 0),
            JobSteering.priorities.contains(settings.priority)
        else {
            throw LedgerFailure(.refused, "the settings of backfill “\(name)” are out of range")
        }
    }
}
