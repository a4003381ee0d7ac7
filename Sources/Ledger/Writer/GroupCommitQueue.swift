import Foundation

/// Requests on their way to the writer's thread.
final class GroupCommitQueue: @unchecked Sendable {
    // All below is guarded by the condition.
    private let condition = NSCondition()
    private var waiting: [GroupCommitRequest] = []
    private var isClosed = false
    /// Requests in the last batch: as many callers may be about to ask again.
    private var lastCount = 0
    /// For so long they are waited for, in all; less than a commit takes on most disks.
    private static let gatherSeconds = 0.001

    func add(_ request: GroupCommitRequest) {
        condition.lock()
        let isRefused = isClosed
        if !isRefused {
            waiting.append(request)
            if waiting.count == 1 || waiting.count == lastCount { condition.signal() }
        }
        condition.unlock()
        if isRefused {
            request.fail(LedgerFailure(.unreachable, "the ledger's writer has ended"))
        }
    }

    var waitingCount: Int {
        condition.lock()
        defer { condition.unlock() }
        return waiting.count
    }

    func close() {
        condition.lock()
        isClosed = true
        condition.signal()
        condition.unlock()
    }

    /// The next requests; empty when the queue is closed and nothing is left.
    ///
    /// One caller is not kept waiting. Of many, who were answered together a moment ago, the first to ask again would
    /// have a commit for itself, and all others would wait for it: so as many are let gather as there were.
    func next() -> [GroupCommitRequest] {
        condition.lock()
        defer { condition.unlock() }
        while waiting.isEmpty, !isClosed { condition.wait() }
        if waiting.count < lastCount, !isClosed {
            let limit = Date(timeIntervalSinceNow: GroupCommitQueue.gatherSeconds)
            while waiting.count < lastCount, !isClosed, condition.wait(until: limit) {}
        }
        let batch = Array(waiting.prefix(GroupCommit.requestsMaximum))
        waiting.removeFirst(batch.count)
        lastCount = batch.count
        return batch
    }
}
