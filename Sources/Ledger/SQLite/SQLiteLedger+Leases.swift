import Foundation
import GRDB
public import TranscodeModel

extension SQLiteLedger {
    public func candidates(
        limit: Int, jobs: Set<JobID>?
    ) throws(LedgerFailure) -> [LedgerCandidate] {
        // The most urgent few of each tenant and class, so that none is hidden behind the limit.
        let sql = """
            SELECT * FROM (
                SELECT u.tenant, u.job, u.position, u.kind, u.epoch, u.critical_seconds,
                    u.cpu_seconds, u.memory_bytes, u.output_bytes,
                    j.class, j.priority, j.created_at, t.weight, t.virtual_time, t.cap,
                    (SELECT count(*) FROM work_unit l WHERE l.state = 'leased'
                        AND l.tenant = u.tenant) AS leased,
                    row_number() OVER (PARTITION BY u.tenant, j.class ORDER BY j.priority DESC,
                        j.created_at, j.id, u.critical_seconds DESC, u.position) AS rank
                FROM work_unit u JOIN job j ON j.tenant = u.tenant AND j.id = u.job
                    JOIN tenant t ON t.tenant = u.tenant
                WHERE u.state = 'ready' AND u.run_at <= ? \(condition(jobs))
            ) ORDER BY rank LIMIT ?
            """
        return try read { database in
            try Row.fetchAll(database, sql: sql, arguments: [self.clock.read(), limit]).map { row in
                LedgerCandidate(
                    unit: UnitID(
                        job: JobID(try row.text("job")),
                        position: try row.value(Int.self, "position")),
                    tenant: try row.tenant(), kind: try row.named(UnitKind.self, "kind"),
                    epoch: try row.value(Int64.self, "epoch"),
                    jobClass: try row.named(JobClass.self, "class"),
                    priority: try row.value(Int.self, "priority"),
                    jobCreatedMilliseconds: try row.value(Int64.self, "created_at"),
                    tenantWeight: try row.value(Double.self, "weight"),
                    tenantVirtualTime: try row.value(Double.self, "virtual_time"),
                    tenantCap: row["cap"], tenantLeased: try row.value(Int.self, "leased"),
                    estimate: try row.estimate(),
                    remainingCriticalSeconds: try row.value(Double.self, "critical_seconds"))
            }
        }
    }

    /// Identifiers are of our own alphabet, so they may stand in a statement.
    private func condition(_ jobs: Set<JobID>?) -> String {
        guard let jobs else { return "" }
        let list = jobs.map { "'" + $0.text.filter { $0.isLetter || $0.isNumber } + "'" }.sorted()
        return "AND u.job IN (\(list.joined(separator: ",")))"
    }

    public func idleFacts(jobs: Set<JobID>?) throws(LedgerFailure) -> IdleFacts {
        let ofJobs = condition(jobs)
        return try read { database in
            IdleFacts(
                nextRunMilliseconds: try Int64.fetchOne(
                    database,
                    sql: """
                        SELECT min(u.run_at) FROM work_unit u
                        WHERE u.state = 'ready' AND u.run_at > ? \(ofJobs)
                        """, arguments: [self.clock.read()]),
                unfinishedJobs: try Int.fetchOne(
                    database,
                    sql: """
                        SELECT count(*) FROM job j WHERE j.finished_at IS NULL
                        \(ofJobs.replacingOccurrences(of: "u.job", with: "j.id"))
                        """) ?? 0)
        }
    }

    public func lease(
        _ picks: [LeasePick], node: NodeID, durationMilliseconds: Int64
    ) throws(LedgerFailure) -> [Lease] {
        try write { database in
            try picks.compactMap {
                try self.lease($0, node, durationMilliseconds, database)
            }
        }
    }

