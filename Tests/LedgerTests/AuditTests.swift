import Ledger
import Testing
import TranscodeModel

@Suite("I10: what is done behind the ledger's back is found")
struct AuditTests {
    private func tampered(_ sql: String) throws -> [AuditFinding] {
        let fixture = try LedgerFixture()
        try fixture.runningJob()
        let lease = try #require(try fixture.leaseNext())
        _ = try fixture.complete(lease)
        #expect(try fixture.ledger.audit().findings == [])
        try fixture.raw(
            """
            DROP TRIGGER event_fixed; DROP TRIGGER event_kept; DROP TRIGGER unit_final;
            DROP TRIGGER unit_edge; DROP TRIGGER unit_epoch; DROP TRIGGER unit_moved;
            DROP TRIGGER completion_kept; DROP TRIGGER unit_done; DROP TRIGGER unit_fixed;
            DROP TRIGGER job_edge; DROP TRIGGER job_moved; PRAGMA ignore_check_constraints = 1;
            """ + sql, foreignKeys: false)
        return try fixture.ledger.audit().findings
    }

    @Test(
        "a changed, removed, inserted or reordered event",
        arguments: [
            "UPDATE event SET detail = 'nothing happened' WHERE sequence = 3",
            "UPDATE event SET at = at + 1 WHERE sequence = 1",
            "DELETE FROM event WHERE sequence = 3",
            "DELETE FROM event WHERE sequence = (SELECT max(sequence) FROM event)",
            """
            INSERT INTO event SELECT sequence + 1, at, tenant, job, position, kind, from_state,
            to_state, epoch, attempt, node, detail, hash FROM event
            ORDER BY sequence DESC LIMIT 1
            """,
            """
            UPDATE event SET sequence = -1 WHERE sequence = 2;
            UPDATE event SET sequence = 2 WHERE sequence = 3;
            UPDATE event SET sequence = 3 WHERE sequence = -1
            """,
        ])
    func events(sql: String) throws {
        #expect(try tampered(sql).contains { $0.invariant == "I10" })
    }

    @Test(
        "a row changed by hand",
        arguments: [
            ("UPDATE work_unit SET state = 'ready', epoch = 2 WHERE position = 1", "I1"),
            ("DELETE FROM completion WHERE position = 1", "I1"),
            ("UPDATE work_unit SET state = 'dead' WHERE position = 2", "I4"),
            ("UPDATE work_unit SET unmet = 2 WHERE position = 3", "I4"),
            ("UPDATE work_unit SET attempt = 2 WHERE position = 2", "I11"),
            ("UPDATE job SET state = 'ready', finished_at = 1", "I6"),
        ])
    func rows(sql: String, invariant: String) throws {
        #expect(try tampered(sql).contains { $0.invariant == invariant })
    }

    @Test("a ledger of a newer schema is refused and left alone")
    func newerSchema() throws {
        let fixture = try LedgerFixture()
        try fixture.raw("PRAGMA user_version = 999")
        let failure = #expect(throws: LedgerFailure.self) {
            try SQLiteLedger.open(at: fixture.path)
        }
        #expect(failure?.code == .newerSchema)
    }
}
