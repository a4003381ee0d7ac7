import Ledger

/// The ledger that a trace runs on.
struct TraceDriver {
    let ledger: any SchedulingLedger
    private let mirror: MirroredLedger?

    init(_ kind: TraceOptions.Driver, _ clock: WorldClock) {
        let lean = LeanLedger(clock: clock.ledgerClock)
        let memory = ContractLedger(
            MemoryLedger(clock: clock.ledgerClock, keepsHistory: false, plantedBug: nil))
        let mirror = MirroredLedger(lean, memory)
        self.mirror = kind == .mirrored ? mirror : nil
        switch kind {
        case .lean: ledger = lean
        case .memory: ledger = memory
        case .mirrored: ledger = mirror
        }
    }

    /// Where the two that were compared differed first.
    var difference: String? { mirror?.difference }
}
