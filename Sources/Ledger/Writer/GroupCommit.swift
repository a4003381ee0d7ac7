import Foundation

/// The one writer of a process: gathers what its callers ask for while a commit is under way, performs all of it in
/// the next transaction, and answers each. So the cost of a commit is shared by all who wait for it. An idle writer
/// begins at once; a busy one lets the callers of its last batch gather again, for a millisecond at most.
///
/// A batch that the ledger refuses is performed again request by request, so that only the guilty one fails.
/// `close` answers what was asked before it, and refuses the rest; a writer that is let go closes itself.
public final class GroupCommit: Sendable {
    /// Most requests in one transaction.
    public static let requestsMaximum = 512

    private let queue: GroupCommitQueue

    public convenience init(_ ledger: any Ledger) {
        self.init { operations throws(LedgerFailure) in
            try ledger.perform(operations)
        } enqueue: { submissions throws(LedgerFailure) in
            try ledger.enqueue(submissions)
        }
    }

    package init(
        perform: @escaping @Sendable ([LedgerOperation]) throws(LedgerFailure) -> [LedgerAnswer],
        enqueue: @escaping @Sendable ([JobSubmission]) throws(LedgerFailure) -> [EnqueueOutcome]
    ) {
        let queue = GroupCommitQueue()
        self.queue = queue
        let thread = Thread { GroupCommitWork(queue, perform: perform, enqueue: enqueue).run() }
        thread.name = "ledger-writer"
        thread.start()
    }

    deinit { queue.close() }

    /// As `Ledger.perform`: all of these in one transaction, in order, among others' operations.
    public func perform(
        _ operations: [LedgerOperation]
    ) async throws(LedgerFailure) -> [LedgerAnswer] {
        try await withCheckedContinuation { continuation in
            queue.add(.operations(operations) { continuation.resume(returning: $0) })
        }.get()
    }

    /// As `Ledger.enqueue`, all of these in one transaction.
    public func enqueue(
        _ submissions: [JobSubmission]
    ) async throws(LedgerFailure) -> [EnqueueOutcome] {
        try await withCheckedContinuation { continuation in
            queue.add(.submissions(submissions) { continuation.resume(returning: $0) })
        }.get()
    }

    /// Requests that are not in a transaction yet.
    package var waitingCount: Int { queue.waitingCount }

    /// Ends the writer when it has answered everything that it was asked so far.
    public func close() { queue.close() }
}

/// What a caller waits for.
enum GroupCommitRequest: Sendable {
    case operations(
        [LedgerOperation], @Sendable (Result<[LedgerAnswer], LedgerFailure>) -> Void)
    case submissions(
        [JobSubmission], @Sendable (Result<[EnqueueOutcome], LedgerFailure>) -> Void)

    func fail(_ failure: LedgerFailure) {
        switch self {
        case .operations(_, let answer): answer(.failure(failure))
        case .submissions(_, let answer): answer(.failure(failure))
        }
    }
}
