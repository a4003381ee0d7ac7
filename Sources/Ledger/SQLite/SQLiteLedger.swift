import CLedger
import Foundation
import GRDB
import GRDBSQLite
public import TranscodeModel

/// The ledger in one SQLite file, used by any number of processes of one machine.
public final class SQLiteLedger: Ledger {
    let pool: DatabasePool
    let clock: LedgerClock
    let path: String
    private let writer: WriteConnection
    private let bell: Bell

    private init(
        pool: DatabasePool, clock: LedgerClock, path: String, writer: WriteConnection, bell: Bell
    ) {
        self.bell = bell
        self.pool = pool
        self.clock = clock
        self.path = path
        self.writer = writer
    }

    deinit { writer.close() }

    /// Opens the ledger, making it if it is not there.
    ///
    /// Refuses a ledger of another schema, which it leaves as it is, a network file system, and a database that does
    /// not grant what the design rests on: enforced foreign keys, a write-ahead log, and a sync at each commit.
    public static func open(
        at path: String, clock: LedgerClock = .system
    ) throws(LedgerFailure) -> SQLiteLedger {
        try open(at: path, clock: clock, plantedBug: nil)
    }

    /// - Parameter plantedBug: of the mutation tests; taken from the schema too, if the ledger is made here.
    package static func open(
        at path: String, clock: LedgerClock = .system, plantedBug: PlantedBug?
    ) throws(LedgerFailure) -> SQLiteLedger {
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        do {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true)
        } catch {
            throw LedgerFailure(
                .unreachable,
                "\(path): the ledger's directory cannot be made. Check the path and the rights, or "
                    + "choose another with --state.")
        }
        try FileSystemKind.requireLocal(folder, ledger: path)
        reelmill_sqlite_prepare()
        do {
            try LedgerFile(path).requireCurrent()
            let pool = try DatabasePool(path: path, configuration: configuration)
            let writer = try pool.writeWithoutTransaction { database in
                guard let pointer = database.sqliteConnection else {
                    throw LedgerFailure(.unreachable, "\(path): the ledger is closed")
                }
                // The pool itself chooses NORMAL, which can lose the newest commits with the power.
                try database.execute(
                    sql: settings(sync: plantedBug == .noSyncBeforeCommit ? "OFF" : "FULL"))
                return try WriteConnection(pointer, plantedBug: plantedBug)
            }
            try pool.write {
                try requireGuarantees($0, path, Schema(plantedBug: plantedBug))
            }
            return SQLiteLedger(
                pool: pool, clock: clock, path: path, writer: writer, bell: try Bell(ledger: path))
        } catch { throw ledgerFailure(error, path) }
    }

    /// Of the connection that writes. The log is copied into the ledger every 32 MB, so that a page that changes often is
    /// copied seldom.
    static func settings(sync: String) -> String {
        """
        PRAGMA synchronous = \(sync); PRAGMA cache_size = -65536; PRAGMA secure_delete = OFF;
        PRAGMA wal_autocheckpoint = 8000;
        """
    }

    static var configuration: Configuration {
        var configuration = Configuration()
        configuration.busyMode = .callback(BusyPatience.wait)
        configuration.foreignKeysEnabled = true
        return configuration
    }

    private static func requireGuarantees(
        _ database: Database, _ path: String, _ schema: Schema
    ) throws {
        // Once more, now that the ledger is ours.
        let found = try SchemaStanding(database)
        try found.requireCurrent(path)
        if found == .empty {
            try database.execute(sql: schema.statements)
            try database.execute(sql: "PRAGMA user_version = \(Schema.version)")
        }
        let keys = try Int.fetchOne(database, sql: "PRAGMA foreign_keys")
        let journal = try String.fetchOne(database, sql: "PRAGMA journal_mode")
        let sync = try Int.fetchOne(database, sql: "PRAGMA synchronous")
        guard keys == 1, journal == "wal", sync == 2 || schema.has(.noSyncBeforeCommit) else {
            throw LedgerFailure(
                .refused,
                "\(path): SQLite does not grant what the ledger needs here (foreign_keys "
                    + "\(keys ?? -1), journal_mode \(journal ?? "none"), synchronous \(sync ?? -1)). "
                    + "Put the state directory on a local disk.")
        }
    }

    /// One immediate transaction. An error of the commit itself leaves open whether it took effect: SQLite rolls it
    /// back if it can, and who asked reads back what became of it.
    func write<Value>(_ body: (Transaction, Database) throws -> Value) throws(LedgerFailure)
        -> Value
    {
        do {
            return try pool.writeWithoutTransaction { database in
                let transaction = try Transaction(writer, clock)
                do {
                    let value = try body(transaction, database)
                    try transaction.commit()
                    // What left no event is no news: a refused hedge must not wake its node to ask again.
                    if transaction.hasEvents { bell.ring() }
                    return value
                } catch {
                    Transaction.rollBack(writer)
                    throw error
                }
            }
        } catch { throw ledgerFailure(error, path) }
    }

    /// One snapshot.
    func read<Value>(_ body: (Database) throws -> Value) throws(LedgerFailure) -> Value {
        do { return try pool.read(body) } catch { throw ledgerFailure(error, path) }
    }
}

extension SQLiteLedger {
    public func perform(
        _ operations: [LedgerOperation]
    ) throws(LedgerFailure) -> [LedgerAnswer] {
        try write { transaction, _ in try operations.map { try transaction.perform($0) } }
    }

    public func enqueue(
        _ submissions: [JobSubmission]
    ) throws(LedgerFailure) -> [EnqueueOutcome] {
        try write { transaction, database in
            try submissions.map { submission in
                try transaction.enqueue(submission) { try self.record($0, database) }
            }
        }
    }

    public func supersede(_ job: JobID) throws(LedgerFailure) {
        try write { transaction, _ in try transaction.supersede(job) }
    }

    public func cancel(_ job: JobID, reason: String) throws(LedgerFailure) -> Bool {
        try write { transaction, _ in try transaction.cancel(job, reason: reason) }
    }

    public func steer(_ steering: JobSteering) throws(LedgerFailure) -> Bool {
        try write { transaction, _ in try transaction.steer(steering) }
    }

    public func setTenant(
        _ tenant: TenantID, weight: Double?, cap: Int??
    ) throws(LedgerFailure) {
        try write { transaction, _ in try transaction.setTenant(tenant, weight: weight, cap: cap) }
    }
}

/// How long a writer waits for another process to commit.
enum BusyPatience {
    private static let tries = 20_000

    /// A commit takes a few milliseconds: look again soon, and for about ten seconds.
    static let wait: @Sendable (Int) -> Bool = { count in
        guard count < tries else { return false }
        usleep(count < 10 ? 50 : 500)
        return true
    }
}
