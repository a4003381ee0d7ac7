import CFileSystem
import Glibc

/// What SQLite keeps beside a ledger's file, out of the way of another ledger that is about to have its name: SQLite would
/// take it for that one's (sqlite.org/howtocorrupt.html, section 1.4).
struct LedgerLogs {
    static let ends = ["-wal", "-journal", "-shm"]

    let ledger: LedgerFile
    /// Where each that was moved is.
    private(set) var moved: [(end: String, path: String)] = []

    init(of ledger: LedgerFile) { self.ledger = ledger }

    /// Moves them to names that belong to no database, so that a crash at any moment leaves none beside a ledger that is
    /// not its own. What cannot be moved leaves all where they were.
    mutating func moveAway(_ name: String) throws {
        do throws(LedgerFailure) {
            for end in Self.ends where LedgerFile(ledger.path + end).isThere {
                let path = "\(name).\(end.dropFirst())"
                try Self.rename(ledger.path + end, path)
                moved.append((end, path))
            }
        } catch {
            try moveBack()
            throw error
        }
    }

    mutating func moveBack() throws(LedgerFailure) { try move(to: ledger) }

    /// Beside the file that they belong to, wherever it is now.
    mutating func move(to other: LedgerFile) throws(LedgerFailure) {
        while let (end, path) = moved.last {
            try Self.rename(path, other.path + end)
            moved.removeLast()
        }
    }

    private static func rename(_ from: String, _ to: String) throws(LedgerFailure) {
        let code = reelmill_rename_without_replacing(from, to)
        guard code == 0 else {
            throw LedgerFailure(
                .unreachable,
                "\(from): it cannot be moved to \(to) (\(String(cString: strerror(code)))). "
                    + "Check the rights and the disk.")
        }
    }
}
