import Foundation
import GRDB
public import TranscodeModel

extension SQLiteLedger {
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

    public func units(ofJob job: JobID) throws(LedgerFailure) -> [UnitRecord] {
        try read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT * FROM work_unit WHERE job = ?
                        AND tenant = (SELECT tenant FROM job WHERE id = ?) ORDER BY position
                    """, arguments: [job.text, job.text]
            ).map { try $0.unit() }
        }
    }

    public func plan(ofJob job: JobID) throws(LedgerFailure) -> Plan? {
        try read { database in
            try String.fetchOne(
                database, sql: "SELECT plan FROM job WHERE id = ?", arguments: [job.text]
            ).map { try fromJSON(Plan.self, $0) }
        }
    }

    public func artifacts(ofJob job: JobID) throws(LedgerFailure) -> [CommittedArtifact] {
        try read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT c.position, u.kind, u.attempt, c.artifact FROM completion c
                    JOIN work_unit u ON u.tenant = c.tenant AND u.job = c.job
                        AND u.position = c.position
                    WHERE c.job = ? AND c.tenant = (SELECT tenant FROM job WHERE id = ?)
                    ORDER BY c.position
                    """, arguments: [job.text, job.text]
            ).map {
                CommittedArtifact(
                    position: try $0.value(Int.self, "position"),
                    kind: try $0.named(UnitKind.self, "kind"),
                    attempt: try $0.value(Int.self, "attempt"),
                    artifact: try fromJSON(Artifact.self, $0.text("artifact")))
            }
        }
    }

    public func artifact(
        content: Digest, tenant: TenantID
    ) throws(LedgerFailure) -> Artifact? {
        try read { database in
            try String.fetchOne(
                database,
                sql: """
                    SELECT c.artifact FROM work_unit u JOIN completion c ON c.tenant = u.tenant
                        AND c.job = u.job AND c.position = u.position
                    WHERE u.tenant = ? AND u.content = ? AND u.state = 'done'
                    ORDER BY c.committed_at DESC LIMIT 1
                    """, arguments: [tenant.text, Data(content.bytes)]
            ).map { try fromJSON(Artifact.self, $0) }
        }
    }

    public func events(
        ofJob job: JobID?, after: Int64, limit: Int
    ) throws(LedgerFailure) -> [EventRecord] {
        try read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT * FROM event WHERE sequence > ? \(job == nil ? "" : "AND job = ?")
                    ORDER BY sequence LIMIT ?
                    """,
                arguments: [after] + (job.map { [$0.text] } ?? []) + [limit]
            ).map { try $0.event() }
        }
    }
}
