import Synchronization
public import TranscodeModel
import WorkerProtocol

/// How far the units that this process runs have come, between two notes in the ledger.
public final class ProgressBoard: Sendable {
    private let progress = Mutex<[UnitID: Int]>([:])

    public init() {}

    func note(_ unit: UnitID, _ work: WorkProgress) {
        progress.withLock { $0[unit] = work.done }
    }

    func forget(_ unit: UnitID) { progress.withLock { $0[unit] = nil } }

    /// What the unit counts: frames of an encode, codec frames of sound, packets of a probe.
    public func done(_ unit: UnitID) -> Int? { progress.withLock { $0[unit] } }
}
