import Ledger
import Synchronization

/// The attempts that run, so that each can be stopped by its token.
final class AttemptRegistry: Sendable {
    private let running = Mutex<[LeaseToken: Task<Void, Never>]>([:])

    /// The caller awaits the task.
    func begin(
        _ token: LeaseToken, _ work: @escaping @Sendable () async -> Void
    ) -> Task<Void, Never> {
        // Under the lock, so that a short attempt is not forgotten before it is known.
        running.withLock { tasks in
            let task = Task { await work() }
            tasks[token] = task
            return task
        }
    }

    func cancel(_ token: LeaseToken) { running.withLock { $0[token] }?.cancel() }

    func forget(_ token: LeaseToken) { running.withLock { $0[token] = nil } }
}
