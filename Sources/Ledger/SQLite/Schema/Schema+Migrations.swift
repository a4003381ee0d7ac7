import GRDB

/// A step from one released schema to the next. It changes tables and their rows; triggers are none of its business:
/// they are all dropped before the first step, so that none fires, and made anew after the last.
struct SchemaStep: Sendable {
    /// It leads from this schema to the next.
    var from: Int
    var apply: @Sendable (Database) throws -> Void
}

extension Schema {
    /// One for each schema from the first that was released on. A released step never changes: once a table that it makes
    /// is changed by a later one, it has a text of its own.
    static let steps = [
        SchemaStep(from: 2) { database in
            try database.execute(sql: jobStateIndex)
            try database.execute(sql: backfillTables)
            try database.execute(sql: retentionTables)
        },
        // Nothing was learned by then.
        SchemaStep(from: 3) { database in
            try remakeUnits(database)
            try database.execute(sql: costTable)
        },
        // Nobody had noted a part by then.
        SchemaStep(from: 4) { database in
            for column in [
                "held_since INTEGER", "part REAL", "noted_at INTEGER", "rival_since INTEGER",
                "rival_part REAL", "rival_noted_at INTEGER",
            ] {
                try database.execute(sql: "ALTER TABLE work_unit ADD COLUMN \(column)")
            }
            // When a second lease began was not kept.
            try database.execute(
                sql: """
                    UPDATE work_unit SET held_since = started_at,
                        rival_since = CASE WHEN rival IS NULL THEN NULL ELSE started_at END
                    WHERE state = 'leased'
                    """)
        },
    ]

    /// Units of the kind `preview`, and which of them are urgent. A check of a table cannot be changed: the table is made
    /// anew, and its rows are those that there were.
    private static func remakeUnits(_ database: Database) throws {
        let indexes = try String.fetchAll(
            database,
            sql: "SELECT name FROM sqlite_schema WHERE type = 'index' AND tbl_name = 'work_unit'")
        for name in indexes { try database.execute(sql: "DROP INDEX \"\(name)\"") }
        try database.execute(sql: "ALTER TABLE work_unit RENAME TO work_unit_before")
        try database.execute(sql: unitTable4)
        let columns = try database.columns(in: "work_unit_before").map(\.name)
            .joined(separator: ", ")
        try database.execute(
            sql: "INSERT INTO work_unit (\(columns)) SELECT \(columns) FROM work_unit_before")
        try database.execute(sql: "DROP TABLE work_unit_before")
    }

    /// Brings a ledger of a released schema to this one, within the caller's transaction.
    static func migrate(_ database: Database, from version: Int) throws {
        let triggers = try String.fetchAll(
            database, sql: "SELECT name FROM sqlite_schema WHERE type = 'trigger'")
        for name in triggers { try database.execute(sql: "DROP TRIGGER \"\(name)\"") }
        for step in steps where step.from >= version { try step.apply(database) }
        try database.execute(sql: Schema().triggers)
        try database.execute(sql: "PRAGMA user_version = \(Schema.version)")
    }
}
