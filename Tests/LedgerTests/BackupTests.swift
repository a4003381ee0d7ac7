import Foundation
import GRDB
import Glibc
import Synchronization
import Testing
import TranscodeModel

@testable import Ledger

@Suite("A backup is the ledger of one moment; restoring it puts it in place, and the other aside")
struct BackupTests {
    private static let allDead: NodeObituary = { _ in true }

    /// Opened and let go, so that no connection is left.
    private func withLedger<Value>(
        _ path: String, _ body: (SQLiteLedger) throws -> Value
    ) throws -> Value {
        try body(try SQLiteLedger.open(at: path, clock: LedgerClock { 2_000_000 }))
    }

    private func folder() throws -> String {
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "backup-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        return folder
    }

    private func remove(_ folder: String) {
        do { try FileManager.default.removeItem(atPath: folder) } catch {
            Issue.record("\(folder) cannot be removed: \(error)")
        }
    }

    private func enqueue(_ ledger: SQLiteLedger, _ names: [String]) throws {
        _ = try ledger.enqueue(names.map { LedgerFixture.submission($0) })
    }

    @Test("a copy made while others write is sound, of one moment, and one file")
    func whileWriting() throws {
        let fixture = try LedgerFixture()
        try fixture.runningJob(encodes: 40)
        let ledger = fixture.ledger
        let isOver = Atomic(false)
        let writer = Thread {
            var number = 0
            while !isOver.load(ordering: .acquiring) {
                number += 1
                do {
                    _ = try ledger.enqueue([LedgerFixture.submission("w\(number)")])
                } catch { Issue.record("\(error)") }
            }
            isOver.store(false, ordering: .releasing)
        }
        writer.start()
        let folder = URL(fileURLWithPath: fixture.path).deletingLastPathComponent().path
        for number in 0..<5 {
            let copy = "\(folder)/copy-\(number)"
            let summary = try ledger.backUp(to: copy)
            let again = try SQLiteLedger.open(at: copy)
            let audit = try again.audit()
            #expect(audit.findings == [])
            #expect(audit.sequence == summary.sequence)
            #expect(audit.head?.hex == summary.head)
            #expect(audit.jobs == summary.jobs)
        }
        isOver.store(true, ordering: .releasing)
        while isOver.load(ordering: .acquiring) { usleep(1000) }
        #expect(try ledger.audit().findings == [])
    }

