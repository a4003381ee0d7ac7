import Foundation

/// Requests on their way to the writer's thread.
final class GroupCommitQueue: @unchecked Sendable {
    // All below is guarded by the condition.
    private let condition = NSCondition()
    private var waiting: [GroupCommitRequest] = []
    private var isClosed = false

    func add(_ request: GroupCommitRequest) {
        condition.lock()
        let isRefused = isClosed
        if !isRefused {
            waiting.append(request)
            if waiting.count == 1 { condition.signal() }
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

    /// The next requests, as soon as there is one; empty when the queue is closed and nothing is left.
    func next() -> [GroupCommitRequest] {
        condition.lock()
        defer { condition.unlock() }
        while waiting.isEmpty, !isClosed { condition.wait() }
        let batch = Array(waiting.prefix(GroupCommit.requestsMaximum))
        waiting.removeFirst(batch.count)
        return batch
    }
}
