import Foundation
import GRDB
import Glibc
import Testing
import TranscodeModel

@testable import Ledger

@Suite(
    "A restoration that meets leftovers, damage or a failing disk loses nothing and mixes nothing")
struct RestoreSafetyTests {
    private let folder: String
    private var path: String { folder + "/ledger.sqlite" }
    private var copy: String { folder + "/copy" }
    private static let allDead: NodeObituary = { _ in true }
    private static let rubbish = Data(repeating: 7, count: 8192)

    init() throws {
        folder =
            FileManager.default.temporaryDirectory
            .appending(path: "restore-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    private func removeFolder() {
        do { try FileManager.default.removeItem(atPath: folder) } catch {
            Issue.record("\(folder) cannot be removed: \(error)")
        }
    }

    private func bytes(_ name: String) throws -> Data {
        try Data(contentsOf: URL(fileURLWithPath: name))
    }

    private func put(_ bytes: Data, _ name: String) throws {
        try bytes.write(to: URL(fileURLWithPath: name))
    }

    private var files: [String] {
        get throws {
            // SQLite makes the index of a log whenever it looks at one.
            try FileManager.default.contentsOfDirectory(atPath: folder)
                .filter { !$0.hasSuffix("-shm") }.sorted()
        }
    }

    /// A ledger of the job `one` with its copy, which went on to `two`. Returns its log from when it was open.
    @discardableResult private func makeLedger() throws -> Data {
        let ledger = try SQLiteLedger.open(at: path, clock: LedgerClock { 2_000_000 })
        _ = try ledger.enqueue([LedgerFixture.submission("one")])
        _ = try ledger.backUp(to: copy)
        _ = try ledger.enqueue([LedgerFixture.submission("two")])
        return try bytes(path + "-wal")
    }

    private func jobs(_ path: String) throws -> [String] {
        let ledger = try SQLiteLedger.open(at: path)
        #expect(try ledger.audit().findings == [])
        return try ledger.jobs(JobQuery()).map(\.id.text).sorted()
    }

    private func restore(_ calls: RestoreCalls = .system) throws -> RestoreReport {
        try SQLiteLedger.restore(from: copy, at: path, calls: calls, isDead: Self.allDead)
    }

    @Test("a log that was left when its ledger was moved away does not get into the restored one")
    func orphanedLog() throws {
        defer { removeFolder() }
        let log = try makeLedger()
        #expect(log.count > 10_000)
        try FileManager.default.moveItem(atPath: path, toPath: folder + "/ledger.bad")
        try put(log, path + "-wal")
        try put(Self.rubbish, path + "-journal")
        let report = try restore()
        #expect(try jobs(path) == ["one"])
        #expect(report.setAside == nil)
        #expect(report.logsSetAside.count == 2)
        #expect(try bytes(try #require(report.logsSetAside.first { $0.hasSuffix(".wal") })) == log)
        #expect(
            try bytes(try #require(report.logsSetAside.first { $0.hasSuffix(".journal") }))
                == Self.rubbish)
    }

    @Test("when the disk fails after the exchange, the ledger that was there is still there")
    func unconfirmed() throws {
        defer { removeFolder() }
        try makeLedger()
        var calls = RestoreCalls.system
        calls.settle = { throw LedgerFailure(.unreachable, "\($0.path): no") }
        let failure = #expect(throws: LedgerFailure.self) { try restore(calls) }
        #expect(failure?.message.contains("is in place") == true, "\(failure?.message ?? "")")
        #expect(try jobs(path) == ["one"])
        let aside = try #require(try files.first { $0.contains("before-restore") })
        #expect(failure?.message.contains(aside) == true)
        #expect(try jobs(folder + "/" + aside) == ["one", "two"])
    }

    @Test("when they cannot change places, everything is as it was", arguments: [true, false])
    func refusedExchange(isReadable: Bool) throws {
        defer { removeFolder() }
        try makeLedger()
        if !isReadable {
            try put(Self.rubbish, path)
            try put(Self.rubbish, path + "-wal")
        }
        let before = try files
        var calls = RestoreCalls.system
        calls.exchange = { _, _ in EIO }
        let failure = #expect(throws: LedgerFailure.self) { try restore(calls) }
        #expect(failure?.message.contains("nothing was changed") == true)
        let after = try files
        #expect(after == before)
        if isReadable {
            #expect(try jobs(path) == ["one", "two"])
        } else {
            #expect(try bytes(path) == Self.rubbish)
            #expect(try bytes(path + "-wal") == Self.rubbish)
        }
    }

    @Test("at the moment of the exchange no log is beside a ledger that it does not belong to")
    func exchanging() throws {
        defer { removeFolder() }
        try makeLedger()
        try put(Self.rubbish, path)
        for end in ["-wal", "-journal", "-shm"] { try put(Self.rubbish, path + end) }
        var calls = RestoreCalls.system
        let exchange = calls.exchange
        var seen: [String] = []
        calls.exchange = { one, other in
            seen = [one, other].flatMap { name in
                ["-wal", "-journal", "-shm"].map { name + $0 }.filter {
                    FileManager.default.fileExists(atPath: $0)
                }
            }
            return exchange(one, other)
        }
        let report = try restore(calls)
        #expect(seen == [])
        let aside = try #require(report.setAside)
        #expect(try bytes(aside + "-wal") == Self.rubbish)
        #expect(try bytes(aside + "-journal") == Self.rubbish)
        #expect(try jobs(path) == ["one"])
    }

    @Test(
        "a ledger with some damaged pages is set aside, and nothing is said of what it held",
        arguments: ["event", "node", "ledger_head"])
    func damagedPages(table: String) throws {
        defer { removeFolder() }
        try makeLedger()
        let (page, size) = try DatabaseQueue(path: path).read { database in
            (
                try Int.fetchOne(
                    database, sql: "SELECT rootpage FROM sqlite_schema WHERE name = ?",
                    arguments: [table]) ?? 0,
                try Int.fetchOne(database, sql: "PRAGMA page_size") ?? 0
            )
        }
        var damaged = try bytes(path)
        let start = (page - 1) * size
        damaged.replaceSubrange(start..<start + size, with: Data(repeating: 0x55, count: size))
        try put(damaged, path)
        let report = try restore()
        #expect(report.eventsAhead == nil)
        #expect(try jobs(path) == ["one"])
        #expect(try bytes(try #require(report.setAside)).count == damaged.count)
    }

    @Test("a damaged backup is named, and the ledger that is there is not blamed")
    func damagedBackup() throws {
        defer { removeFolder() }
        try makeLedger()
        let sound = try bytes(copy)
        try put(sound.prefix(sound.count / 2), copy)
        let failure = #expect(throws: LedgerFailure.self) { try restore() }
        #expect(failure?.code == .corrupt)
        #expect(failure?.message.hasPrefix(copy + ":") == true, "\(failure?.message ?? "")")
        #expect(try jobs(path) == ["one", "two"])
    }
}
