import GRDBSQLite
import Testing

/// What stands in every table of a database, also what no ledger tells: two ledgers with the same contents go on alike.
struct TableContents: Equatable {
    private var text = ""

    init(ofFile path: String) throws {
        var connection: OpaquePointer?
        try #require(sqlite3_open(path, &connection) == SQLITE_OK)
        defer { sqlite3_close(connection) }
        let tables = try Self.rows(
            of: "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name", connection)
        for table in tables {
            text += try Self.rows(of: "SELECT '\(table)', * FROM \"\(table)\"", connection)
                .joined(separator: "\n")
        }
    }

    /// The rows of a query, their values in the form of SQL.
    private static func rows(of sql: String, _ connection: OpaquePointer?) throws -> [String] {
        var statement: OpaquePointer?
        try #require(sqlite3_prepare_v2(connection, sql, -1, &statement, nil) == SQLITE_OK)
        defer { sqlite3_finalize(statement) }
        var rows: [String] = []
        while sqlite3_step(statement) == SQLITE_ROW {
            var row = ""
            for column in 0..<sqlite3_column_count(statement) {
                if column > 0 { row += "|" }
                if sqlite3_column_type(statement, column) == SQLITE_BLOB {
                    let bytes = UnsafeRawBufferPointer(
                        start: sqlite3_column_blob(statement, column),
                        count: Int(sqlite3_column_bytes(statement, column)))
                    var hasher = Hasher()
                    hasher.combine(bytes: bytes)
                    row += String(hasher.finalize())
                } else if let text = sqlite3_column_text(statement, column) {
                    row += String(cString: text)
                }
            }
            rows.append(row)
        }
        return rows
    }
}
