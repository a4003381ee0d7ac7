import TranscodeModel

extension Audit {
    private struct Rule {
        var invariant: String
        var message: String
        /// Selects the names of what breaks it.
        var sql: StaticString
    }

    /// What is seen across jobs.
    private static let rules = [
        Rule(
            invariant: "I15", message: "two live jobs do the same work",
            sql: """
                SELECT min(id) FROM job WHERE state NOT IN ('failed','cancelled') AND superseded = 0
                GROUP BY tenant, content HAVING count(*) > 1
                """),
        Rule(
            invariant: "I14", message: "a job belongs to a tenant that is not there",
            sql: """
                SELECT id FROM job WHERE NOT EXISTS (SELECT 1 FROM tenant WHERE name = job.tenant)
                """),
        Rule(
            invariant: "I4", message: "a unit belongs to a job that is not there",
            sql: """
                SELECT job || '.' || (id & 1048575) FROM work_unit u
                WHERE (SELECT count(*) FROM work_unit) <> (SELECT coalesce(sum(n), 0) FROM (
                    SELECT (SELECT count(*) FROM work_unit w WHERE w.id
                        BETWEEN j.number << 20 AND j.number << 20 | 1048575) AS n FROM job j))
                AND NOT EXISTS (SELECT 1 FROM job WHERE number = u.id >> 20) LIMIT 101
                """),
        Rule(
            invariant: "I1", message: "a completion belongs to a unit that is not there",
            sql: """
                SELECT 'unit ' || c.unit FROM completion c
                WHERE (SELECT count(*) FROM completion) <> (SELECT count(*) FROM work_unit
                    WHERE state = 'done')
                AND NOT EXISTS (SELECT 1 FROM work_unit WHERE id = c.unit) LIMIT 101
                """),
        Rule(
            invariant: "I5", message: "a gate belongs to a job that is not there",
            sql: """
                SELECT 'gate ' || g.gate FROM gate_unit g
                WHERE NOT EXISTS (SELECT 1 FROM job WHERE number = g.gate >> 20)
                UNION SELECT 'gate ' || g.id FROM gate g
                WHERE NOT EXISTS (SELECT 1 FROM job WHERE number = g.id >> 20) LIMIT 101
                """),
        Rule(
            invariant: "I5", message: "a plan belongs to a job that is not there",
            sql:
                "SELECT 'job ' || job FROM plan WHERE NOT EXISTS (SELECT 1 FROM job WHERE number = plan.job)"
        ),
        Rule(
            invariant: "I18",
            message: "a job that has not ended needs an artifact that was given up",
            sql: """
                SELECT DISTINCT u.job || '.' || (u.id & 1048575)
                FROM condemned k JOIN job j ON j.tenant = k.tenant AND j.finished_at IS NULL
                JOIN completion c ON c.unit BETWEEN j.number << 20 AND j.number << 20 | 1048575
                    AND c.sha256 = k.sha256
                JOIN work_unit u ON u.id = c.unit
                WHERE k.removed_at IS NULL OR u.started_at <= k.removed_at LIMIT 101
                """),
        Rule(
            invariant: "I18", message: "the artifacts of a job were given up that has not ended",
            sql: """
                SELECT id FROM collected g WHERE NOT EXISTS
                    (SELECT 1 FROM job j WHERE j.number = g.job AND j.id = g.id
                        AND j.finished_at IS NOT NULL) LIMIT 101
                """),
        Rule(
            invariant: "I6", message: "a row of a backfill is done whose job did not publish",
            sql: """
                SELECT b.name || ', row ' || r.position FROM backfill b
                JOIN backfill_row r ON r.backfill = b.number AND r.pass = b.pass AND r.state = 'done'
                LEFT JOIN job j ON j.id = r.job WHERE j.state IS NOT 'ready' LIMIT 101
                """),
        Rule(
            invariant: "I14", message: "a row of a backfill has another tenant's job",
            sql: """
                SELECT b.name || ', row ' || r.position FROM backfill b
                JOIN backfill_row r ON r.backfill = b.number AND r.pass = b.pass
                JOIN job j ON j.id = r.job WHERE j.tenant <> r.tenant LIMIT 101
                """),
        Rule(
            invariant: "I17", message: "a backfill has another share than its settings say",
            sql: """
                SELECT name FROM backfill
                WHERE abs(share - json_extract(settings, '$.shareMaximum')) > 1e-9
                """),
        Rule(
            invariant: "I5", message: "a job that has ended is held",
            sql: """
                SELECT j.id FROM job_terms t JOIN job j ON j.number = t.job
                WHERE t.leasable_until IS NOT NULL AND j.finished_at IS NOT NULL LIMIT 101
                """),
        Rule(
            invariant: "I17", message: "a slot is not that of the lease that it names",
            sql: """
                SELECT 'tenant ' || s.tenant || ', slot ' || s.slot FROM slot s
                LEFT JOIN work_unit u ON u.id = s.unit AND u.queue >> 1 = s.tenant
                    AND u.state = 'leased' AND (u.slot = s.slot OR u.rival_slot = s.slot)
                WHERE u.id IS NULL
                """),
        Rule(
            invariant: "I17",
            message: "a lease of a tenant with a cap has no slot, or one without a cap has",
            sql: """
                SELECT u.job || '.' || (u.id & 1048575)
                FROM work_unit u INDEXED BY unit_leased JOIN tenant t ON t.number = u.queue >> 1
                WHERE u.state = 'leased' AND ((t.cap IS NULL) <> (u.slot IS NULL)
                    OR (t.cap IS NULL OR u.rival IS NULL) <> (u.rival_slot IS NULL)
                    OR u.slot IS NOT NULL AND NOT EXISTS (SELECT 1 FROM slot s
                        WHERE s.tenant = t.number AND s.slot = u.slot AND s.unit = u.id)
                    OR u.rival_slot IS NOT NULL AND NOT EXISTS (SELECT 1 FROM slot s
                        WHERE s.tenant = t.number AND s.slot = u.rival_slot AND s.unit = u.id))
                """),
    ]

    mutating func checkRules() throws {
        for rule in Audit.rules {
            let rows = try statement(rule.sql)
            while try rows.step() { findings.add(rule.invariant, rows.text(0), rule.message) }
        }
    }
}
