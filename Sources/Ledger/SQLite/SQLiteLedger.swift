import ContentDigest
import Foundation
import GRDB
import TranscodeModel

/// The ledger in one SQLite file, used by any number of processes of one machine.
public final class SQLiteLedger: Ledger {
    let pool: DatabasePool
    let clock: LedgerClock
    private let path: String

    private init(pool: DatabasePool, clock: LedgerClock, path: String) {
        self.pool = pool
        self.clock = clock
        self.path = path
    }

    /// Opens the ledger, making it if it is not there.
    ///
    /// Refuses a ledger of a newer schema, and a database that does not grant what the design rests
    /// on: enforced foreign keys, a write-ahead log, and a sync at each commit.
    public static func open(
        at path: String, clock: LedgerClock = .system
    ) throws(LedgerFailure) -> SQLiteLedger {
        do {
            try FileManager.default.createDirectory(
                atPath: URL(fileURLWithPath: path).deletingLastPathComponent().path,
                withIntermediateDirectories: true)
        } catch {
            throw LedgerFailure(
                .unreachable,
                "\(path): the ledger's directory cannot be made. Check the path and the rights, or "
                    + "choose another with --state.")
        }
        var configuration = Configuration()
        configuration.busyMode = .timeout(10)
        configuration.foreignKeysEnabled = true
        configuration.prepareDatabase { database in
            database.add(function: now(clock))
            database.add(function: link)
        }
        do {
            let pool = try DatabasePool(path: path, configuration: configuration)
            // The pool itself chooses NORMAL, which can lose the newest commits with the power.
            try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
            let ledger = SQLiteLedger(pool: pool, clock: clock, path: path)
            try pool.write { try ledger.requireGuarantees($0) }
            return ledger
        } catch { throw ledgerFailure(error, path) }
    }

    private func requireGuarantees(_ database: Database) throws {
        let found = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
        guard found <= Schema.version else {
            throw LedgerFailure(
                .newerSchema,
                "\(path): the ledger has schema \(found), and this Reelmill knows \(Schema.version). "
                    + "Use the newer Reelmill, or another --state.")
        }
        if found == 0 {
            try database.execute(sql: Schema.statements)
            try database.execute(sql: "PRAGMA user_version = \(Schema.version)")
        }
        let keys = try Int.fetchOne(database, sql: "PRAGMA foreign_keys")
        let journal = try String.fetchOne(database, sql: "PRAGMA journal_mode")
        let sync = try Int.fetchOne(database, sql: "PRAGMA synchronous")
        guard keys == 1, journal == "wal", sync == 2 else {
            throw LedgerFailure(
                .refused,
                "\(path): SQLite does not grant what the ledger needs here (foreign_keys "
                    + "\(keys ?? -1), journal_mode \(journal ?? "none"), synchronous \(sync ?? -1)). "
                    + "Put the state directory on a local disk.")
        }
    }

    /// One immediate transaction.
    func write<Value>(_ body: (Database) throws -> Value) throws(LedgerFailure) -> Value {
        do { return try pool.write(body) } catch { throw ledgerFailure(error, path) }
    }

    /// One snapshot.
    func read<Value>(_ body: (Database) throws -> Value) throws(LedgerFailure) -> Value {
        do { return try pool.read(body) } catch { throw ledgerFailure(error, path) }
    }

    private static func now(_ clock: LedgerClock) -> DatabaseFunction {
        DatabaseFunction("reelmill_now", argumentCount: 0) { _ in clock.read() }
    }

    /// The hash of an event: over the hash before it and every field, each with its length, so that
    /// no two different events hash the same text.
    private static let link = DatabaseFunction("reelmill_link", pure: true) { values in
        var bytes: [UInt8] = []
        for value in values {
            switch value.storage {
            case .null: bytes += Array("-;".utf8)
            case .int64(let number): bytes += Array("i\(number);".utf8)
            case .double(let number): bytes += Array("d\(number.bitPattern);".utf8)
            case .string(let text): bytes += Array("s\(text.utf8.count):".utf8) + text.utf8
            case .blob(let data): bytes += Array("b\(data.count):".utf8) + data
            }
        }
        return Data(Digest.sha256(bytes).bytes)
    }
}

extension LedgerClock {
    /// The machine's clock.
    public static let system = LedgerClock {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }
}

/// A GRDB error as ours; our own pass through.
func ledgerFailure(_ error: any Error, _ path: String) -> LedgerFailure {
    if let ours = error as? LedgerFailure { return ours }
    guard let error = error as? DatabaseError else {
        return LedgerFailure(.corrupt, "\(path): the ledger holds what cannot be read: \(error)")
    }
    let reason = error.message ?? "SQLite error \(error.resultCode.rawValue)"
    switch error.resultCode {
    case .SQLITE_BUSY, .SQLITE_LOCKED:
        return LedgerFailure(.busy, "\(path): the ledger is busy (\(reason)). Try again.")
    case .SQLITE_FULL:
        return LedgerFailure(.full, "\(path): the disk of the ledger is full. Free some space.")
    case .SQLITE_CORRUPT, .SQLITE_NOTADB:
        return LedgerFailure(
            .corrupt, "\(path): this is not an intact ledger (\(reason)). Restore a backup.")
    case .SQLITE_CONSTRAINT:
        return LedgerFailure(.refused, "\(path): the ledger refused a change: \(reason)")
    default:
        return LedgerFailure(
            .unreachable,
            "\(path): the ledger cannot be used (\(reason)). Check the path, the rights and the disk."
        )
    }
}