    private func lease(
        _ pick: LeasePick, _ node: NodeID, _ duration: Int64, _ database: Database
    ) throws -> Lease? {
        guard
            let jobRow = try Row.fetchOne(
                database, sql: "SELECT * FROM job WHERE id = ?", arguments: [pick.unit.job.text])
        else { return nil }
        let job = try jobRow.job()
        let now = clock.read()
        let row = try Row.fetchOne(
            database,
            sql: """
                UPDATE work_unit SET state = 'leased', epoch = epoch + 1, attempt = attempt + 1,
                    node = ?, lease_until = ?, started_at = ?, progress = 0, note = NULL
                WHERE tenant = ? AND job = ? AND position = ? AND state = 'ready' AND epoch = ?
                    AND run_at <= ?
                RETURNING *
                """,
            arguments: [
                node.text, now + duration, now, job.tenant.text, job.id.text, pick.unit.position,
                pick.epoch, now,
            ])
        guard let row else { return nil }
        let unit = try row.unit()
        try database.execute(
            sql: """
                INSERT INTO attempt (tenant, job, position, attempt, epoch, node, started_at)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                job.tenant.text, job.id.text, unit.position, unit.attempt, unit.epoch, node.text,
                now,
            ])
        try charge(job.tenant, unit.estimate.cpuSeconds, database)
        let dependencies = try Int.fetchAll(
            database,
            sql: """
                SELECT waits_on FROM dependency WHERE tenant = ? AND job = ? AND position = ?
                ORDER BY waits_on
                """, arguments: [job.tenant.text, job.id.text, unit.position])
        return Lease(
            unit: pick.unit, tenant: job.tenant, epoch: unit.epoch, attempt: unit.attempt,
            attemptsMaximum: unit.attemptsMaximum, kind: unit.kind, work: unit.work,
            dependencies: dependencies, content: try row.digest("content"),
            estimate: unit.estimate, job: job)
    }

    /// Start-time fair queueing (Goyal, Vin, Cheng 1996): a tenant that was away joins at the
    /// smallest virtual time of those that hold leases, and not with the credit of its absence.
    private func charge(_ tenant: TenantID, _ seconds: Double, _ database: Database) throws {
        try database.execute(
            sql: """
                UPDATE tenant SET virtual_time = max(virtual_time, coalesce(
                    (SELECT min(o.virtual_time) FROM tenant o WHERE o.tenant <> tenant.tenant
                        AND EXISTS (SELECT 1 FROM work_unit u
                            WHERE u.state = 'leased' AND u.tenant = o.tenant)), 0)) + ? / weight
                WHERE tenant = ?
                """, arguments: [seconds, tenant.text])
    }

    public func renew(
        _ held: [HeldLease], node: NodeID, durationMilliseconds: Int64
    ) throws(LedgerFailure) -> Set<UnitID> {
        try write { database in
            let until = self.clock.read() + durationMilliseconds
            var kept: Set<UnitID> = []
            for lease in held {
                try database.cachedStatement(
                    sql: """
                        UPDATE work_unit SET lease_until = ?, progress = ?
                        WHERE tenant = (SELECT tenant FROM job WHERE id = ?) AND job = ?
                            AND position = ? AND epoch = ? AND state = 'leased' AND node = ?
                        """
                ).execute(
                    arguments: [
                        until, lease.progress, lease.unit.job.text, lease.unit.job.text,
                        lease.unit.position, lease.epoch, node.text,
                    ])
                if database.changesCount > 0 { kept.insert(lease.unit) }
            }
            return kept
        }
    }

    public func liveLeases() throws(LedgerFailure) -> [HeldLease] {
        try read { database in
            try Row.fetchAll(
                database,
                sql: "SELECT job, position, epoch, progress FROM work_unit WHERE state = 'leased'"
            ).map {
                HeldLease(
                    unit: UnitID(
                        job: JobID(try $0.text("job")),
                        position: try $0.value(Int.self, "position")),
                    epoch: try $0.value(Int64.self, "epoch"),
                    progress: try $0.value(Int.self, "progress"))
            }
        }
    }
}
