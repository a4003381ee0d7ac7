import Foundation
import GRDB
import Ledger

/// A ledger of an older released schema, from the text of one that a build of its time made.
final class OlderLedger {
    let path: String
    /// Where its clock stands.
    let time = TestTime()

    init(schema: Int) throws {
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "older-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        path = folder + "/ledger.sqlite"
        time.pass(2920)
        let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appending(path: "Fixtures/schema\(schema).sql")
        var configuration = Configuration()
        configuration.foreignKeysEnabled = false
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        let text = try String(contentsOf: fixtures, encoding: .utf8)
        try queue.writeWithoutTransaction {
            try $0.execute(sql: "PRAGMA journal_mode = WAL")
            try $0.execute(sql: text)
        }
    }

    deinit {
        try? FileManager.default.removeItem(
            at: URL(fileURLWithPath: path).deletingLastPathComponent())
    }

    func dump() throws -> [String] { try Self.dump(path) }

    /// Everything that is in a ledger, in an order of its own.
    static func dump(_ path: String) throws -> [String] {
        try DatabaseQueue(path: path).read { database in
            let tables = try String.fetchAll(
                database, sql: "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
            return try tables.flatMap { table in
                try Row.fetchAll(database, sql: "SELECT * FROM \"\(table)\"").map {
                    "\(table) \($0)"
                }.sorted()
            }
        }
    }

    func value<Value: DatabaseValueConvertible>(_ type: Value.Type, _ sql: String) throws -> Value?
    {
        try DatabaseQueue(path: path).read { try Value.fetchOne($0, sql: sql) }
    }

    /// What stands in its directory.
    var files: [String] {
        get throws {
            try FileManager.default.contentsOfDirectory(
                atPath: URL(fileURLWithPath: path).deletingLastPathComponent().path
            ).filter { !$0.hasSuffix("-wal") && !$0.hasSuffix("-shm") }.sorted()
        }
    }
}
