import Ledger
import Synchronization

/// The ledger's clock in a world: the world's time and an offset that jumps.
final class WorldClock: Sendable {
    private let reading = Atomic<Int64>(0)

    var ledgerMilliseconds: Int64 { reading.load(ordering: .relaxed) }
    func set(_ milliseconds: Int64) { reading.store(milliseconds, ordering: .relaxed) }
    var ledgerClock: LedgerClock { LedgerClock { self.ledgerMilliseconds } }
}
