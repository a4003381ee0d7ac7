import GRDB

extension Schema {
    /// Brings a ledger of an older version to this one. Its rows stay as they are.
    static func bringForward(_ database: Database, from version: Int) throws {
        if version < 2 { try allowText(database) }
        try database.execute(sql: "PRAGMA user_version = \(Schema.version)")
    }

    /// Version 2 knows one more kind of unit. A rule that only allows more is changed in the schema's own text: the
    /// table need not be written anew (sqlite.org/lang_altertable.html, section 7).
    private static func allowText(_ database: Database) throws {
        let number = try Int.fetchOne(database, sql: "PRAGMA schema_version") ?? 0
        try database.execute(
            sql: """
                PRAGMA writable_schema = ON;
                UPDATE sqlite_schema
                    SET sql = replace(sql, 'OR kind = ''stitch''', 'OR kind = ''text'' OR kind = ''stitch''')
                    WHERE type = 'table' AND name = 'work_unit';
                PRAGMA schema_version = \(number + 1);
                PRAGMA writable_schema = OFF;
                """)
    }
}
