import Foundation
import GRDB

extension SQLiteLedger {
    /// Copies the ledger as it is at one moment to a new file, while nodes go on working. The copy is durable, and its
    /// history is checked, before it appears; it never replaces anything.
    ///
    /// Fails as `refused` where something is there, as `corrupt` when the copy is not sound.
    public func backUp(to file: String) throws(LedgerFailure) -> LedgerSummary {
        do {
            return try LedgerCopy(file).write(pool)
        } catch { throw ledgerFailure(error, file) }
    }
}
