import Foundation
import GRDB
public import TranscodeModel

extension SQLiteLedger {
    public func units(ofJob job: JobID) throws(LedgerFailure) -> [UnitRecord] {
        try read { database in
            try Row.fetchAll(
                database,
                sql: "SELECT * FROM work_unit WHERE id \(SQLiteLedger.unitsOfJob) ORDER BY id",
                arguments: [job.text]
            ).map { try $0.unitRecord() }
        }
    }

    public func plan(ofJob job: JobID) throws(LedgerFailure) -> Plan? {
        try read { database in
            try String.fetchOne(
                database,
                sql: "SELECT text FROM plan WHERE job = (SELECT number FROM job WHERE id = ?)",
                arguments: [job.text]
            ).map { try fromJSON(Plan.self, $0) }
        }
    }

    public func artifacts(ofJob job: JobID) throws(LedgerFailure) -> [CommittedArtifact] {
        try read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT c.*, u.kind, c.unit & 1048575 AS position
                    FROM completion c JOIN work_unit u ON u.id = c.unit
                    WHERE c.unit \(SQLiteLedger.unitsOfJob) ORDER BY c.unit
                    """, arguments: [job.text]
            ).map {
                CommittedArtifact(
                    position: try $0.value(Int.self, "position"),
                    kind: try $0.named(UnitKind.self, "kind"),
                    attempt: try $0.value(Int.self, "attempt"), artifact: try $0.artifact())
            }
        }
    }

    /// Looks through the shelves of `unit_made`, the newest first.
    public func artifact(
        content: Digest, tenant: TenantID
    ) throws(LedgerFailure) -> Artifact? {
        try read { database in
            try Row.fetchOne(
                database,
                sql: """
                    WITH RECURSIVE shelf (number) AS (
                        SELECT max(number) >> 6 FROM job
                        UNION ALL SELECT number - 1 FROM shelf WHERE number > 0)
                    SELECT c.* FROM shelf CROSS JOIN work_unit u INDEXED BY unit_made
                        ON u.id >> 26 = shelf.number AND u.content_key = ?3
                            AND u.state = 'done'
                        JOIN completion c ON c.unit = u.id
                    WHERE u.content = ?1 AND u.tenant = ?2
                        AND NOT EXISTS (SELECT 1 FROM condemned k WHERE k.sha256 = c.sha256
                            AND k.tenant = u.tenant AND k.removed_at IS NULL)
                    ORDER BY c.committed_at DESC, c.unit DESC LIMIT 1
                    """, arguments: [Data(content.bytes), tenant.text, content.key])?.artifact()
        }
    }

    /// Looks through all shelves of `unit_made`.
    public func jobs(
        probed content: Digest, tenant: TenantID, limit: Int
    ) throws(LedgerFailure) -> [JobID] {
        try read { database in
            try String.fetchAll(
                database,
                sql: """
                    WITH RECURSIVE shelf (number) AS (
                        SELECT max(number) >> 6 FROM job
                        UNION ALL SELECT number - 1 FROM shelf WHERE number > 0)
                    SELECT u.job FROM shelf CROSS JOIN work_unit u INDEXED BY unit_made
                        ON u.id >> 26 = shelf.number AND u.content_key = ?3 AND u.state = 'done'
                    WHERE u.content = ?1 AND u.tenant = ?2 AND u.kind = 'probe'
                    ORDER BY u.id DESC LIMIT ?4
                    """,
                arguments: [Data(content.bytes), tenant.text, content.key, max(limit, 0)]
            ).map { JobID($0) }
        }
    }

    public func assignment(_ lease: LeaseToken) throws(LedgerFailure) -> Assignment {
        try read { database in
            let row = try Row.fetchOne(
                database,
                sql: """
                    SELECT u.id, u.work, u.fan_in FROM job j
                    JOIN work_unit u ON u.id = j.number << 20 | ?3
                    WHERE j.id = ?1 AND j.tenant = ?2 AND ?3 BETWEEN 0 AND 1048575
                    """,
                arguments: [lease.unit.job.text, lease.tenant.text, lease.unit.position])
            guard let row else {
                throw LedgerFailure(.refused, "the ledger has no unit \(lease.unit)")
            }
            let hasDependencies = try row.value(Int.self, "fan_in") > 0
            return Assignment(
                job: try self.record(lease.unit.job, database),
                work: try (row["work"] as String?).map { try fromJSON(Work.self, $0) },
                dependencies: hasDependencies
                    ? try self.dependencies(row.value(Int64.self, "id"), database) : [])
        }
    }

    private func dependencies(_ unit: Int64, _ database: Database) throws -> [Int] {
        try Int.fetchAll(
            database,
            sql: """
                SELECT id & 1048575 FROM work_unit WHERE id BETWEEN ?1 >> 20 << 20 AND ?1
                    AND feeds IN (SELECT gate FROM gate_unit
                        WHERE gate BETWEEN ?1 >> 20 << 20 AND ?1 | 1048575 AND unit = ?1)
                ORDER BY id
                """, arguments: [unit])
    }

    /// A job's events are found from its row and its units' rows, each of which names its newest event, which names
    /// the one before it.
    public func events(
        ofJob job: JobID?, after: Int64, limit: Int
    ) throws(LedgerFailure) -> [EventRecord] {
        let ofJob = """
            WITH RECURSIVE link (sequence) AS (
                SELECT event FROM job WHERE id = ?1
                UNION ALL SELECT event FROM work_unit WHERE id \(SQLiteLedger.unitsOfJob)
                UNION ALL SELECT event FROM collected
                    WHERE job = (SELECT number FROM job WHERE id = ?1)
                UNION ALL SELECT e.previous FROM link JOIN event e ON e.sequence = link.sequence
                    WHERE e.previous > ?2)
            SELECT e.* FROM link JOIN event e ON e.sequence = link.sequence
            WHERE e.sequence > ?2 ORDER BY e.sequence LIMIT ?3
            """
        let all = "SELECT * FROM event WHERE sequence > ?2 ORDER BY sequence LIMIT ?3"
        let most = max(limit, 0)
        return try read { database in
            try Row.fetchAll(
                database, sql: job == nil ? all : ofJob,
                arguments: job.map { [$0.text, after, most] } ?? [nil, after, most]
            ).map { try $0.event() }
        }
    }

    public func nodes() throws(LedgerFailure) -> [NodeRecord] {
        try read { try self.liveNodes($0) }
    }

    func liveNodes(_ database: Database) throws -> [NodeRecord] {
        try Row.fetchAll(
            database.cachedStatement(
                sql: "SELECT * FROM node WHERE retired_at IS NULL ORDER BY started_at, id")
        ).map { try $0.node() }
    }

    public func learnedCosts(machine: String) throws(LedgerFailure) -> [LearnedCost] {
        try read { database in
            try Row.fetchAll(
                database.cachedStatement(
                    sql: "SELECT * FROM learned_cost WHERE machine = ? ORDER BY work"),
                arguments: [machine]
            ).map {
                LearnedCost(
                    machine: try $0.text("machine"), work: try $0.text("work"),
                    bias: try $0.value(Double.self, "bias"),
                    spread: try $0.value(Double.self, "spread"),
                    samples: try $0.value(Int64.self, "samples"))
            }
        }
    }

    public func breakers() throws(LedgerFailure) -> [BreakerRecord] {
        try read { try self.allBreakers($0) }
    }

    func allBreakers(_ database: Database) throws -> [BreakerRecord] {
        try Row.fetchAll(database.cachedStatement(sql: "SELECT * FROM breaker ORDER BY key")).map {
            try $0.breaker()
        }
    }

    public func tenants() throws(LedgerFailure) -> [TenantRecord] {
        try read { try self.allTenants($0, try LeasedUnits($0)) }
    }

    func allTenants(_ database: Database, _ units: LeasedUnits) throws -> [TenantRecord] {
        let leased = units.countByTenant
        return try Row.fetchAll(database, sql: "SELECT * FROM tenant ORDER BY name").map {
            TenantRecord(
                id: try $0.tenant("name"), weight: try $0.value(Double.self, "weight"),
                cap: $0["cap"], virtualTime: try $0.value(Double.self, "virtual_time"),
                leased: leased[try $0.value(Int64.self, "number")] ?? 0)
        }
    }
}
