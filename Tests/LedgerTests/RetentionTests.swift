import ContentDigest
import Ledger
import Testing
import TranscodeModel

@Suite("What was given up: the schema refuses it, and the audit finds who needs it")
struct RetentionTests {
    private static let now = RetentionPolicy(
        readyMilliseconds: 0, failedMilliseconds: 0, cancelledMilliseconds: 0)

    /// One job that was given up, and a running one with a leased unit.
    private func fixture() throws -> LedgerFixture {
        let fixture = try LedgerFixture()
        try fixture.runningJob("old", encodes: 1)
        let lease = try #require(try fixture.leaseNext())
        _ = try fixture.complete(lease, LedgerFixture.artifact("made"))
        _ = try fixture.ledger.cancel(JobID("old"), reason: "enough")
        fixture.time.pass(5)
        _ = try fixture.ledger.condemn(Self.now)
        // The new job's probe makes the same bytes as the old one's, which must be gone before.
        _ = try fixture.ledger.removeCondemned(limit: 10) {
            $0.filter { $0.digest == Digest.sha256("index") }
        }
        fixture.time.pass(5)
        try fixture.runningJob("new", encodes: 1)
        return fixture
    }

    @Test("a completion of it that passes the driver by is refused by the schema")
    func trigger() throws {
        let fixture = try fixture()
        let lease = try #require(try fixture.leaseNext())
        let completion = """
            INSERT INTO completion SELECT id, epoch, holder, \
            (SELECT sha256 FROM condemned WHERE sha256 = X'\(Digest.sha256("made").hex)'), 5, 0, 0, 0, NULL, 1 \
            FROM work_unit WHERE state = 'leased'
            """
        let error = #expect(throws: (any Error).self) { try fixture.raw(completion) }
        let words = String(describing: error)
        #expect(words.contains("the artifact was given up"), "\(words)")
        #expect(
            try fixture.complete(lease, LedgerFixture.artifact("other")) == .committed(.running))
    }

    @Test("the audit names the unit of a job under way that needs it")
    func needed() throws {
        let fixture = try fixture()
        let lease = try #require(try fixture.leaseNext())
        _ = try fixture.complete(lease, LedgerFixture.artifact("mine"))
        try fixture.raw(
            "INSERT INTO condemned VALUES (X'\(Digest.sha256("mine").hex)', 'default', 4, 1, NULL)")
        let findings = try fixture.ledger.audit().findings
        #expect(findings.map(\.invariant) == ["I18"])
        #expect(findings.first?.subject == "new.1")
    }

    @Test(
        "what is said of it stays as it was said, and is said of ended jobs only",
        arguments: [
            "UPDATE collected SET at = 7", "DELETE FROM collected",
            "INSERT INTO collected SELECT number, tenant, id, 1, 'x', 1 FROM job WHERE id = 'new'",
        ])
    func fixed(_ sql: String) throws {
        let fixture = try fixture()
        #expect(throws: (any Error).self) { try fixture.raw(sql) }
        #expect(try fixture.ledger.audit().findings == [])
    }

    @Test("one that was changed behind the ledger's back is found")
    func tampered() throws {
        let fixture = try fixture()
        try fixture.raw("DROP TRIGGER collected_fixed; UPDATE collected SET note = 'nothing'")
        let findings = try fixture.ledger.audit().findings
        #expect(findings.map(\.invariant) == ["I10"])
        #expect(findings.first?.subject == "artifacts of old")
    }

    @Test("nothing is remembered of what is gone once no lease from before is left")
    func forgotten() throws {
        let fixture = try fixture()
        let lease = try #require(try fixture.leaseNext())
        fixture.time.pass(1)
        #expect(try fixture.ledger.removeCondemned(limit: 10) { $0 } == 1)
        _ = try fixture.ledger.condemn(Self.now)
        #expect(try fixture.rawValue(Int.self, "SELECT count(*) FROM condemned") == 1)
        _ = try fixture.complete(lease, LedgerFixture.artifact("mine"))
        _ = try fixture.ledger.condemn(Self.now)
        #expect(try fixture.rawValue(Int.self, "SELECT count(*) FROM condemned") == 0)
    }
}
