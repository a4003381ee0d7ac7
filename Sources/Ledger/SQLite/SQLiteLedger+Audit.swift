import ContentDigest
import Foundation
import GRDB
import TranscodeModel

extension SQLiteLedger {
    public func audit() throws(LedgerFailure) -> AuditReport {
        try read { database in
            var report = AuditReport()
            try self.count(&report, database)
            try self.checkRows(&report, database)
            try self.checkChain(&report, database)
            return report
        }
    }

    private func count(_ report: inout AuditReport, _ database: Database) throws {
        func rows(_ table: String) throws -> Int {
            try Int.fetchOne(database, sql: "SELECT count(*) FROM \(table)") ?? 0
        }
        report.jobs = try rows("job")
        report.units = try rows("work_unit")
        report.completions = try rows("completion")
        report.events = try rows("event")
    }

    /// Each rule selects what breaks it. They hold what the triggers promise against a row that was
    /// changed behind their back.
    private static let rules: [(invariant: String, message: String, sql: String)] = [
        (
            "I1",
            "a unit is done without a completion of its epoch, or completed without being done",
            """
            SELECT u.job || '.' || u.position FROM work_unit u LEFT JOIN completion c
                ON c.tenant = u.tenant AND c.job = u.job AND c.position = u.position
            WHERE CASE WHEN u.state = 'done' THEN c.epoch IS NOT u.epoch
                ELSE c.epoch IS NOT NULL END
            """
        ),
        (
            "I3", "the epoch does not match the claims and losses in the history",
            """
            SELECT u.job || '.' || u.position FROM work_unit u WHERE u.epoch <> coalesce(
                (SELECT e.epoch FROM event e WHERE e.job = u.job AND e.position = u.position
                    ORDER BY e.sequence DESC LIMIT 1), -1)
            """
        ),
        (
            "I4", "the state is not the one that the history ends in",
            """
            SELECT u.job || '.' || u.position FROM work_unit u WHERE u.state <> coalesce(
                (SELECT e.to_state FROM event e WHERE e.job = u.job AND e.position = u.position
                    ORDER BY e.sequence DESC LIMIT 1), '')
            UNION ALL
            SELECT j.id FROM job j WHERE j.state <> coalesce(
                (SELECT e.to_state FROM event e WHERE e.job = j.id AND e.position IS NULL
                    ORDER BY e.sequence DESC LIMIT 1), '')
            """
        ),
        (
            "I4", "the number of unmet dependencies is not the number of those that are not done",
            """
            SELECT u.job || '.' || u.position FROM work_unit u WHERE u.state <> 'cancelled'
            AND u.unmet <> (SELECT count(*) FROM dependency d JOIN work_unit w
                ON w.tenant = d.tenant AND w.job = d.job AND w.position = d.waits_on
                WHERE d.tenant = u.tenant AND d.job = u.job AND d.position = u.position
                AND w.state <> 'done')
            """
        ),
        (
            "I5", "a job that has not ended waits for nothing that can still happen",
            """
            SELECT j.id FROM job j WHERE j.finished_at IS NULL AND NOT EXISTS
                (SELECT 1 FROM work_unit u WHERE u.tenant = j.tenant AND u.job = j.id
                    AND u.state IN ('ready','leased'))
            """
        ),
        (
            "I5", "a job has ended, but a unit of it has not",
            """
            SELECT u.job || '.' || u.position FROM work_unit u JOIN job j
                ON j.tenant = u.tenant AND j.id = u.job
            WHERE j.finished_at IS NOT NULL AND u.state IN ('blocked','ready','leased')
            """
        ),
        (
            "I6", "a job is ready without a completed publish unit",
            """
            SELECT j.id FROM job j WHERE j.state = 'ready' AND NOT EXISTS
                (SELECT 1 FROM work_unit u WHERE u.tenant = j.tenant AND u.job = j.id
                    AND u.kind = 'publish' AND u.state = 'done')
            """
        ),
        (
            "I11", "the attempts do not match the leases",
            """
            SELECT u.job || '.' || u.position FROM work_unit u WHERE u.attempt > u.attempts_max
                OR u.attempt <> (SELECT count(*) FROM attempt a WHERE a.tenant = u.tenant
                    AND a.job = u.job AND a.position = u.position)
            """
        ),
        (
            "I15", "two live jobs do the same work",
            """
            SELECT min(id) FROM job WHERE state NOT IN ('failed','cancelled') AND superseded = 0
            GROUP BY tenant, content HAVING count(*) > 1
            """
        ),
    ]

    private func checkRows(_ report: inout AuditReport, _ database: Database) throws {
        for rule in SQLiteLedger.rules {
            for subject in try String.fetchAll(database, sql: rule.sql + " LIMIT 100") {
                report.findings.append(AuditFinding(rule.invariant, subject, rule.message))
            }
        }
        for row in try Row.fetchAll(database, sql: "PRAGMA foreign_key_check") {
            report.findings.append(
                AuditFinding("I4", row[0] ?? "?", "a row refers to one that is not there"))
        }
    }

    /// Recomputes every hash; the head tells whether the newest events are still there.
    private func checkChain(_ report: inout AuditReport, _ database: Database) throws {
        var previous = Data(count: Digest.byteCount)
        var sequence: Int64 = 0
        let events = try Row.fetchCursor(
            database,
            sql: """
                SELECT sequence, hash, reelmill_link(
                    coalesce(lag(hash) OVER (ORDER BY sequence), zeroblob(32)), sequence, at, tenant,
                    job, position, kind, from_state, to_state, epoch, attempt, node, detail)
                    AS computed
                FROM event ORDER BY sequence
                """)
        while let row = try events.next() {
            let found: Int64 = row["sequence"]
            if found != sequence + 1 {
                report.findings.append(
                    AuditFinding(
                        "I10", "event \(sequence + 1)", "events are missing before \(found)"))
            }
            sequence = found
            previous = row["hash"]
            let computed: Data = row["computed"]
            if computed != previous, report.findings.count < 1000 {
                report.findings.append(
                    AuditFinding(
                        "I10", "event \(found)",
                        "the event, or the one before it, was changed after it was written"))
            }
        }
        let head = try Row.fetchOne(database, sql: "SELECT sequence, hash FROM chain_head")
        if head?["sequence"] != sequence || head?["hash"] != previous {
            report.findings.append(
                AuditFinding("I10", "event \(sequence)", "the newest events do not match the head"))
        }
        report.head = Digest(bytes: previous)
    }
}
