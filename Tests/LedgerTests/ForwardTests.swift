import Foundation
import GRDB
import Testing
import TranscodeModel

@testable import Ledger

@Suite("A ledger of an older version is brought forward")
struct ForwardTests {
    /// Writes the rule of version 1 into the schema of a new ledger, which is all that version 2 has changed.
    private func makeOld(_ fixture: LedgerFixture) throws {
        try DatabaseQueue(path: fixture.path).write { database in
            let number = try Int.fetchOne(database, sql: "PRAGMA schema_version") ?? 0
            try database.execute(
                sql: """
                    PRAGMA writable_schema = ON;
                    UPDATE sqlite_schema SET sql = replace(sql, 'OR kind = ''text'' ', '')
                        WHERE name = 'work_unit';
                    PRAGMA schema_version = \(number + 1);
                    PRAGMA writable_schema = OFF;
                    PRAGMA user_version = 1;
                    """)
        }
    }

    private func definition(_ fixture: LedgerFixture) throws -> String? {
        try fixture.rawValue(
            String.self, "SELECT sql FROM sqlite_schema WHERE name = 'work_unit'")
    }

    private func planText(_ fixture: LedgerFixture, _ job: String) throws {
        _ = try fixture.ledger.enqueue([LedgerFixture.submission(job)])
        let probe = try #require(try fixture.leaseNext())
        var plan = LedgerFixture.plan(encodes: 1)
        plan.units[0].work = .text
        _ = try fixture.complete(probe, planned: LedgerFixture.planned(plan))
        #expect(try fixture.ledger.units(ofJob: JobID(job)).map(\.kind).contains(.text))
    }

    @Test("version 1 becomes the version that knows text, with its rows as they were")
    func text() throws {
        let fixture = try LedgerFixture()
        try fixture.runningJob("old", encodes: 1)
        let before = try #require(try definition(fixture))
        try makeOld(fixture)
        #expect(try definition(fixture) != before)
        let again = try LedgerFixture(try fixture.bytes())
        #expect(try again.rawValue(Int.self, "PRAGMA user_version") == Schema.version)
        #expect(try definition(again) == before)
        #expect(try again.rawValue(String.self, "PRAGMA integrity_check") == "ok")
        #expect(try again.ledger.units(ofJob: JobID("old")).count == 4)
        #expect(try again.ledger.audit().findings == [])
    }

    @Test("a new ledger takes units of text, and an audit finds nothing wrong with them")
    func fresh() throws {
        let fixture = try LedgerFixture()
        try planText(fixture, "new")
        #expect(try fixture.ledger.audit().findings == [])
    }

    @Test("and so does one that was brought forward")
    func forward() throws {
        let fixture = try LedgerFixture()
        try makeOld(fixture)
        let again = try LedgerFixture(try fixture.bytes())
        try planText(again, "new")
        #expect(try again.ledger.audit().findings == [])
    }
}
