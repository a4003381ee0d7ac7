import Foundation
import GRDB

/// What a check of a ledger's file found.
public struct LedgerCheck: Hashable, Sendable, Codable {
    public var path: String
    public var schema: Int
    /// Of a connection as nodes have it; only of the encoding and the pages where the schema is another.
    public var settings: [String: String] = [:]
    /// Of the file, and of the log beside it.
    public var bytes: Int64
    public var logBytes: Int64
    /// Of the file, those that hold nothing.
    public var freeBytes: Int64 = 0
    /// By table.
    public var rows: [String: Int] = [:]
    /// Nil where the schema is another.
    public var audit: AuditReport?
    /// One sentence each: what SQLite says of the pages and the references, and the audit of the rows.
    public var faults: [String] = []
}

extension SQLiteLedger {
    /// Looks at all of a ledger's file, in one snapshot, while nodes may go on working. Changes nothing.
    public static func check(at path: String) throws(LedgerFailure) -> LedgerCheck {
        do {
            let file = LedgerFile(path)
            try file.requireThere()
            let standing = try file.read { try SchemaStanding($0) }
            try standing.requireReleased(path)
            guard let version = standing.released else {
                throw LedgerFailure(.refused, "\(path): there is no ledger in it. Check --state.")
            }
            var check = LedgerCheck(
                path: path, schema: version, bytes: try size(path),
                logBytes: try size(path + "-wal"))
            try file.read { try check.look($0) }
            if standing == .current {
                let ledger = try open(at: path)
                check.settings.merge(try ledger.guarantees()) { $1 }
                let audit = try ledger.audit()
                check.audit = audit
                check.faults += audit.findings.map {
                    "\($0.invariant) \($0.subject): \($0.message)"
                }
            }
            return check
        } catch { throw ledgerFailure(error, path) }
    }

    private static func size(_ path: String) throws -> Int64 {
        guard FileManager.default.fileExists(atPath: path) else { return 0 }
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        return (attributes[.size] as? NSNumber)?.int64Value ?? 0
    }

    /// What the connection that writes was granted.
    private func guarantees() throws -> [String: String] {
        try pool.writeWithoutTransaction { database in
            try ["foreign_keys", "journal_mode", "synchronous"].reduce(into: [:]) {
                $0[$1] = try DatabaseValue.fetchOne(database, sql: "PRAGMA \($1)").map {
                    "\($0.storage.value ?? "")"
                }
            }
        }
    }
}

extension LedgerCheck {
    fileprivate mutating func look(_ database: Database) throws {
        for name in ["encoding", "page_size"] {
            settings[name] = try DatabaseValue.fetchOne(database, sql: "PRAGMA \(name)").map {
                "\($0.storage.value ?? "")"
            }
        }
        let free = try Int64.fetchOne(database, sql: "PRAGMA freelist_count") ?? 0
        freeBytes = free * (try Int64.fetchOne(database, sql: "PRAGMA page_size") ?? 0)
        faults = try SoundLedger.integrityFaults(database)
        guard faults.isEmpty else { return }
        faults = try SoundLedger.referenceFaults(database)
        let tables = try String.fetchAll(
            database, sql: "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
        for table in tables where !table.hasPrefix("sqlite_") {
            rows[table] = try Int.fetchOne(database, sql: "SELECT count(*) FROM \"\(table)\"")
        }
    }
}
