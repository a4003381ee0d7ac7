import CLedger
import Foundation
import GRDB
import Glibc

/// A ledger's file from outside: it is looked at, and neither opened as a ledger nor changed.
struct LedgerFile {
    let path: String

    init(_ path: String) { self.path = path }

    var isThere: Bool { FileManager.default.fileExists(atPath: path) }

    /// Refuses one of another schema. What is not there may come into being.
    func requireCurrent() throws {
        guard isThere else { return }
        try read { try SchemaStanding($0).requireCurrent(path) }
    }

    func requireThere() throws(LedgerFailure) {
        guard isThere else {
            throw LedgerFailure(
                .unreachable, "\(path): there is no ledger. Check --state.")
        }
    }

    /// One snapshot.
    func read<Value>(_ body: (Database) throws -> Value) throws -> Value {
        let queue = try DatabaseQueue(path: path, configuration: LedgerFile.reading)
        return try queue.read(body)
    }

    static var reading: Configuration {
        var configuration = SQLiteLedger.configuration
        configuration.readonly = true
        return configuration
    }

    /// A process that has it open; nil for none. SQLite locks bytes of the file for as long as a connection to a
    /// write-ahead log lasts (sqlite.org/walformat.html, section 2.3). To be asked while this process has no
    /// connection: to close a file is to lose all locks on it.
    func user() throws(LedgerFailure) -> Int32? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else {
            throw LedgerFailure(
                .unreachable, "\(path): the ledger cannot be opened. Check the rights.")
        }
        defer { close(file) }
        var lock = flock()
        lock.l_type = Int16(F_WRLCK)
        lock.l_whence = Int16(SEEK_SET)
        lock.l_start = 0x4000_0000
        lock.l_len = 512
        guard fcntl(file, F_GETLK, &lock) == 0 else {
            throw LedgerFailure(
                .unreachable, "\(path): the ledger's locks cannot be looked at (errno \(errno)).")
        }
        return lock.l_type == Int16(F_UNLCK) ? nil : lock.l_pid
    }

    /// As `user`.
    func requireUnopened() throws(LedgerFailure) {
        guard let user = try user() else { return }
        throw LedgerFailure(
            .busy, "\(path): process \(user) has the ledger open. End it first.")
    }

    /// Makes its bytes durable.
    func sync() throws(LedgerFailure) { try LedgerFile.sync(path, O_RDONLY) }

    /// Makes the names in its directory durable.
    func syncFolder() throws(LedgerFailure) {
        try LedgerFile.sync(
            URL(fileURLWithPath: path).deletingLastPathComponent().path, O_RDONLY | O_DIRECTORY)
    }

    private static func sync(_ path: String, _ flags: Int32) throws(LedgerFailure) {
        let file = open(path, flags | O_CLOEXEC)
        guard file >= 0, fsync(file) == 0 else {
            let reason = String(cString: strerror(errno))
            if file >= 0 { close(file) }
            throw LedgerFailure(
                .unreachable, "\(path): it cannot be made durable (\(reason)). Check the disk.")
        }
        close(file)
    }
}

/// What a ledger holds, in numbers.
public struct LedgerSummary: Hashable, Sendable, Codable {
    public var schema: Int
    public var jobs: Int
    /// The number of the newest event.
    public var sequence: Int64
    /// The hash of the newest event, as hex; nil where there is none.
    public var head: String?

    init(_ database: Database, schema: Int) throws {
        self.schema = schema
        jobs = try Int.fetchOne(database, sql: "SELECT count(*) FROM job") ?? 0
        sequence = try Int64.fetchOne(database, sql: "SELECT sequence FROM ledger_head") ?? 0
        head = try LedgerSummary.hash(database, sequence)
    }

    static func hash(_ database: Database, _ sequence: Int64) throws -> String? {
        try String.fetchOne(
            database, sql: "SELECT lower(hex(hash)) FROM event WHERE sequence = ?",
            arguments: [sequence])
    }
}
