import Foundation
import GRDB
public import TranscodeModel

extension SQLiteLedger {
    /// A job's row. Its done units are counted where they are recorded, so that no count can be wrong.
    static let jobColumns = """
        j.*, (SELECT count(*) FROM completion c WHERE c.unit
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
            SELECT \(SQLiteLedger.jobColumns) FROM job j
            WHERE \(conditions.joined(separator: " AND "))
            ORDER BY created_at DESC, id DESC LIMIT \(max(query.limit, 0))
            """
        let bound = arguments
        return try read { try Row.fetchAll($0, sql: sql, arguments: bound).map { try $0.job() } }
    }

    public func jobCounts() throws(LedgerFailure) -> [JobState: Int] {
        try read { database in
            let rows = try Row.fetchAll(
                database, sql: "SELECT state, count(*) AS jobs FROM job GROUP BY state")
            return Dictionary(
                uniqueKeysWithValues: try rows.map {
                    (try $0.named(JobState.self, "state"), try $0.value(Int.self, "jobs"))
                })
        }
    }
}
