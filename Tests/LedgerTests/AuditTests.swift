import GRDB
import Ledger
import Testing
import TranscodeModel

/// A statement that a stray program could run, and what the audit must say about it.
struct Tampering: CustomTestStringConvertible {
    var sql: String
    var invariant: String
    var subject: String
    /// A part of the message.
    var message: String

    init(_ sql: String, _ invariant: String, _ subject: String, _ message: String) {
        self.sql = sql
        self.invariant = invariant
        self.subject = subject
        self.message = message
    }

    var testDescription: String { sql }
}

@Suite("I10: what is done behind the ledger's back is found")
struct AuditTests {
    /// Job j1 with units 1 (done), 2 (leased), 3 (blocked), 4 (blocked); j2 is ready, j3 failed and j4 cancelled; a
    /// tenant with a cap, with a lease and a hedge of j5; a breaker.
    private static let busyLedger = Result {
        let fixture = try LedgerFixture()
        let capped = try #require(TenantID("capped"))
        try fixture.ledger.setTenant(capped, weight: 2, cap: 3)
        try fixture.runningJob("j1")
        _ = try fixture.complete(try #require(try fixture.leaseNext()))
        try fixture.runningJob("j2", encodes: 1)
        while let next = try fixture.candidates(jobs: [JobID("j2")]).first {
            _ = try fixture.complete(
                try #require(try fixture.lease([LedgerFixture.pick(next)]).first))
        }
        try fixture.runningJob("j3")
        let doomed = try #require(try fixture.candidates(jobs: [JobID("j3")]).first)
        _ = try fixture.die(
            try #require(try fixture.lease([LedgerFixture.pick(doomed)]).first),
            Failure(.permanent, .undecodable, "x"))
        try fixture.runningJob("j4")
        _ = try fixture.ledger.cancel(JobID("j4"), reason: "not wanted")
        try fixture.runningJob("j5", tenant: capped)
        let shared = try #require(try fixture.candidates(jobs: [JobID("j5")]).first)
        _ = try fixture.hedge(try #require(try fixture.lease([LedgerFixture.pick(shared)]).first))
        try fixture.ask(
            .setBreaker(
                BreakerRecord(
                    key: "store", state: .open, generation: 1, failures: 5,
                    retryAtMilliseconds: 7, reason: "it is full")))
        let second = try #require(try fixture.candidates(jobs: [JobID("j1")]).first)
        _ = try fixture.lease([LedgerFixture.pick(second)])
        #expect(try fixture.ledger.audit().findings == [])
        return try fixture.bytes()
    }

    /// What the audit finds after a statement that no trigger, check or foreign key was there to refuse.
    private func findings(_ sql: String) throws -> [AuditFinding] {
        let fixture = try LedgerFixture(AuditTests.busyLedger.get())
        var configuration = Configuration()
        configuration.foreignKeysEnabled = false
        try DatabaseQueue(path: fixture.path, configuration: configuration).write { database in
            let triggers = try String.fetchAll(
                database, sql: "SELECT name FROM sqlite_schema WHERE type = 'trigger'")
            for trigger in triggers { try database.execute(sql: "DROP TRIGGER \(trigger)") }
            try database.execute(sql: "PRAGMA ignore_check_constraints = 1")
            try database.execute(sql: sql)
            #expect(database.totalChangesCount > 0)
        }
        return try fixture.ledger.audit().findings
    }

    private func expectFound(_ tampering: Tampering) throws {
        let found = try findings(tampering.sql)
        #expect(
            found.contains {
                $0.invariant == tampering.invariant && $0.subject == tampering.subject
                    && $0.message.contains(tampering.message)
            }, "\(tampering.sql): \(found)")
    }

    private static let insertedEvent = """
        INSERT INTO event SELECT sequence + 1, at, tenant, job, position, kind, from_state,
        to_state, epoch, attempt, node, detail, sequence, hash FROM event
        ORDER BY sequence DESC LIMIT 1
        """
    private static let swappedEvents = """
        UPDATE event SET sequence = -1 WHERE sequence = 5;
        UPDATE event SET sequence = 5 WHERE sequence = 6; UPDATE event SET sequence = 6 WHERE sequence = -1
        """

    @Test(
        "a changed, removed, inserted or reordered event",
        arguments: [
            Tampering(
                "UPDATE event SET detail = 'nothing' WHERE sequence = 3", "I10", "event 3",
                "changed"),
            Tampering(
                "UPDATE event SET at = at + 1 WHERE sequence = 1", "I10", "event 1", "changed"),
            Tampering(
                "UPDATE event SET tenant = NULL WHERE sequence = 2", "I10", "event 2", "changed"),
            Tampering(
                "UPDATE event SET hash = zeroblob(32) WHERE sequence = 4", "I10", "event 4",
                "changed"),
            Tampering(
                "UPDATE event SET previous = 1 WHERE sequence = 5", "I10", "event 5",
                "does not follow"),
            Tampering("DELETE FROM event WHERE sequence = 3", "I10", "event 3", "missing"),
            Tampering("DELETE FROM event WHERE sequence = 1", "I10", "event 1", "missing"),
            Tampering(
                "DELETE FROM event WHERE sequence = (SELECT max(sequence) FROM event)", "I10",
                "j1.2",
                "newest event"),
            Tampering(insertedEvent, "I10", "event 48", "changed"),
            Tampering(swappedEvents, "I10", "event 5", "changed"),
        ])
    func events(tampering: Tampering) throws { try expectFound(tampering) }

    @Test("the newest events taken away together with what they did are missed at the head")
    func newestEvents() throws {
        let fixture = try LedgerFixture()
        _ = try fixture.ledger.enqueue([LedgerFixture.submission("j1")])
        let head = try fixture.ledger.audit()
        try fixture.raw("DROP TRIGGER event_kept; DELETE FROM event")
        let found = try fixture.ledger.audit()
        #expect(
            found.findings.contains {
                $0
                    == AuditFinding(
                        "I10", "ledger head", "the newest events are not those that it names")
            })
        #expect(head.sequence == 1 && head.head != nil && found.head != head.head)
    }

    @Test(
        "a unit that was changed by hand",
        arguments: [
            Tampering(
                "UPDATE work_unit SET state = 'ready', epoch = 2 WHERE id = 1 << 20 | 1", "I1",
                "j1.1", "completion"),
            Tampering(
                "UPDATE work_unit SET state = 'dead' WHERE id = 1 << 20 | 2", "I4", "j1.2", "state"),
            Tampering(
                "UPDATE work_unit SET state = 'cancelled' WHERE id = 1 << 20 | 3", "I4", "j1.3",
                "does not know"),
            Tampering(
                "UPDATE work_unit SET unmet = 2 WHERE id = 1 << 20 | 3", "I4", "j1.3", "unmet"),
            Tampering(
                "UPDATE work_unit SET fan_in = 2 WHERE id = 1 << 20 | 3", "I4", "j1.3", "unmet"),
            Tampering(
                "UPDATE work_unit SET epoch = 3 WHERE id = 1 << 20 | 2", "I3", "j1.2", "epoch"),
            Tampering(
                "UPDATE work_unit SET epoch = 2 WHERE id = 1 << 20 | 2", "I3", "j1.2", "owned"),
            Tampering(
                "UPDATE work_unit SET attempt = 2 WHERE id = 1 << 20 | 2", "I11", "j1.2", "attempts"
            ),
            Tampering(
                "UPDATE work_unit SET attempts_max = 1 WHERE id = 1 << 20 | 4", "I4", "j1.4",
                "attempts"),
            Tampering(
                "UPDATE work_unit SET node = 'b' WHERE id = 1 << 20 | 2", "I3", "j1.2", "held"),
            Tampering(
                "UPDATE work_unit SET rival_node = 'a' WHERE rival IS NOT NULL", "I3", "j5.1",
                "held"),
            Tampering(
                "UPDATE work_unit SET reason = 'x' WHERE id = 4 << 20 | 2", "I10", "j4.2", "reason"),
            Tampering(
                "UPDATE work_unit SET note = 'x' WHERE id = 4 << 20 | 2", "I10", "j4.2", "note"),
            Tampering(
                "UPDATE work_unit SET failure = 'x' WHERE state = 'dead'", "I10", "j3.1", "failure"),
            Tampering(
                "UPDATE work_unit SET started_at = 1 WHERE id = 1 << 20 | 2", "I10", "j1.2",
                "leased at"),
            Tampering(
                "UPDATE work_unit SET finished_at = 1 WHERE id = 4 << 20 | 2", "I10", "j4.2",
                "ended at"),
            Tampering(
                "UPDATE work_unit SET event = 1 WHERE id = 1 << 20 | 2", "I10", "j1.2",
                "newest event"),
            Tampering(
                "UPDATE work_unit SET content = zeroblob(32) WHERE id = 1 << 20 | 2", "I10", "j1.2",
                "in the plan"),
            Tampering(
                "UPDATE work_unit SET cpu_seconds = 9 WHERE id = 1 << 20 | 4", "I10", "j1.4",
                "in the plan"),
            Tampering(
                """
                UPDATE work_unit SET work = '{"stitch":{"rendition":"w"}}' WHERE id = 1 << 20 | 3
                """, "I10", "j1.3", "in the plan"),
            Tampering(
                "UPDATE work_unit SET kind = 'audio' WHERE id = 1 << 20 | 1", "I10", "j1.1",
                "in the plan"),
            Tampering(
                "UPDATE work_unit SET tenant = 'capped' WHERE id = 1 << 20 | 1", "I14", "j1.1",
                "name"),
            Tampering(
                "UPDATE work_unit SET queue = 3 WHERE id = 1 << 20 | 4", "I14", "j1.4", "name"),
            Tampering(
                "UPDATE work_unit SET priority = 3 WHERE id = 1 << 20 | 4", "I4", "j1.4", "order"),
            Tampering(
                "UPDATE work_unit SET content_key = 1 WHERE id = 1 << 20 | 4", "I1", "j1.4",
                "found by"),
            Tampering("DELETE FROM work_unit WHERE id = 1 << 20 | 4", "I5", "j1", "units"),
            Tampering("DELETE FROM work_unit WHERE id = 1 << 20 | 1", "I5", "j1", "units"),
        ])
    func units(tampering: Tampering) throws { try expectFound(tampering) }

    @Test(
        "a completion, dependency, job or plan that was changed by hand",
        arguments: [
            Tampering(
                "DELETE FROM completion WHERE unit = 1 << 20 | 1", "I1", "j1.1", "completion"),
            Tampering(
                "UPDATE completion SET sha256 = zeroblob(32) WHERE unit = 1 << 20 | 1", "I1",
                "j1.1",
                "artifact"),
            Tampering(
                "UPDATE completion SET attempt = 2 WHERE unit = 1 << 20 | 1", "I1", "j1.1",
                "artifact"),
            Tampering(
                "UPDATE completion SET epoch = 3 WHERE unit = 1 << 20 | 1", "I1", "j1.1", "epoch"),
            Tampering(
                "INSERT INTO completion SELECT 1 << 20 | 2, 1, 1, sha256, 1, 0, 0, 0, NULL, 1 FROM completion LIMIT 1",
                "I1", "j1.2", "completion"),
            Tampering(
                "INSERT INTO completion SELECT 99 << 20, 1, 1, sha256, 1, 0, 0, 0, NULL, 1 FROM completion LIMIT 1",
                "I1", "unit 103809024", "not there"),
            Tampering("DELETE FROM gate_unit WHERE gate = 1 << 20", "I4", "j1.3", "unmet"),
            Tampering("UPDATE gate SET left = 0 WHERE id = 1 << 20", "I4", "gate 1048576", "unmet"),
            Tampering("DELETE FROM gate WHERE id = 1 << 20", "I5", "j1.1", "not there"),
            Tampering(
                "UPDATE work_unit SET feeds = NULL WHERE id = 1 << 20 | 2", "I4", "gate 1048576",
                "unmet"),
            Tampering(
                "INSERT INTO gate_unit VALUES (1 << 20, 1 << 20 | 9)", "I5", "j1.9", "not there"),
            Tampering(
                "UPDATE job SET state = 'ready', finished_at = 1 WHERE id = 'j1'", "I6", "j1",
                "publish"),
            Tampering("UPDATE job SET state = 'running' WHERE id = 'j2'", "I4", "j2", "state"),
            Tampering(
                "UPDATE job SET finished_at = 1 WHERE id = 'j2'", "I10", "j2", "another time"),
            Tampering("UPDATE job SET failure = '{}' WHERE id = 'j3'", "I10", "j3", "failure"),
            Tampering("UPDATE job SET failed_position = 2 WHERE id = 'j3'", "I4", "j3", "not dead"),
            Tampering("UPDATE job SET reason = 'other' WHERE id = 'j4'", "I10", "j4", "reason"),
            Tampering("UPDATE job SET source = '{}' WHERE id = 'j1'", "I10", "j1", "source"),
            Tampering(
                "UPDATE job SET created_at = 1 WHERE id = 'j1'", "I10", "j1", "source or time"),
            Tampering("UPDATE job SET profile = '{}' WHERE id = 'j1'", "I10", "j1", "profile"),
            Tampering("UPDATE job SET units_total = 4 WHERE id = 'j1'", "I5", "j1", "units"),
            Tampering("UPDATE job SET class = 'backfill' WHERE id = 'j1'", "I14", "j1.1", "name"),
            Tampering(
                "UPDATE job SET content = (SELECT content FROM job WHERE id = 'j1') WHERE id = 'j2'; UPDATE job SET state = state",
                "I15", "j1", "same work"),
            Tampering(
                "UPDATE plan SET text = replace(text, 'publish', 'verify') WHERE job = 1", "I10",
                "j1", "plan"),
            Tampering("DELETE FROM plan WHERE job = 1", "I10", "j1", "plan"),
            Tampering("DELETE FROM job WHERE id = 'j1'", "I4", "j1.1", "not there"),
        ])
    func jobs(tampering: Tampering) throws {
        // The unique index would refuse two jobs of the same content.
        let drop = tampering.invariant == "I15" ? "DROP INDEX job_content;" : ""
        try expectFound(
            Tampering(
                drop + tampering.sql, tampering.invariant, tampering.subject, tampering.message))
    }

    @Test(
        "a tenant, slot or breaker that was changed by hand",
        arguments: [
            Tampering(
                "UPDATE tenant SET weight = 9 WHERE name = 'capped'", "I10", "tenant capped",
                "share"),
            Tampering(
                "UPDATE tenant SET cap = 99 WHERE name = 'capped'", "I10", "tenant capped", "share"),
            Tampering(
                "UPDATE tenant SET cap = 99 WHERE name = 'default'", "I10", "tenant default",
                "share"),
            Tampering("DELETE FROM slot WHERE slot = 1", "I17", "j5.1", "slot"),
            Tampering(
                "UPDATE slot SET unit = 1 << 20 | 2 WHERE slot = 1", "I17", "tenant 1, slot 1",
                "not that"),
            Tampering(
                "INSERT INTO slot VALUES (1, 9, 1 << 20 | 2)", "I17", "tenant 1, slot 9", "not that"
            ),
            Tampering(
                "UPDATE work_unit SET rival_slot = NULL WHERE rival IS NOT NULL", "I17", "j5.1",
                "slot"),
            Tampering("UPDATE breaker SET state = 'closed'", "I10", "breaker store", "history"),
            Tampering("UPDATE breaker SET generation = 2", "I10", "breaker store", "history"),
            Tampering(
                "UPDATE breaker SET reason = 'all is well'", "I10", "breaker store", "history"),
            Tampering(
                "UPDATE ledger_head SET sequence = sequence + 1", "I10", "ledger head", "newest"),
        ])
    func others(tampering: Tampering) throws { try expectFound(tampering) }

    @Test(
        "in a long history, whose links are checked by several threads, the changed event is named too"
    )
    func longHistory() throws {
        let fixture = try LedgerFixture()
        try fixture.ledger.setTenant(.standard, weight: 1, cap: nil)
        let breakers = (0..<24_000).map { number in
            LedgerOperation.setBreaker(
                BreakerRecord(
                    key: "b\(number)", state: .open, generation: 1, failures: 1,
                    retryAtMilliseconds: 0, reason: "x"))
        }
        _ = try fixture.ledger.perform(breakers)
        #expect(try fixture.ledger.audit().findings == [])
        for sequence in [1, 12_000, 12_001, 24_001] {
            try fixture.raw(
                """
                DROP TRIGGER IF EXISTS event_fixed;
                UPDATE event SET at = at + 1 WHERE sequence = \(sequence)
                """)
            #expect(
                try fixture.ledger.audit().findings == [
                    AuditFinding(
                        "I10", "event \(sequence)",
                        "the event, or the one before it, was changed after it was written")
                ])
            try fixture.raw("UPDATE event SET at = at - 1 WHERE sequence = \(sequence)")
        }
    }

    @Test("the report tells how much it saw, and what to keep")
    func report() throws {
        let fixture = try LedgerFixture(AuditTests.busyLedger.get())
        let report = try fixture.ledger.audit()
        #expect(report.jobs == 5)
        #expect(report.units == 5 + 4 + 5 + 5 + 5)
        #expect(report.completions == 2 + 4 + 1 + 1 + 1)
        let events = try fixture.events()
        #expect(report.events == events.count)
        #expect(report.sequence == events.last?.sequence)
        #expect(report.head == events.last?.hash)
        #expect(report.headMilliseconds == events.last?.atMilliseconds)
        #expect(report.nowMilliseconds == fixture.time.now)
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
