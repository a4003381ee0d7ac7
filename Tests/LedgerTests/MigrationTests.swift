import Foundation
import GRDB
import Glibc
import Testing
import TranscodeModel

@testable import Ledger

@Suite("A ledger of an older released schema is refused, until it is migrated")
struct MigrationTests {
    private static let allDead: NodeObituary = { _ in true }

    private func clock(_ older: OlderLedger) -> LedgerClock {
        let time = older.time
        return LedgerClock { time.now }
    }

    /// The text of a schema's things by name, without what a person may write as he likes.
    private func schema(_ path: String) throws -> [String: String] {
        try DatabaseQueue(path: path).read { database in
            let rows = try Row.fetchAll(
                database, sql: "SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL")
            return Dictionary(
                uniqueKeysWithValues: rows.map { row in
                    let (name, sql): (String, String) = (row[0], row[1])
                    let bare = sql.split(separator: "\n").map { line in
                        line.split(separator: "--", omittingEmptySubsequences: false)[0]
                    }.joined(separator: " ").replacing("\"", with: "").filter { !$0.isWhitespace }
                    return (name, bare)
                })
        }
    }

    @Test("opening it is refused with what to do, and leaves every row and file as it is")
    func refused() throws {
        let older = try OlderLedger(schema: 2)
        let (before, files) = (try older.dump(), try older.files)
        let failure = #expect(throws: LedgerFailure.self) {
            try SQLiteLedger.open(at: older.path)
        }
        #expect(failure?.code == .olderSchema)
        #expect(failure?.message.contains("reelmill ledger migrate") == true)
        #expect(try older.dump() == before)
        #expect(try older.files == files)
        #expect(try older.value(Int.self, "PRAGMA user_version") == 2)
    }

    @Test("what an unreleased build made is refused by opening and by migrating, and left alone")
    func unreleased() throws {
        let older = try OlderLedger(schema: 2)
        try DatabaseQueue(path: older.path).writeWithoutTransaction {
            try $0.execute(sql: "PRAGMA user_version = 1")
        }
        let before = try older.dump()
        let attempts: [() throws -> Void] = [
            { _ = try SQLiteLedger.open(at: older.path) },
            { _ = try SQLiteLedger.migrate(at: older.path, isDead: Self.allDead) },
        ]
        for attempt in attempts {
            let failure = #expect(throws: LedgerFailure.self) { try attempt() }
            #expect(failure?.code == .olderSchema)
            #expect(failure?.message.contains("unreleased Reelmill") == true)
        }
        #expect(try older.dump() == before)
        #expect(try older.files == ["ledger.sqlite"])
    }

    @Test("a database of another program is neither opened nor migrated")
    func foreign() throws {
        let older = try OlderLedger(schema: 2)
        try DatabaseQueue(path: older.path).writeWithoutTransaction {
            try $0.execute(sql: "PRAGMA user_version = 0")
        }
        #expect(throws: LedgerFailure.self) { try SQLiteLedger.open(at: older.path) }
        #expect(throws: LedgerFailure.self) {
            try SQLiteLedger.migrate(at: older.path, isDead: Self.allDead)
        }
        #expect(try older.value(Int.self, "PRAGMA user_version") == 0)
    }

    @Test("a step leads from each released schema to the next")
    func steps() {
        #expect(Schema.steps.map(\.from) == Array(Schema.firstReleased..<Schema.version))
    }

    @Test(
        "every released schema becomes that of a new ledger, its rows pass the audit, and a copy of it stays"
    )
    func migrated() throws {
        for version in Schema.firstReleased..<Schema.version {
            let older = try OlderLedger(schema: version)
            let before = try older.dump()
            let report = try SQLiteLedger.migrate(at: older.path, isDead: Self.allDead)
            #expect(report.from == version)
            #expect(report.to == Schema.version)
            #expect(report.ledger.jobs == 5)
            let ledger = try SQLiteLedger.open(at: older.path, clock: clock(older))
            #expect(try ledger.audit().findings == [])
            let counts: [JobState: Int] = [
                .ready: 1, .failed: 1, .cancelled: 1, .running: 1, .planning: 1,
            ]
            #expect(try ledger.jobCounts() == counts)
            let fresh = try LedgerFixture()
            #expect(try schema(older.path) == schema(fresh.path))
            // The copy is the ledger of before.
            let backup = try #require(report.backup)
            #expect(try OlderLedger.dump(backup) == before)
            #expect(throws: LedgerFailure.self) { try SQLiteLedger.open(at: backup) }
        }
    }

    @Test("the jobs that were under way are finished after it")
    func finished() throws {
        let older = try OlderLedger(schema: 2)
        _ = try SQLiteLedger.migrate(at: older.path, isDead: Self.allDead)
        let ledger = try SQLiteLedger.open(at: older.path, clock: clock(older))
        // The nodes are gone: their two leases of one unit are taken back, one after the other.
        for _ in 0..<2 {
            let lost =
                try ledger.leases(ofNode: NodeID("a"))
                + ledger.leases(ofNode: NodeID("b"))
            let lease = try #require(lost.first)
            _ = try ledger.perform([
                .release(
                    Release(
                        token: lease.token, ground: .nodeDied(lease.node),
                        verdict: LedgerFixture.retry(returnsAttempt: true), failure: nil,
                        reason: "it died"))
            ])
        }
        var steps = 0
        while steps < 50, try ledger.job(JobID("running"))?.state != .ready {
            steps += 1
            let survey = try ledger.survey(
                SurveyRequest(
                    node: NodeID("c"), jobs: [JobID("running")], candidatesMaximum: 1,
                    stragglersMaximum: 0))
            let next = try #require(survey.candidates.first)
            guard
                case .leased(let leases) = try ledger.perform([
                    .lease(
                        [LedgerFixture.pick(next)], node: NodeID("c"), durationMilliseconds: 1000)
                ])[0], let lease = leases.first
            else { break }
            let artifact = LedgerFixture.artifact("\(lease.unit)")
            _ = try ledger.perform([
                .complete(Completion(token: lease.token, artifact: artifact, planned: nil))
            ])
        }
        #expect(try ledger.job(JobID("running"))?.state == .ready)
        #expect(try ledger.audit().findings == [])
    }

    @Test("a second migration does nothing and makes no second copy")
    func again() throws {
        let older = try OlderLedger(schema: 2)
        _ = try SQLiteLedger.migrate(at: older.path, isDead: Self.allDead)
        let files = try older.files
        let report = try SQLiteLedger.migrate(at: older.path, isDead: Self.allDead)
        #expect(report.backup == nil)
        #expect(report.from == report.to)
        #expect(try older.files == files)
    }

    @Test("it is refused while a node may be alive, and names the node")
    func alive() throws {
        let older = try OlderLedger(schema: 2)
        let before = try older.dump()
        let failure = #expect(throws: LedgerFailure.self) {
            try SQLiteLedger.migrate(at: older.path) { $0.id.text == "a" }
        }
        #expect(failure?.code == .busy)
        #expect(failure?.message.contains("node b") == true)
        #expect(try older.dump() == before)
        #expect(try older.files == ["ledger.sqlite"])
    }

    @Test("it is refused while anybody has the ledger open, though no node is alive")
    func opened() throws {
        let older = try OlderLedger(schema: 2)
        let before = try older.dump()
        // As a connection holds it (sqlite.org/walformat.html, section 2.3); this process's own locks would not be seen.
        let file = open(older.path, O_RDWR | O_CLOEXEC)
        // F_OFD_SETLK of Linux, which Glibc does not pass on: a lock of the open file, and not of the process.
        let setOwnLock: Int32 = 37
        defer { close(file) }
        var lock = flock()
        lock.l_type = Int16(F_RDLCK)
        lock.l_whence = Int16(SEEK_SET)
        lock.l_start = 0x4000_0002
        lock.l_len = 1
        #expect(fcntl(file, setOwnLock, &lock) == 0)
        let failure = #expect(throws: LedgerFailure.self) {
            try SQLiteLedger.migrate(at: older.path, isDead: Self.allDead)
        }
        #expect(failure?.code == .busy)
        lock.l_type = Int16(F_UNLCK)
        #expect(fcntl(file, setOwnLock, &lock) == 0)
        #expect(try older.dump() == before)
        #expect(try older.files == ["ledger.sqlite"])
        #expect(try SQLiteLedger.migrate(at: older.path, isDead: Self.allDead).from == 2)
    }

    @Test("a copy that an interrupted migration left is not replaced")
    func keepsCopies() throws {
        let older = try OlderLedger(schema: 2)
        let first = older.path + ".schema2-backup"
        try Data("what was there".utf8).write(to: URL(fileURLWithPath: first))
        let report = try SQLiteLedger.migrate(at: older.path, isDead: Self.allDead)
        #expect(report.backup == first + "-2")
        #expect(try Data(contentsOf: URL(fileURLWithPath: first)) == Data("what was there".utf8))
    }

    @Test(
        "a ledger with a changed row, a lost reference or a forged history stays as it is",
        arguments: [
            "UPDATE completion SET attempt = 2 WHERE unit = 1048577",
            "UPDATE job SET tenant = 'nobody' WHERE id = 'failed'",
            "UPDATE event SET detail = 'forged' WHERE sequence = 27",
        ])
    func unsound(_ damage: String) throws {
        let older = try OlderLedger(schema: 2)
        var configuration = Configuration()
        configuration.foreignKeysEnabled = false
        try DatabaseQueue(path: older.path, configuration: configuration).writeWithoutTransaction {
            for name in try String.fetchAll(
                $0, sql: "SELECT name FROM sqlite_schema WHERE type = 'trigger'")
            {
                try $0.execute(sql: "DROP TRIGGER \(name)")
            }
            try $0.execute(sql: damage)
        }
        let before = try older.dump()
        let failure = #expect(throws: LedgerFailure.self) {
            try SQLiteLedger.migrate(at: older.path, isDead: Self.allDead)
        }
        #expect(failure?.code == .corrupt)
        #expect(try older.dump() == before)
        #expect(try older.value(Int.self, "PRAGMA user_version") == 2)
        #expect(try older.files == ["ledger.sqlite"])
    }
}
