import GRDB
import GRDBSQLite

/// What SQLite itself can do on this machine: one table without rules, opened, prepared and committed as the ledger is.
/// A unit is a row that is inserted in one transaction and updated in another. Only the bench uses it.
package final class BareTable: Sendable {
    private let pool: DatabasePool
    private let writer: WriteConnection
    private let path: String

    package init(at path: String) throws(LedgerFailure) {
        self.path = path
        do {
            pool = try DatabasePool(path: path, configuration: SQLiteLedger.configuration)
            writer = try pool.writeWithoutTransaction { database in
                try database.execute(
                    sql: SQLiteLedger.settings(sync: "FULL") + """
                        ; CREATE TABLE IF NOT EXISTS bare
                            (id INTEGER PRIMARY KEY, state INTEGER NOT NULL, text TEXT NOT NULL)
                        """)
                guard let pointer = database.sqliteConnection else {
                    throw LedgerFailure(.unreachable, "\(path) is closed")
                }
                return try WriteConnection(pointer, plantedBug: nil)
            }
        } catch { throw ledgerFailure(error, path) }
    }

    deinit { writer.close() }

    package func insert(_ rows: Range<Int>) throws(LedgerFailure) {
        try change { writer in
            let insert = try writer.statement("INSERT OR ROLLBACK INTO bare VALUES (?1, 0, ?2)")
            insert.bind(
                2,
                "a row as long as what is kept of a unit: about a hundred and twenty bytes of text, and no more of it"
            )
            for row in rows {
                insert.bind(1, row)
                try insert.run()
            }
        }
    }

    package func update(_ rows: Range<Int>) throws(LedgerFailure) {
        try change { writer in
            let update = try writer.statement("UPDATE OR ROLLBACK bare SET state = 1 WHERE id = ?1")
            for row in rows {
                update.bind(1, row)
                try update.run()
            }
        }
    }

    private func change(_ body: (WriteConnection) throws -> Void) throws(LedgerFailure) {
        do {
            try pool.writeWithoutTransaction { _ in
                try writer.statement("BEGIN IMMEDIATE").run()
                try body(writer)
                try writer.statement("COMMIT").run()
            }
        } catch { throw ledgerFailure(error, path) }
    }
}
