import GRDB
import GRDBSQLite
import Glibc
import TranscodeModel

/// An error of SQLite, with its extended code.
struct SQLiteFault: Error {
    var code: Int32
    var message: String

    init(_ connection: OpaquePointer?) {
        code = sqlite3_extended_errcode(connection)
        message = String(cString: sqlite3_errmsg(connection))
    }

    init(code: Int32, message: String) {
        self.code = code
        self.message = message
    }
}

/// A prepared statement, used again and again: bind, step or run, and it is ready for the next time.
final class Statement {
    let pointer: OpaquePointer
    private let connection: OpaquePointer
    /// Of a value that SQLite had no memory to copy: it stands as NULL in the statement, which must not run.
    private var bindingFault = SQLITE_OK
    /// The statement that this one stands for; nil if it is our own.
    private let owner: GRDB.Statement?

    /// A statement of a connection that reads, which keeps it prepared.
    init(_ database: Database, cached sql: String) throws {
        let owner = try database.cachedStatement(sql: sql)
        guard let connection = database.sqliteConnection else {
            throw LedgerFailure(.unreachable, "the ledger is closed")
        }
        pointer = owner.sqliteStatement
        self.connection = connection
        self.owner = owner
    }

    init(_ connection: OpaquePointer, _ sql: UnsafePointer<CChar>) throws {
        var pointer: OpaquePointer?
        let flags = UInt32(SQLITE_PREPARE_PERSISTENT)
        guard sqlite3_prepare_v3(connection, sql, -1, flags, &pointer, nil) == SQLITE_OK,
            let pointer
        else { throw SQLiteFault(connection) }
        self.pointer = pointer
        self.connection = connection
        owner = nil
    }

    deinit {
        if owner == nil { sqlite3_finalize(pointer) } else { sqlite3_reset(pointer) }
    }

    // Binding: parameters count from 1. What is bound stays until it is bound anew.

    func bind(_ index: Int32, _ value: Int64) { sqlite3_bind_int64(pointer, index, value) }
    func bind(_ index: Int32, _ value: Int) { sqlite3_bind_int64(pointer, index, Int64(value)) }
    func bind(_ index: Int32, _ value: Double) { sqlite3_bind_double(pointer, index, value) }
    func bindNull(_ index: Int32) { sqlite3_bind_null(pointer, index) }

    func bind(_ index: Int32, _ value: Int64?) {
        if let value { bind(index, value) } else { bindNull(index) }
    }

    func bind(_ index: Int32, _ value: Double?) {
        if let value { bind(index, value) } else { bindNull(index) }
    }

    func bind(_ index: Int32, _ value: String) {
        var text = value
        text.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) {
                // An empty string may have no address, which would bind NULL.
                note(
                    sqlite3_bind_text(
                        pointer, index, $0.baseAddress ?? UnsafePointer(bitPattern: 1),
                        Int32($0.count), Statement.copied))
            }
        }
    }

    /// UTF-8.
    func bindText(_ index: Int32, _ text: [UInt8]) {
        text.withUnsafeBytes { bytes in
            bytes.withMemoryRebound(to: CChar.self) {
                note(
                    sqlite3_bind_text(
                        pointer, index, $0.baseAddress, Int32($0.count), Statement.copied))
            }
        }
    }

    func bind(_ index: Int32, _ value: String?) {
        if let value { bind(index, value) } else { bindNull(index) }
    }

    func bind(_ index: Int32, _ value: Digest) {
        value.bytes.withUnsafeBytes {
            note(
                sqlite3_bind_blob(
                    pointer, index, $0.baseAddress, Int32($0.count), Statement.copied))
        }
    }

    private func note(_ code: Int32) {
        if code != SQLITE_OK { bindingFault = code }
    }

    /// Tells SQLite to copy what is bound.
    private static let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

    // Running

    /// True on a row. After false the statement is ready for the next time; after true call `reset` in the end.
    func step() throws -> Bool {
        guard bindingFault == SQLITE_OK else {
            defer { bindingFault = SQLITE_OK }
            throw SQLiteFault(
                code: bindingFault, message: String(cString: sqlite3_errstr(bindingFault)))
        }
        switch sqlite3_step(pointer) {
        case SQLITE_ROW: return true
        case SQLITE_DONE:
            sqlite3_reset(pointer)
            return false
        default:
            let fault = SQLiteFault(connection)
            sqlite3_reset(pointer)
            throw fault
        }
    }

    func reset() { sqlite3_reset(pointer) }

    /// One step, whatever comes of it.
    func attempt() {
        sqlite3_step(pointer)
        sqlite3_reset(pointer)
    }

    /// To its end. Returns how many rows it changed itself.
    @discardableResult
    func run() throws -> Int {
        while try step() {}
        return Int(sqlite3_changes(connection))
    }

    // Columns of the row that it stands on, from 0.

    func isNull(_ column: Int32) -> Bool { sqlite3_column_type(pointer, column) == SQLITE_NULL }
    func int64(_ column: Int32) -> Int64 { sqlite3_column_int64(pointer, column) }
    func int(_ column: Int32) -> Int { Int(sqlite3_column_int64(pointer, column)) }
    func double(_ column: Int32) -> Double { sqlite3_column_double(pointer, column) }
    func optionalInt64(_ column: Int32) -> Int64? { isNull(column) ? nil : int64(column) }

    func text(_ column: Int32) -> String {
        sqlite3_column_text(pointer, column).map { String(cString: $0) } ?? ""
    }

    func optionalText(_ column: Int32) -> String? {
        sqlite3_column_text(pointer, column).map { String(cString: $0) }
    }

    /// Whether a text column holds exactly this.
    func holds(_ column: Int32, _ text: StaticString) -> Bool {
        let count = sqlite3_column_bytes(pointer, column)
        guard Int(count) == text.utf8CodeUnitCount, let bytes = sqlite3_column_text(pointer, column)
        else { return false }
        return memcmp(bytes, text.utf8Start, Int(count)) == 0
    }

    func bytes(_ column: Int32) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(
            start: sqlite3_column_blob(pointer, column),
            count: Int(sqlite3_column_bytes(pointer, column)))
    }

    func digest(_ column: Int32) throws -> Digest {
        guard let digest = Digest(bytes: bytes(column)) else {
            throw LedgerFailure(.corrupt, "the ledger has no digest where one is due")
        }
        return digest
    }

    func named<Value: RawRepresentable>(_ type: Value.Type, _ column: Int32) throws -> Value
    where Value.RawValue == String {
        let name = text(column)
        guard let value = Value(rawValue: name) else {
            throw LedgerFailure(.corrupt, "the ledger has “\(name)” where a \(type) is due")
        }
        return value
    }
}
