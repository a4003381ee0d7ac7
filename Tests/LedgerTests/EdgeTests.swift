import GRDB
import Ledger
import Testing
import TranscodeModel

@Suite("I4: states move only along the drawn arrows")
struct EdgeTests {
    /// Brings unit 1 of a job into a state, by the API.
    private func unit(in state: UnitState) throws -> (LedgerFixture, Int) {
        let fixture = try LedgerFixture()
        try fixture.runningJob()
        switch state {
        case .ready: break
        case .blocked: return (fixture, 3)
        case .leased: _ = try fixture.leaseNext()
        case .done:
            let lease = try #require(try fixture.leaseNext())
            _ = try fixture.ledger.complete(lease, artifact: LedgerFixture.artifact())
        case .dead:
            let lease = try #require(try fixture.leaseNext())
            _ = try fixture.ledger.fail(
                lease, failure: Failure(.permanent, .undecodable, "x"), retryAfterMilliseconds: nil)
        case .cancelled: _ = try fixture.ledger.cancel(JobID("j1"), reason: "test")
        }
        #expect(try fixture.state(1) == state)
        return (fixture, 1)
    }

    private static let unitEdges: Set<[UnitState]> = [
        [.blocked, .ready], [.blocked, .cancelled], [.ready, .leased], [.ready, .cancelled],
        [.leased, .done], [.leased, .ready], [.leased, .dead], [.leased, .cancelled],
    ]

    @Test("every other pair of unit states is refused", arguments: UnitState.allCases)
    func unitEdges(from: UnitState) throws {
        for to in UnitState.allCases where from != to && !EdgeTests.unitEdges.contains([from, to]) {
            let (fixture, position) = try unit(in: from)
            // The most plausible statement: everything else that the new state asks for is set too.
            let owned = to == .leased || to == .done
            let wasOwned = from == .leased || from == .done
            #expect(throws: DatabaseError.self, "\(from) to \(to)") {
                try fixture.raw(
                    """
                    UPDATE work_unit SET state = '\(to.rawValue)', unmet = \(to == .blocked ? 1 : 0),
                    epoch = epoch + \(owned == wasOwned ? 0 : 1),
                    node = \(to == .leased ? "'a'" : "NULL"),
                    lease_until = \(to == .leased ? "9" : "NULL") WHERE position = \(position)
                    """)
            }
        }
    }

    @Test("the drawn pairs of job states and no others", arguments: JobState.allCases)
    func jobEdges(from: JobState) throws {
        let edges: Set<[JobState]> = [
            [.planning, .running], [.planning, .failed], [.planning, .cancelled],
            [.running, .ready], [.running, .failed], [.running, .cancelled],
        ]
        for to in JobState.allCases where from != to && !edges.contains([from, to]) {
            let fixture = try LedgerFixture()
            if from == .planning {
                _ = try fixture.ledger.enqueue([LedgerFixture.submission("j1")])
            } else {
                try fixture.runningJob(encodes: 1)
            }
            switch from {
            case .planning, .running: break
            case .ready:
                while let lease = try fixture.leaseNext() {
                    _ = try fixture.ledger.complete(lease, artifact: LedgerFixture.artifact())
                }
            case .failed:
                let lease = try #require(try fixture.leaseNext())
                _ = try fixture.ledger.fail(
                    lease, failure: Failure(.permanent, .undecodable, "x"),
                    retryAfterMilliseconds: nil)
            case .cancelled: _ = try fixture.ledger.cancel(JobID("j1"), reason: "test")
            }
            #expect(try fixture.ledger.job(JobID("j1"))?.state == from)
            let isFinal = to.isFinal
            #expect(throws: DatabaseError.self, "\(from) to \(to)") {
                try fixture.raw(
                    """
                    UPDATE job SET state = '\(to.rawValue)',
                    finished_at = \(isFinal ? "7" : "NULL"),
                    failure = \(to == .failed ? "'{}'" : "NULL")
                    """)
            }
        }
    }

    @Test(
        "rows of the ledger are never deleted, and history never changes",
        arguments: [
            "DELETE FROM job", "DELETE FROM work_unit", "DELETE FROM completion",
            "DELETE FROM event", "DELETE FROM dependency", "UPDATE event SET detail = 'x'",
            "UPDATE completion SET bytes = 2", "UPDATE dependency SET waits_on = 0",
            "UPDATE work_unit SET kind = 'audio' WHERE position = 1",
            "UPDATE work_unit SET epoch = epoch + 2 WHERE position = 2",
            "UPDATE work_unit SET attempt = 0 WHERE position = 1",
            "UPDATE job SET destination = '/elsewhere'", "UPDATE job SET plan = '{}'",
            "UPDATE work_unit SET unmet = 0 WHERE position = 3",
        ])
    func fixedRows(sql: String) throws {
        let fixture = try LedgerFixture()
        try fixture.runningJob()
        let lease = try #require(try fixture.leaseNext())
        _ = try fixture.ledger.complete(lease, artifact: LedgerFixture.artifact())
        #expect(throws: DatabaseError.self) { try fixture.raw(sql, foreignKeys: false) }
        #expect(try fixture.ledger.audit().findings == [])
    }
}
