import GRDB
import TranscodeModel

extension SQLiteLedger {
    public func overview(
        recentMilliseconds: Int64
    ) throws(LedgerFailure) -> LedgerOverview {
        try read { database in
            let now = self.clock.read()
            let leased = try LeasedUnits(database)
            let jobs = try self.jobCounts(database)
            return LedgerOverview(
                nowMilliseconds: now, jobs: jobs, underWay: try leased.underWay(database),
                backlog: try self.backlog(jobs, database),
                throughput: try self.throughput(now, recentMilliseconds, database),
                nodes: try self.liveNodes(database), breakers: try self.allBreakers(database),
                tenants: try self.allTenants(database, leased),
                backfills: try self.allBackfills(database))
        }
    }

    /// Jobs without a plan have one unit of no weight, and may be very many: they are counted, not looked at.
    private func backlog(_ jobs: [JobState: Int], _ database: Database) throws -> Backlog {
        let row = try Row.fetchOne(
            database,
            sql: """
                SELECT count(*) AS units, total(u.cpu_seconds) AS seconds
                FROM job j INDEXED BY job_state CROSS JOIN work_unit u
                    ON u.id BETWEEN j.number << 20 AND j.number << 20 | 1048575
                WHERE j.state = 'running' AND u.finished_at IS NULL
                """)
        return Backlog(
            planningJobs: jobs[.planning] ?? 0, units: try row?.value(Int.self, "units") ?? 0,
            cpuSeconds: try row?.value(Double.self, "seconds") ?? 0,
            runningJobs: jobs[.running] ?? 0)
    }

    /// From the newest events, which are in the order of time.
    private func throughput(
        _ now: Int64, _ recent: Int64, _ database: Database
    ) throws -> Throughput {
        let row = try Row.fetchOne(
            database,
            sql: """
                WITH late AS (SELECT * FROM event
                    WHERE sequence > (SELECT sequence FROM ledger_head) - ?1 AND at >= ?2)
                SELECT count(u.id) AS units, total(u.cpu_seconds) AS seconds, min(e.at) AS since,
                    total(e.kind = 'job' AND e.to_state = 'ready') AS published,
                    total(e.kind = 'job' AND e.to_state = 'failed') AS failed
                FROM late e LEFT JOIN job j ON e.to_state = 'done' AND j.id = e.job
                    LEFT JOIN work_unit u ON u.id = j.number << 20 | e.position
                """, arguments: [Throughput.eventsMaximum, now - recent])
        guard let row else { throw LedgerFailure(.corrupt, "the ledger has lost its history") }
        let since: Int64 = row["since"] ?? now
        return Throughput(
            milliseconds: min(recent, now - since), units: try row.value(Int.self, "units"),
            cpuSeconds: try row.value(Double.self, "seconds"),
            publishedJobs: Int(try row.value(Double.self, "published")),
            failedJobs: Int(try row.value(Double.self, "failed")))
    }
}

extension LeasedUnits {
    /// With what each is to do, and how far it has come.
    fileprivate func underWay(_ database: Database) throws -> [UnitUnderWay] {
        let statement = try database.cachedStatement(
            sql: "SELECT work, progress FROM work_unit WHERE id = ?")
        return try units.map { unit in
            guard let row = try Row.fetchOne(statement, arguments: [unit.key]) else {
                throw LedgerFailure(.corrupt, "the ledger has lost unit \(unit.id)")
            }
            return UnitUnderWay(
                unit: unit.id, tenant: unit.tenant, kind: unit.kind,
                work: try (row["work"] as String?).map { try fromJSON(Work.self, $0) },
                node: unit.holder.node, attempt: unit.holder.attempt,
                rivalNode: unit.rival?.node, startedMilliseconds: unit.startedAt,
                progress: try row.value(Int.self, "progress"), estimate: unit.estimate)
        }
    }
}
