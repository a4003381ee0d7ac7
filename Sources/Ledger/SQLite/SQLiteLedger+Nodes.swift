import GRDB
public import TranscodeModel

extension SQLiteLedger {
    public func register(_ node: NodeRecord) throws(LedgerFailure) {
        try write { database in
            try database.execute(
                sql: """
                    INSERT INTO node (id, host, boot_id, process_id, process_start, workers, started_at)
                    VALUES (?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    node.id.text, node.host, node.bootID, node.processID, node.processStart,
                    node.workers, self.clock.read(),
                ])
        }
    }

    public func retire(_ node: NodeID) throws(LedgerFailure) {
        try write { database in
            try database.execute(
                sql: "UPDATE node SET retired_at = ? WHERE id = ? AND retired_at IS NULL",
                arguments: [self.clock.read(), node.text])
        }
    }

    public func nodes() throws(LedgerFailure) -> [NodeRecord] {
        try read { database in
            try Row.fetchAll(
                database, sql: "SELECT * FROM node WHERE retired_at IS NULL ORDER BY started_at, id"
            ).map {
                NodeRecord(
                    id: NodeID(try $0.text("id")), host: try $0.text("host"),
                    bootID: try $0.text("boot_id"),
                    processID: try $0.value(Int32.self, "process_id"),
                    processStart: try $0.text("process_start"),
                    workers: try $0.value(Int.self, "workers"))
            }
        }
    }

    public func releaseLeases(
        ofNode node: NodeID, reason: String
    ) throws(LedgerFailure) -> [UnitID] {
        try write { database in
            let rows = try Row.fetchAll(
                database, sql: "SELECT * FROM work_unit WHERE state = 'leased' AND node = ?",
                arguments: [node.text])
            return try rows.compactMap { try self.takeBack($0, note: reason, database) }
        }
    }

    public func expireLeases() throws(LedgerFailure) -> [UnitID] {
        try write { database in
            let rows = try Row.fetchAll(
                database, sql: "SELECT * FROM work_unit WHERE state = 'leased' AND lease_until < ?",
                arguments: [self.clock.read()])
            return try rows.compactMap {
                try self.takeBack($0, note: "the lease was not renewed in time", database)
            }
        }
    }

    /// A leased unit becomes ready, or, without attempts left, dead. Nil when it is not leased any more:
    /// a unit of the same job that was taken back just before has ended the job.
    private func takeBack(_ row: Row, note: String, _ database: Database) throws -> UnitID? {
        let unit = try row.unit()
        let id = UnitID(job: JobID(try row.text("job")), position: unit.position)
        let tenant = try row.tenant()
        let isLeased = try Bool.fetchOne(
            database,
            sql: """
                SELECT state = 'leased' AND epoch = ? FROM work_unit
                WHERE tenant = ? AND job = ? AND position = ?
                """,
            arguments: [unit.epoch, tenant.text, id.job.text, id.position])
        guard isLeased == true else { return nil }
        guard unit.attempt < unit.attemptsMaximum else {
            let failure = Failure(
                .crashed, .workerKilled,
                "Unit \(id) (\(unit.kind.rawValue)) lost its node in each of \(unit.attempt) "
                    + "attempts: \(note). Retry the job once the cause is mended.")
            try killUnit(id, tenant, failure, database)
            return id
        }
        try makeReady(id, tenant, note: note, failure: nil, delayMilliseconds: 0, database)
        return id
    }

    /// leased → ready; the epoch moves, so that the lease is lost for good. A node that hands its
    /// work back politely has not failed at it, and earns the unit another attempt.
    func makeReady(
        _ unit: UnitID, _ tenant: TenantID, note: String, failure: Failure?,
        delayMilliseconds: Int64, earnsAttempt: Bool = false, _ database: Database
    ) throws {
        try database.execute(
            sql: """
                UPDATE work_unit SET state = 'ready', epoch = epoch + 1, node = NULL,
                    lease_until = NULL, run_at = ?, progress = 0, note = ?,
                    failure = coalesce(?, failure), attempts_max = attempts_max + ?
                WHERE tenant = ? AND job = ? AND position = ?
                """,
            arguments: [
                clock.read() + delayMilliseconds, note, try failure.map { try json($0) },
                earnsAttempt ? 1 : 0, tenant.text, unit.job.text, unit.position,
            ])
    }

    /// leased → dead; its job fails with the reason, and the job's other units are cancelled.
    func killUnit(
        _ unit: UnitID, _ tenant: TenantID, _ failure: Failure, _ database: Database
    ) throws {
        let reason = try json(failure)
        let now = clock.read()
        try database.execute(
            sql: """
                UPDATE work_unit SET state = 'dead', epoch = epoch + 1, node = NULL,
                    lease_until = NULL, note = ?, failure = ?, finished_at = ?
                WHERE tenant = ? AND job = ? AND position = ?
                """,
            arguments: [reason, reason, now, tenant.text, unit.job.text, unit.position])
        try endUnits(of: unit.job, note: "unit \(unit.position) failed", database)
        try database.execute(
            sql: """
                UPDATE job SET state = 'failed', finished_at = ?, failure = ?, failed_position = ?
                WHERE id = ?
                """, arguments: [now, reason, unit.position, unit.job.text])
    }
}
