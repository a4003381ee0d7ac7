import CFileSystem
import Foundation
import GRDB
import Glibc

/// A copy of a ledger in one file, made by SQLite's online backup (sqlite.org/backup.html) while others go on working.
struct LedgerCopy {
    /// Where it will be.
    let path: String
    /// Where it is made.
    private var partial: String { path + ".partial" }

    init(_ path: String) { self.path = path }

    /// Copies one snapshot, makes it durable and looks at it; then it appears under its name, which nothing may have.
    /// `name`: of what is copied, for people; nil for the copy's own.
    func write(_ source: some DatabaseReader, of name: String? = nil) throws -> LedgerSummary {
        guard access(path, F_OK) != 0 else { throw occupied }
        try removePartial()
        do {
            let summary = try fill(source, name ?? path)
            try LedgerFile(partial).sync()
            switch reelmill_rename_without_replacing(partial, path) {
            case 0: break
            case EEXIST: throw occupied
            case let code:
                throw LedgerFailure(
                    .unreachable,
                    "\(path): the copy cannot be put there (\(String(cString: strerror(code)))). "
                        + "Check the path and the disk.")
            }
            try LedgerFile(path).syncFolder()
            return summary
        } catch {
            try removePartial()
            throw error
        }
    }

    private var occupied: LedgerFailure {
        LedgerFailure(.refused, "\(path): something is there already. Choose another name.")
    }

    private func fill(_ source: some DatabaseReader, _ name: String) throws -> LedgerSummary {
        var configuration = Configuration()
        configuration.foreignKeysEnabled = false
        let copy = try DatabaseQueue(path: partial, configuration: configuration)
        try source.backup(to: copy)
        // One file, which needs no log beside it.
        try copy.writeWithoutTransaction { try $0.execute(sql: "PRAGMA journal_mode = DELETE") }
        return try copy.read { try SoundLedger.require($0, name) }
    }

    private func removePartial() throws(LedgerFailure) {
        for name in [partial, partial + "-journal", partial + "-wal", partial + "-shm"] {
            guard unlink(name) == 0 || errno == ENOENT else {
                throw LedgerFailure(
                    .unreachable, "\(name): it cannot be removed. Check the rights.")
            }
        }
    }
}

/// Whether a database is a ledger that can be worked with, or brought forward.
enum SoundLedger {
    /// What SQLite says of its pages, its schema, and its history from the first event to the head.
    static func require(_ database: Database, _ path: String) throws -> LedgerSummary {
        let standing = try SchemaStanding(database)
        try standing.requireReleased(path)
        guard let version = standing.released else {
            throw LedgerFailure(.refused, "\(path): there is no ledger in it. Name another file.")
        }
        var faults = try integrityFaults(database)
        if faults.isEmpty {
            faults = try referenceFaults(database)
            guard let pointer = database.sqliteConnection else {
                throw LedgerFailure(.unreachable, "\(path): the ledger is closed")
            }
            var audit = Audit(pointer)
            try audit.readHistory()
            faults += audit.report.findings.map { "\($0.subject): \($0.message)" }
        }
        guard let first = faults.first else { return try LedgerSummary(database, schema: version) }
        throw LedgerFailure(
            .corrupt,
            "\(path): this is not a sound ledger (\(first)"
                + (faults.count > 1 ? ", and \(faults.count - 1) faults more" : "")
                + "). Use another backup.")
    }

    static func integrityFaults(_ database: Database) throws -> [String] {
        try String.fetchAll(database, sql: "PRAGMA integrity_check").filter { $0 != "ok" }
    }

    static func referenceFaults(_ database: Database) throws -> [String] {
        try Row.fetchAll(database, sql: "PRAGMA foreign_key_check").map { row in
            let (table, parent): (String, String) = (row[0], row[2])
            return "a row of \(table) names one of \(parent) that is not there"
        }
    }
}
