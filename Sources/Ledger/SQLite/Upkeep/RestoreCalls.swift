import CFileSystem

/// The steps of a restoration that a disk can refuse, so that a test can have them refused.
struct RestoreCalls {
    /// Swaps two names: 0, or the code of the error.
    var exchange: (_ one: String, _ other: String) -> Int32
    /// Renames, and never replaces: 0, or the code of the error.
    var place: (_ from: String, _ to: String) -> Int32
    /// Makes the names in a file's directory durable.
    var settle: (LedgerFile) throws -> Void

    static var system: RestoreCalls {
        RestoreCalls(
            exchange: { reelmill_exchange($0, $1) },
            place: { reelmill_rename_without_replacing($0, $1) },
            settle: { try $0.syncFolder() })
    }
}
