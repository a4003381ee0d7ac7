import GRDB

/// What stands in every table of a database, also what no ledger tells: two ledgers with the same contents go on alike.
struct TableContents: Equatable {
    private var tables: [String: String] = [:]

    init(ofFile path: String) throws {
        let queue = try DatabaseQueue(path: path)
        tables = try queue.read { database in
            let names = try String.fetchAll(
                database, sql: "SELECT name FROM sqlite_schema WHERE type = 'table'")
            var tables: [String: String] = [:]
            for name in names {
                let columns = try database.columns(in: name).map { "quote(\"\($0.name)\")" }
                tables[name] = try String.fetchOne(
                    database,
                    sql: """
                        SELECT group_concat(\(columns.joined(separator: "||','||")), char(10)) FROM "\(name)"
                        """)
            }
            return tables
        }
        try queue.close()
    }
}
