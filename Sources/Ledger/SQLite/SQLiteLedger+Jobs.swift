import Foundation
import GRDB
public import TranscodeModel

extension SQLiteLedger {
    public func enqueue(
        _ submissions: [JobSubmission]
    ) throws(LedgerFailure) -> [EnqueueOutcome] {
        try write { database in
            try submissions.map { try self.enqueue($0, database) }
        }
    }

    private func enqueue(
        _ submission: JobSubmission, _ database: Database
    ) throws -> EnqueueOutcome {
        let live = "state NOT IN ('failed','cancelled') AND superseded = 0"
        if let key = submission.key,
            let row = try Row.fetchOne(
                database, sql: "SELECT * FROM job WHERE tenant = ? AND key = ? AND \(live)",
                arguments: [submission.tenant.text, key])
        {
            let isSame = try row.digest("content") == submission.content
            return isSame ? .existing(try row.job()) : .keyConflict(try row.job())
        }
        if let row = try Row.fetchOne(
            database, sql: "SELECT * FROM job WHERE tenant = ? AND content = ? AND \(live)",
            arguments: [submission.tenant.text, Data(submission.content.bytes)])
        {
            return .existing(try row.job())
        }
        let now = clock.read()
        try database.execute(
            sql: "INSERT OR IGNORE INTO tenant (tenant) VALUES (?)",
            arguments: [submission.tenant.text])
        try database.execute(
            sql: """
                INSERT INTO job (tenant, id, key, content, state, source, profile, profile_digest,
                    destination, class, priority, attempts_max, created_at)
                VALUES (?, ?, ?, ?, 'planning', ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                submission.tenant.text, submission.id.text, submission.key,
                Data(submission.content.bytes), try json(submission.source),
                try json(submission.profile), Data(submission.profileDigest.bytes),
                submission.destination, submission.jobClass.rawValue, submission.priority,
                submission.attemptsMaximum, now,
            ])
        let probe = NewUnit(
            tenant: submission.tenant, job: submission.id, position: 0, kind: .probe, work: nil,
            content: submission.probeContent, unmet: 0, attemptsMaximum: submission.attemptsMaximum,
            criticalSeconds: submission.probeEstimate.cpuSeconds,
            estimate: submission.probeEstimate)
        try probe.insert(database, now: now)
        return .created(submission.id)
    }

    public func supersede(_ job: JobID) throws(LedgerFailure) {
        try write { database in
            try database.execute(
                sql: "UPDATE job SET superseded = 1 WHERE id = ? AND state = 'ready'",
                arguments: [job.text])
        }
    }

    public func cancel(_ job: JobID, reason: String) throws(LedgerFailure) -> Bool {
        try write { database in
            try self.endUnits(of: job, note: reason, database)
            try database.execute(
                sql: """
                    UPDATE job SET state = 'cancelled', finished_at = ?, reason = ?
                    WHERE id = ? AND finished_at IS NULL
                    """, arguments: [self.clock.read(), reason, job.text])
            return database.changesCount > 0
        }
    }

    /// Cancels every unit that has not ended, taking it from whoever holds it.
    func endUnits(of job: JobID, note: String, _ database: Database) throws {
        try database.execute(
            sql: """
                UPDATE work_unit SET epoch = epoch + (state = 'leased'), state = 'cancelled',
                    node = NULL, lease_until = NULL, note = ?, finished_at = ?
                WHERE tenant = (SELECT tenant FROM job WHERE id = ?) AND job = ?
                    AND state IN ('blocked','ready','leased')
                """, arguments: [note, clock.read(), job.text, job.text])
    }

    public func job(_ id: JobID) throws(LedgerFailure) -> JobRecord? {
        try read {
            try Row.fetchOne($0, sql: "SELECT * FROM job WHERE id = ?", arguments: [id.text])?.job()
        }
    }

    public func jobs(_ query: JobQuery) throws(LedgerFailure) -> [JobRecord] {
        var conditions = ["TRUE"]
        var arguments: StatementArguments = []
        if let tenant = query.tenant {
            conditions.append("tenant = ?")
            arguments += [tenant.text]
        }
        if !query.states.isEmpty {
            let marks = query.states.map { _ in "?" }.joined(separator: ",")
            conditions.append("state IN (\(marks))")
            arguments += StatementArguments(query.states.map(\.rawValue).sorted())
        }
        if let jobClass = query.jobClass {
            conditions.append("class = ?")
            arguments += [jobClass.rawValue]
        }
        if let after = query.after {
            conditions.append("(created_at, id) < (SELECT created_at, id FROM job WHERE id = ?)")
            arguments += [after.text]
        }
        let sql = """
            SELECT * FROM job WHERE \(conditions.joined(separator: " AND "))
            ORDER BY created_at DESC, id DESC LIMIT \(max(query.limit, 0))
            """
        let bound = arguments
        return try read { try Row.fetchAll($0, sql: sql, arguments: bound).map { try $0.job() } }
    }
}

/// A unit on its way into the ledger.
struct NewUnit {
    var tenant: TenantID
    var job: JobID
    var position: Int
    var kind: UnitKind
    var work: Work?
    var content: Digest
    var unmet: Int
    var attemptsMaximum: Int
    var criticalSeconds: Double
    var estimate: Estimate

    func insert(_ database: Database, now: Int64) throws {
        try database.cachedStatement(
            sql: """
                INSERT INTO work_unit (tenant, job, position, kind, work, content, state, unmet,
                    run_at, attempts_max, critical_seconds, cpu_seconds, memory_bytes, output_bytes)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(
            arguments: [
                tenant.text, job.text, position, kind.rawValue, try work.map { try json($0) },
                Data(content.bytes), unmet == 0 ? "ready" : "blocked", unmet, now, attemptsMaximum,
                criticalSeconds, estimate.cpuSeconds, estimate.memoryBytes, estimate.outputBytes,
            ])
    }
}
