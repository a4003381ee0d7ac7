import GRDB
import GRDBSQLite

/// An error of SQLite or GRDB as ours; our own pass through.
func ledgerFailure(_ error: any Error, _ path: String) -> LedgerFailure {
    switch error {
    case let ours as LedgerFailure: ours
    case let fault as SQLiteFault: ledgerFailure(fault.code, fault.message, path)
    case let fault as DatabaseError:
        ledgerFailure(
            fault.extendedResultCode.rawValue,
            fault.message ?? "SQLite error \(fault.extendedResultCode.rawValue)", path)
    default: LedgerFailure(.corrupt, "\(path): the ledger holds what cannot be read: \(error)")
    }
}

private func ledgerFailure(_ code: Int32, _ reason: String, _ path: String) -> LedgerFailure {
    switch code & 0xff {
    // PROTOCOL: the locks of the log were contended for too long.
    case SQLITE_BUSY, SQLITE_LOCKED, SQLITE_PROTOCOL:
        LedgerFailure(.busy, "\(path): the ledger is busy (\(reason)). Try again.")
    case SQLITE_FULL:
        LedgerFailure(.full, "\(path): the disk of the ledger is full. Free some space.")
    case SQLITE_CORRUPT, SQLITE_NOTADB:
        LedgerFailure(
            .corrupt, "\(path): this is not an intact ledger (\(reason)). Restore a backup.")
    case SQLITE_CONSTRAINT:
        LedgerFailure(.refused, "\(path): the ledger refused a change: \(reason)")
    default:
        LedgerFailure(
            .unreachable,
            "\(path): the ledger cannot be used (\(reason)). Check the path, the rights and the disk."
        )
    }
}
