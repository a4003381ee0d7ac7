import Ledger
import Synchronization
public import TranscodeModel
import WorkerProtocol

/// How far the units that this process runs have come, between two notes in the ledger.
public final class ProgressBoard: Sendable {
    private struct Note {
        var done: Int
        var part: Double?
    }

    /// A node may hedge a unit of its own.
    private let progress = Mutex<[LeaseToken: Note]>([:])

    public init() {}

    /// - Parameter part: of all its work, 0 to 1; nil where that is not known.
    func note(_ lease: LeaseToken, _ work: WorkProgress, part: Double?) {
        progress.withLock { $0[lease] = Note(done: work.done, part: part) }
    }

    func forget(_ lease: LeaseToken) { progress.withLock { $0[lease] = nil } }

    /// What the unit counts: frames of an encode, codec frames of sound, packets of a probe.
    public func done(_ unit: UnitID) -> Int? {
        progress.withLock { notes in
            notes.filter { $0.key.unit == unit }.map(\.value.done).max()
        }
    }

    /// A lease in hand, with what is known of it.
    func held(_ lease: HeldLease) -> HeldLease {
        guard let note = progress.withLock({ $0[lease.token] }) else { return lease }
        return HeldLease(token: lease.token, progress: note.done, part: note.part)
    }
}
