import Ledger
import Scheduler
import TranscodeModel

/// One attempt in a node's hands: a worker, and then the steps that make its bytes durable.
final class Attempt {
    enum Step {
        /// The worker has ended.
        case worked
        /// The bytes are synced; the name is not there yet.
        case synced
        /// The name is there, and may be lost.
        case renamed
        /// All of it outlives a loss of power.
        case settled
    }

    let lease: Lease
    let upload: Upload
    let slot: NodeSlot
    let incarnation: Int
    let startedAt: Int64
    let milliseconds: Int64
    /// What the worker will come to; nil for success.
    let failure: Failure?
    var isWorking = true
    var isEnded = false

    init(
        _ lease: Lease, upload: Upload, slot: NodeSlot, startedAt: Int64, milliseconds: Int64,
        failure: Failure?
    ) {
        self.lease = lease
        self.upload = upload
        self.slot = slot
        incarnation = slot.incarnation
        self.startedAt = startedAt
        self.milliseconds = milliseconds
        self.failure = failure
    }

    /// Out of a thousand.
    func progress(at now: Int64) -> Int {
        milliseconds == 0 ? 1000 : Int(min(1000, (now - startedAt) * 1000 / milliseconds))
    }

    /// Every attempt at a unit makes the same bytes (I16).
    var artifact: Artifact {
        Artifact(
            digest: digest(7, UInt64(upload.number), UInt64(lease.unit.position)),
            byteCount: 100_000, pieces: [],
            usage: Usage(
                wallSeconds: Double(milliseconds) / 1000, cpuSeconds: Double(milliseconds) / 1000),
            warnings: [])
    }
}
