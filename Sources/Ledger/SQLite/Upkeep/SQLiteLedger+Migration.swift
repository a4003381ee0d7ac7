import Foundation
import GRDB

/// What a migration did.
public struct MigrationReport: Hashable, Sendable, Codable {
    public var from: Int
    public var to: Int
    /// The ledger as it was; nil when there was nothing to do.
    public var backup: String?
    public var ledger: LedgerSummary
}

extension SQLiteLedger {
    /// The schema that this build works with.
    public static var schemaVersion: Int { Schema.version }

    /// Brings a ledger of an older released schema to this one, in one transaction, which is committed only if SQLite
    /// and a whole audit have nothing to say against what came of it. A copy of what was is made beside it first.
    ///
    /// Fails as `busy` while a node is alive or a process has the ledger open, as `corrupt` when the ledger is not sound before or after; then it is
    /// as it was.
    public static func migrate(
        at path: String, isDead: NodeObituary
    ) throws(LedgerFailure) -> MigrationReport {
        do {
            let file = LedgerFile(path)
            try file.requireThere()
            let standing = try file.read { try SchemaStanding($0) }
            try standing.requireReleased(path)
            if standing == .current {
                let summary = try file.read { try LedgerSummary($0, schema: Schema.version) }
                return MigrationReport(from: Schema.version, to: Schema.version, ledger: summary)
            }
            guard case .older = standing else {
                throw LedgerFailure(
                    .refused, "\(path): there is no ledger in it. Check --state.")
            }
            // A program that only reads would go on with a schema that is not there any more.
            try file.requireUnopened()
            return try migrate(file, isDead)
        } catch { throw ledgerFailure(error, path) }
    }

    private static func migrate(
        _ file: LedgerFile, _ isDead: NodeObituary
    ) throws -> MigrationReport {
        let queue = try DatabaseQueue(path: file.path, configuration: configuration)
        return try queue.writeWithoutTransaction { database in
            try database.execute(sql: "PRAGMA synchronous = FULL; BEGIN IMMEDIATE")
            do {
                let report = try migrate(database, file, isDead)
                try database.execute(sql: "COMMIT")
                return report
            } catch {
                if database.isInsideTransaction { try database.execute(sql: "ROLLBACK") }
                throw error
            }
        }
    }

    /// While the ledger is ours: nobody can change it between the copy and the commit.
    private static func migrate(
        _ database: Database, _ file: LedgerFile, _ isDead: NodeObituary
    ) throws -> MigrationReport {
        guard case .older(let version) = try SchemaStanding(database) else {
            throw LedgerFailure(.busy, "\(file.path): another process is migrating it. Try again.")
        }
        try LiveNodes.requireNone(database, file.path, isDead: isDead)
        let backup = freeName("\(file.path).schema\(version)-backup")
        let reader = try DatabaseQueue(path: file.path, configuration: LedgerFile.reading)
        _ = try LedgerCopy(backup).write(reader)
        do {
            try Schema.migrate(database, from: version)
            try requireSound(database, file.path)
            return MigrationReport(
                from: version, to: Schema.version, backup: backup,
                ledger: try LedgerSummary(database, schema: Schema.version))
        } catch {
            // The ledger itself is what the copy is.
            try FileManager.default.removeItem(atPath: backup)
            throw error
        }
    }

    private static func requireSound(_ database: Database, _ path: String) throws {
        _ = try SoundLedger.require(database, path)
        guard let pointer = database.sqliteConnection else {
            throw LedgerFailure(.unreachable, "\(path): the ledger is closed")
        }
        var audit = Audit(pointer)
        try audit.run()
        guard let finding = audit.report.findings.first else { return }
        throw LedgerFailure(
            .corrupt,
            "\(path): the ledger does not hold its invariants (\(finding.invariant) \(finding.subject): "
                + "\(finding.message)), and stays as it is. Restore a backup.")
    }

    /// This name, or the first with a number that nothing has, nor a log that SQLite would take for its own.
    static func freeName(_ name: String) -> String {
        var free = name
        var number = 2
        while ([""] + LedgerLogs.ends).contains(where: {
            FileManager.default.fileExists(atPath: free + $0)
        }) {
            free = "\(name)-\(number)"
            number += 1
        }
        return free
    }
}
