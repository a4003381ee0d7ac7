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
            _ = try fixture.complete(lease)
        case .dead:
            let lease = try #require(try fixture.leaseNext())
            _ = try fixture.die(lease, Failure(.permanent, .undecodable, "x"))
        case .cancelled: _ = try fixture.ledger.cancel(JobID("j1"), reason: "test")
        }
        #expect(try fixture.state(1) == state)
        return (fixture, 1)
    }

    private static let unitEdges: Set<[UnitState]> = [
        [.blocked, .ready], [.blocked, .cancelled], [.ready, .leased], [.ready, .cancelled],
        [.leased, .done], [.leased, .ready], [.leased, .dead], [.leased, .cancelled],
    ]

    /// The most plausible statement: everything else that the new state asks for is set too.
    private func move(_ position: Int, from: UnitState, to: UnitState) -> String {
        let owned = to == .leased || to == .done
        let wasOwned = from == .leased || from == .done
        let isLeased = to == .leased
        return """
            UPDATE work_unit SET state = '\(to.rawValue)', unmet = \(to == .blocked ? 1 : 0),
            epoch = epoch + \(owned == wasOwned ? 0 : 1), attempt = attempt + \(isLeased ? 1 : 0),
            holder = \(isLeased ? "attempt + 1" : "NULL"), node = \(isLeased ? "'a'" : "NULL"),
            lease_until = \(isLeased ? "9" : "NULL"), finished_at = \(to.isFinal ? "7" : "NULL"),
            event = (SELECT reelmill_next()) WHERE id = 1 << 20 | \(position)
            """
    }

    @Test("every other pair of unit states is refused", arguments: UnitState.allCases)
    func unitEdges(from: UnitState) throws {
        for to in UnitState.allCases where from != to && !EdgeTests.unitEdges.contains([from, to]) {
            let (fixture, position) = try unit(in: from)
            #expect(throws: DatabaseError.self, "\(from) to \(to)") {
                try fixture.raw(move(position, from: from, to: to))
            }
        }
    }

    @Test("the same statement goes along every drawn arrow, but is no completion")
    func drawnEdges() throws {
        for edge in EdgeTests.unitEdges {
            let (fixture, position) = try unit(in: edge[0])
            let sql = move(position, from: edge[0], to: edge[1])
            if edge[1] == .done {
                #expect(throws: DatabaseError.self) { try fixture.raw(sql) }
            } else {
                try fixture.raw(sql)
                #expect(try fixture.state(position) == edge[1])
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
                    _ = try fixture.complete(lease)
                }
            case .failed:
                let lease = try #require(try fixture.leaseNext())
                _ = try fixture.die(lease, Failure(.permanent, .undecodable, "x"))
            case .cancelled: _ = try fixture.ledger.cancel(JobID("j1"), reason: "test")
            }
            #expect(try fixture.ledger.job(JobID("j1"))?.state == from)
            let isFinal = to.isFinal
            #expect(throws: DatabaseError.self, "\(from) to \(to)") {
                try fixture.raw(
                    """
                    UPDATE job SET state = '\(to.rawValue)', event = (SELECT reelmill_next()),
                    finished_at = \(isFinal ? "7" : "NULL"),
                    failure = \(to == .failed ? "'{}'" : "NULL"),
                    failed_position = \(to == .failed ? "1" : "NULL")
                    """)
            }
        }
    }

    @Test(
        "rows of the ledger are never deleted, and history never changes",
        arguments: [
            "DELETE FROM job", "DELETE FROM work_unit", "DELETE FROM completion",
            "DELETE FROM event", "DELETE FROM gate", "DELETE FROM gate_unit", "DELETE FROM plan",
            "DELETE FROM tenant",
            "UPDATE event SET detail = 'x'", "UPDATE completion SET bytes = 2",
            "UPDATE gate_unit SET unit = unit - 1", "UPDATE gate SET id = id + 5",
            "UPDATE plan SET text = '{}'",
            "UPDATE work_unit SET kind = 'audio' WHERE id & 1048575 = 1",
            "UPDATE work_unit SET epoch = epoch + 2 WHERE id & 1048575 = 2",
            "UPDATE work_unit SET attempt = 0 WHERE id & 1048575 = 1",
            "UPDATE work_unit SET note = 'x' WHERE id & 1048575 = 1",
            "UPDATE work_unit SET event = 0 WHERE id & 1048575 = 1",
            "UPDATE work_unit SET content = zeroblob(32)", "UPDATE work_unit SET fan_in = 0",
            "UPDATE job SET destination = '/elsewhere'", "UPDATE job SET priority = 9",
            "UPDATE job SET state = 'ready', finished_at = 1, event = (SELECT reelmill_next())",
            "UPDATE job SET state = 'cancelled', finished_at = 1, event = (SELECT reelmill_next())",
            "UPDATE job SET units_total = 99",
            "UPDATE work_unit SET unmet = 0 WHERE id & 1048575 = 3",
            "INSERT INTO plan VALUES (1, '{}')",
            "INSERT INTO gate_unit VALUES (1 << 20, 1 << 20 | 2)", "UPDATE gate SET opened = 1",
            "INSERT INTO gate (id, left) VALUES (1 << 20 | 9, 1)",
            "UPDATE work_unit SET feeds = NULL",
            "UPDATE work_unit SET slot = 1 WHERE state = 'ready'",
            "UPDATE work_unit SET delayed = 1 WHERE state = 'blocked'",
        ])
    func fixedRows(sql: String) throws {
        let fixture = try LedgerFixture()
        try fixture.runningJob()
        let lease = try #require(try fixture.leaseNext())
        _ = try fixture.complete(lease)
        #expect(throws: DatabaseError.self) { try fixture.raw(sql, foreignKeys: false) }
        #expect(try fixture.ledger.audit().findings == [])
    }
}
