import CFileSystem
import CLedger
import Foundation
import GRDB
import Glibc

/// What a restoration did.
public struct RestoreReport: Hashable, Sendable, Codable {
    /// What is in place now.
    public var ledger: LedgerSummary
    /// Where the ledger that was there is; nil when there was none.
    public var setAside: String?
    /// What that one held; nil when it cannot be read any more.
    public var before: LedgerSummary?
    /// Events and jobs that came after the backup; nil unless the ledger that was there went on from it.
    public var eventsAhead: Int64?
    public var jobsAhead: Int?
}

extension SQLiteLedger {
    /// Puts a backup in the place of a ledger, which is set aside under another name and not changed but for its log,
    /// which is brought into its file. At any moment one whole ledger or the other is in place.
    ///
    /// Fails as `busy` while a node is alive or a process has the ledger open, as `corrupt`, `olderSchema`,
    /// `newerSchema` or `refused` when the file is not a sound ledger of this or an older released schema.
    public static func restore(
        from file: String, at path: String, clock: LedgerClock = .system, isDead: NodeObituary
    ) throws(LedgerFailure) -> RestoreReport {
        do {
            let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
            try FileSystemKind.requireLocal(folder, ledger: path)
            reelmill_sqlite_prepare()
            let backup = LedgerFile(file)
            guard backup.isThere else {
                throw LedgerFailure(.unreachable, "\(file): there is no such file. Check the path.")
            }
            let present = LedgerFile(path)
            let isReadable = try requireUnused(present, isDead)
            let stamp = timeStamp(clock.milliseconds)
            let aside = freeName("\(path).before-restore-\(stamp)")
            // The copy is made under the name that the present ledger will have: then they change places.
            let source = try DatabaseQueue(path: file, configuration: LedgerFile.reading)
            let summary = try LedgerCopy(aside).write(source)
            do {
                return try exchange(present, isReadable, LedgerFile(aside), summary)
            } catch {
                try FileManager.default.removeItem(atPath: aside)
                throw error
            }
        } catch { throw ledgerFailure(error, file) }
    }

    private static func timeStamp(_ milliseconds: Int64) -> String {
        Date(timeIntervalSince1970: Double(milliseconds) / 1000).formatted(
            .iso8601.year().month().day().dateSeparator(.omitted).time(
                includingFractionalSeconds: false
            )
            .timeSeparator(.omitted))
    }

    /// No process has it open, and no node that may be alive is in it. Returns whether it can be read: if not, it says
    /// nothing about nodes, and is what a backup is for.
    private static func requireUnused(
        _ present: LedgerFile, _ isDead: NodeObituary
    ) throws -> Bool {
        guard present.isThere else { return false }
        if let user = try present.user() {
            throw LedgerFailure(
                .busy, "\(present.path): process \(user) has the ledger open. End it first.")
        }
        do {
            try present.read {
                guard try SchemaStanding($0).released != nil else { return }
                try LiveNodes.requireNone($0, present.path, isDead: isDead)
            }
            return true
        } catch {
            guard ledgerFailure(error, "").code == .corrupt else { throw error }
            return false
        }
    }

    private static func exchange(
        _ present: LedgerFile, _ isReadable: Bool, _ aside: LedgerFile, _ summary: LedgerSummary
    ) throws -> RestoreReport {
        guard present.isThere else {
            try requirePlaced(
                reelmill_rename_without_replacing(aside.path, present.path), present)
            return RestoreReport(ledger: summary)
        }
        var report = RestoreReport(ledger: summary, setAside: aside.path)
        guard isReadable else {
            // Its log goes with it: beside another ledger it would be taken for that one's.
            try moveLog(of: present, to: aside)
            try requirePlaced(reelmill_exchange(aside.path, present.path), present)
            return report
        }
        try withExclusive(present) { database in
            if let version = try SchemaStanding(database).released {
                let before = try LedgerSummary(database, schema: version)
                report.before = before
                if try LedgerSummary.hash(database, summary.sequence) == summary.head {
                    report.eventsAhead = before.sequence - summary.sequence
                    report.jobsAhead = before.jobs - summary.jobs
                }
            }
            try requirePlaced(reelmill_exchange(aside.path, present.path), present)
        }
        return report
    }

    /// With the ledger to ourselves, and all of it in one file, without a log.
    private static func withExclusive(
        _ present: LedgerFile, _ body: (Database) throws -> Void
    ) throws {
        let queue = try DatabaseQueue(path: present.path, configuration: configuration)
        try queue.writeWithoutTransaction { database in
            try database.execute(sql: "PRAGMA locking_mode = EXCLUSIVE")
            let mode = try String.fetchOne(database, sql: "PRAGMA journal_mode = DELETE")
            guard mode == "delete" else {
                throw LedgerFailure(
                    .busy, "\(present.path): a process has the ledger open. End it first.")
            }
            try database.execute(sql: "BEGIN EXCLUSIVE")
            defer { Self.rollBack(database) }
            try body(database)
        }
    }

    private static func rollBack(_ database: Database) {
        do { try database.execute(sql: "ROLLBACK") } catch {
            // Nothing was written, and the connection is closed next.
        }
    }

    private static func moveLog(of present: LedgerFile, to aside: LedgerFile) throws {
        for end in ["-wal", "-journal"] {
            guard rename(present.path + end, aside.path + end) == 0 || errno == ENOENT else {
                throw LedgerFailure(
                    .unreachable, "\(present.path)\(end): it cannot be moved. Check the rights.")
            }
        }
        guard unlink(present.path + "-shm") == 0 || errno == ENOENT else {
            throw LedgerFailure(
                .unreachable, "\(present.path)-shm: it cannot be removed. Check the rights.")
        }
    }

    private static func requirePlaced(_ code: Int32, _ present: LedgerFile) throws {
        guard code == 0 else {
            throw LedgerFailure(
                .unreachable,
                "\(present.path): the backup cannot be put in place "
                    + "(\(String(cString: strerror(code)))). Check the disk; nothing was changed.")
        }
        try present.syncFolder()
    }
}
