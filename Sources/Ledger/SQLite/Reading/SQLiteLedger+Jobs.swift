import Foundation
import GRDB
public import TranscodeModel

extension SQLiteLedger {
    /// A job's row. Its done units are counted where they are recorded, so that no count can be wrong.
    static let jobColumns = """
        j.*, (SELECT b.name FROM job_terms t JOIN backfill b ON b.number = t.backfill
            WHERE t.job = j.number) AS backfill,
        (SELECT replaces FROM job_terms t WHERE t.job = j.number) AS replaces,
        (SELECT leasable_until FROM job_terms t WHERE t.job = j.number) AS leasable_until,
        (SELECT count(*) FROM completion c WHERE c.unit
            BETWEEN j.number << 20 AND j.number << 20 | 1048575) AS units_done,
        (SELECT g.at FROM collected g WHERE g.job = j.number) AS collected_at
        """

    /// The keys of a job's units, of the job that is bound.
    static let unitsOfJob = """
        BETWEEN (SELECT number << 20 FROM job WHERE id = ?1)
            AND (SELECT number << 20 | 1048575 FROM job WHERE id = ?1)
        """

    func record(_ id: JobID, _ database: Database) throws -> JobRecord {
        let row = try Row.fetchOne(
            database, sql: "SELECT \(SQLiteLedger.jobColumns) FROM job j WHERE j.id = ?",
            arguments: [id.text])
        guard let row else { throw LedgerFailure(.refused, "the ledger has no job \(id)") }
        return try row.job()
    }

    public func job(_ id: JobID) throws(LedgerFailure) -> JobRecord? {
        try read {
            try Row.fetchOne(
                $0, sql: "SELECT \(SQLiteLedger.jobColumns) FROM job j WHERE j.id = ?",
                arguments: [id.text])?.job()
        }
    }

    public func liveJob(
        content: Digest, tenant: TenantID
    ) throws(LedgerFailure) -> JobRecord? {
        try read {
            try Row.fetchOne(
                $0,
                sql: """
                    SELECT \(SQLiteLedger.jobColumns) FROM job j WHERE j.tenant = ? AND j.content = ?
                        AND j.state NOT IN ('failed','cancelled') AND j.superseded = 0
                    """, arguments: [tenant.text, Data(content.bytes)])?.job()
        }
    }

    /// Each state has an index of its own: the pages of several are merged.
    public func jobs(_ query: JobQuery) throws(LedgerFailure) -> [JobRecord] {
        try read { database in
            guard !query.states.isEmpty else { return try self.page(query, nil, database) }
            let pages = try query.states.sorted { $0.rawValue < $1.rawValue }.map {
                try self.page(query, $0, database)
            }
            return Array(
                pages.joined().sorted {
                    $0.createdMilliseconds != $1.createdMilliseconds
                        ? $0.createdMilliseconds > $1.createdMilliseconds
                        : $0.id.text > $1.id.text
                }.prefix(max(query.limit, 0)))
        }
    }

    private func page(
        _ query: JobQuery, _ state: JobState?, _ database: Database
    ) throws -> [JobRecord] {
        var conditions = ["TRUE"]
        var arguments: StatementArguments = []
        if let state {
            conditions.append("state = ?")
            arguments += [state.rawValue]
        }
        if let tenant = query.tenant {
            conditions.append("tenant = ?")
            arguments += [tenant.text]
        }
        if let jobClass = query.jobClass {
            conditions.append("class = ?")
            arguments += [jobClass.rawValue]
        }
        if let after = query.after {
            conditions.append("(created_at, id) < (SELECT created_at, id FROM job WHERE id = ?)")
            arguments += [after.text]
        }
        return try Row.fetchAll(
            database,
            sql: """
                SELECT \(SQLiteLedger.jobColumns)
                FROM job j INDEXED BY \(state == nil ? "job_created" : "job_state")
                WHERE \(conditions.joined(separator: " AND "))
                ORDER BY created_at DESC, id DESC LIMIT \(max(query.limit, 0))
                """, arguments: arguments
        ).map { try $0.job() }
    }

    public func jobCounts() throws(LedgerFailure) -> [JobState: Int] {
        try read { try self.jobCounts($0) }
    }

    func jobCounts(_ database: Database) throws -> [JobState: Int] {
        let rows = try Row.fetchAll(
            database,
            sql: "SELECT state, count(*) AS jobs FROM job INDEXED BY job_state GROUP BY state")
        return Dictionary(
            uniqueKeysWithValues: try rows.map {
                (try $0.named(JobState.self, "state"), try $0.value(Int.self, "jobs"))
            })
    }
}