    @Test("nothing is replaced, and what cannot be written leaves nothing behind")
    func neverReplaces() throws {
        let fixture = try LedgerFixture()
        let folder = URL(fileURLWithPath: fixture.path).deletingLastPathComponent().path
        let name = folder + "/taken"
        try Data("mine".utf8).write(to: URL(fileURLWithPath: name))
        let failure = #expect(throws: LedgerFailure.self) { try fixture.ledger.backUp(to: name) }
        #expect(failure?.code == .refused)
        #expect(try Data(contentsOf: URL(fileURLWithPath: name)) == Data("mine".utf8))
        #expect(throws: LedgerFailure.self) {
            try fixture.ledger.backUp(to: folder + "/none/copy")
        }
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder).filter {
                $0.contains("partial")
            } == [])
    }

    @Test(
        "a restored ledger is that of the backup, and the other one is kept whole, with what it was ahead"
    )
    func restored() throws {
        let folder = try folder()
        defer { remove(folder) }
        let (path, copy) = (folder + "/ledger.sqlite", folder + "/copy")
        try withLedger(path) { ledger throws in
            try enqueue(ledger, ["one", "two"])
            _ = try ledger.backUp(to: copy)
            try enqueue(ledger, ["three"])
        }
        let report = try SQLiteLedger.restore(from: copy, at: path, isDead: Self.allDead)
        #expect(report.eventsAhead == 1)
        #expect(report.jobsAhead == 1)
        try withLedger(path) { ledger throws in
            #expect(try ledger.jobs(JobQuery()).map(\.id.text).sorted() == ["one", "two"])
            #expect(try ledger.audit().findings == [])
            try enqueue(ledger, ["four"])
        }
        try withLedger(try #require(report.setAside)) { ledger throws in
            #expect(try ledger.jobs(JobQuery()).map(\.id.text).sorted() == ["one", "three", "two"])
            #expect(try ledger.audit().findings == [])
        }
        // The backup is still what it was.
        #expect(
            try SQLiteLedger.restore(from: copy, at: path, isDead: Self.allDead).ledger.jobs == 2)
    }

    @Test("where no ledger is, the backup is put in place")
    func lostLedger() throws {
        let folder = try folder()
        defer { remove(folder) }
        let copy = folder + "/copy"
        try withLedger(folder + "/ledger.sqlite") { ledger throws in
            try enqueue(ledger, ["one"])
            _ = try ledger.backUp(to: copy)
        }
        let report = try SQLiteLedger.restore(
            from: copy, at: folder + "/other.sqlite", isDead: Self.allDead)
        #expect(report.setAside == nil)
        try withLedger(folder + "/other.sqlite") { ledger throws in
            #expect(try ledger.jobCounts() == [.planning: 1])
        }
    }

    @Test(
        "a ledger that is damaged is set aside with its log, which does not touch the restored one")
    func damaged() throws {
        let folder = try folder()
        defer { remove(folder) }
        let (path, copy) = (folder + "/ledger.sqlite", folder + "/copy")
        try withLedger(path) { ledger throws in
            try enqueue(ledger, ["one"])
            _ = try ledger.backUp(to: copy)
        }
        let rubbish = Data(repeating: 7, count: 8192)
        try rubbish.write(to: URL(fileURLWithPath: path))
        try rubbish.write(to: URL(fileURLWithPath: path + "-wal"))
        let report = try SQLiteLedger.restore(from: copy, at: path, isDead: Self.allDead)
        #expect(report.before == nil)
        let aside = try #require(report.setAside)
        #expect(try Data(contentsOf: URL(fileURLWithPath: aside)) == rubbish)
        #expect(try Data(contentsOf: URL(fileURLWithPath: aside + "-wal")) == rubbish)
        try withLedger(path) { ledger throws in
            #expect(try ledger.audit().findings == [])
        }
    }

    @Test("it is refused while a node may be alive, and while anybody has the ledger open")
    func inUse() throws {
        let fixture = try LedgerFixture()
        let folder = URL(fileURLWithPath: fixture.path).deletingLastPathComponent().path
        let copy = folder + "/copy"
        _ = try fixture.ledger.backUp(to: copy)
        let other = folder + "/other.sqlite"
        try FileManager.default.copyItem(atPath: copy, toPath: other)
        let alive = #expect(throws: LedgerFailure.self) {
            try SQLiteLedger.restore(from: copy, at: other) { $0.id.text == "a" }
        }
        #expect(alive?.code == .busy)
        #expect(alive?.message.contains("node b") == true)
        // The fixture's own connection is of this process, whose locks only SQLite itself can tell.
        let open = #expect(throws: LedgerFailure.self) {
            try SQLiteLedger.restore(from: copy, at: fixture.path, isDead: Self.allDead)
        }
        #expect(open?.code == .busy)
        #expect(try fixture.ledger.audit().findings == [])
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder).filter {
                $0.contains("before-restore")
            } == [])
    }

    @Test(
        "a file that is no sound ledger is refused, and nothing is changed",
        arguments: [
            ("rubbish", LedgerFailure.Code.refused), ("cut", .corrupt), ("forged", .corrupt),
            ("newer", .newerSchema), ("unreleased", .olderSchema), ("foreign", .refused),
            ("empty", .refused), ("missing", .refused),
        ])
    func unsound(_ kind: String, _ code: LedgerFailure.Code) throws {
        let folder = try folder()
        defer { remove(folder) }
        let (path, copy) = (folder + "/ledger.sqlite", folder + "/copy")
        try withLedger(path) { ledger throws in
            try enqueue(ledger, ["one", "two"])
            _ = try ledger.backUp(to: copy)
        }
        let url = URL(fileURLWithPath: copy)
        switch kind {
        case "rubbish": try Data(repeating: 1, count: 5000).write(to: url)
        case "cut":
            let bytes = try Data(contentsOf: url)
            try bytes.prefix(bytes.count / 2).write(to: url)
        case "missing": try FileManager.default.removeItem(at: url)
        case "empty": try Data().write(to: url)
        default:
            try DatabaseQueue(path: copy).writeWithoutTransaction {
                let sql = [
                    "forged":
                        "DROP TRIGGER event_fixed; UPDATE event SET kind = 'x' WHERE sequence = 1",
                    "newer": "PRAGMA user_version = 999", "unreleased": "PRAGMA user_version = 1",
                    "foreign": "PRAGMA user_version = 0",
                ]
                try $0.execute(sql: sql[kind] ?? "")
            }
        }
        let before = try OlderLedger.dump(path)
        let failure = #expect(throws: LedgerFailure.self) {
            try SQLiteLedger.restore(from: copy, at: path, isDead: Self.allDead)
        }
        #expect(failure?.code == code)
        #expect(failure?.message.hasPrefix(copy + ":") == true, "\(failure?.message ?? "")")
        #expect(try OlderLedger.dump(path) == before)
        let left = try FileManager.default.contentsOfDirectory(atPath: folder).filter {
            $0.contains("partial") || $0.contains("before-restore")
        }
        #expect(left == [])
    }

    @Test("a backup of an older released schema is restored, and then asks to be migrated")
    func older() throws {
        let folder = try folder()
        defer { remove(folder) }
        let path = folder + "/ledger.sqlite"
        let older = try OlderLedger(schema: 2)
        let report = try SQLiteLedger.restore(from: older.path, at: path, isDead: Self.allDead)
        #expect(report.ledger.schema == 2)
        let failure = #expect(throws: LedgerFailure.self) { try SQLiteLedger.open(at: path) }
        #expect(failure?.code == .olderSchema)
        _ = try SQLiteLedger.migrate(at: path, isDead: Self.allDead)
        try withLedger(path) { ledger throws in
            #expect(try ledger.audit().findings == [])
        }
    }

    @Test(
        "a check names what is wrong with rows, references and pages, and finds nothing wrong with a sound ledger"
    )
    func checked() throws {
        let fixture = try LedgerFixture()
        try fixture.runningJob()
        let sound = try SQLiteLedger.check(at: fixture.path)
        #expect(sound.faults == [])
        #expect(sound.schema == Schema.version)
        #expect(sound.rows["job"] == 1)
        #expect(sound.settings["journal_mode"] == "wal")
        #expect(sound.settings["foreign_keys"] == "1")
        #expect(sound.settings["synchronous"] == "2")
        #expect(sound.audit?.jobs == 1)
        try fixture.raw(
            "DROP TRIGGER job_fixed; DROP TRIGGER job_changed; UPDATE job SET tenant = 'nobody'",
            foreignKeys: false)
        let faults = try SQLiteLedger.check(at: fixture.path).faults
        #expect(faults.contains { $0.contains("a row of job names one of tenant") }, "\(faults)")
        #expect(faults.contains { $0.hasPrefix("I14") }, "\(faults)")
    }
}
