import ArtifactStore
import Dispatch
import Ledger
import Logging
import Synchronization
import TranscodeModel

/// Writes logs of attempts to the store, one after the other, beside the node's work. What cannot be written fails
/// nothing; that is said once.
final class LogDesk: Sendable {
    private let store: any ArtifactStore
    private let logger: Logger
    private let queue = DispatchQueue(label: "reelmill.logs", qos: .utility)
    private let hasWarned = Mutex(false)

    init(store: any ArtifactStore, logger: Logger) {
        self.store = store
        self.logger = logger
    }

    func schedule(afterNanoseconds delay: UInt64, _ work: @escaping @Sendable () -> Void) {
        if delay == 0 {
            queue.async(execute: work)
        } else {
            queue.asyncAfter(
                deadline: .now() + .nanoseconds(Int(clamping: delay)), execute: work)
        }
    }

    /// On the queue alone. False when the store does not take it.
    func write(_ bytes: [UInt8], _ token: LeaseToken, after offset: Int64?) -> Bool {
        do throws(Failure) {
            try store.writeLog(
                bytes, to: AttemptLogName(unit: token.unit, attempt: token.attempt),
                tenant: token.tenant, after: offset)
            return true
        } catch {
            let isFirst = hasWarned.withLock { warned in
                defer { warned = true }
                return !warned
            }
            if isFirst {
                logger.warning(
                    "logs of attempts cannot be kept now; the work goes on without",
                    metadata: ["reason": "\(error.message)"])
            }
            return false
        }
    }

    /// Returns when all that was said before is written.
    func finish() { queue.sync {} }
}
