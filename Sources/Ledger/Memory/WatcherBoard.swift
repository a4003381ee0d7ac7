import Synchronization

/// Who wants to be told of changes.
final class WatcherBoard: Sendable {
    private struct Watchers {
        var next = 0
        var calls: [Int: @Sendable () -> Void] = [:]
    }

    private let watchers = Mutex(Watchers())

    func watch(_ onChange: @escaping @Sendable () -> Void) -> any LedgerWatch {
        let number = watchers.withLock { watchers in
            watchers.next += 1
            watchers.calls[watchers.next] = onChange
            return watchers.next
        }
        return Watch(board: self, number: number)
    }

    /// Outside the lock, so that who is called may use the ledger.
    func call() {
        let calls = watchers.withLock { Array($0.calls.values) }
        for call in calls { call() }
    }

    fileprivate func forget(_ number: Int) {
        watchers.withLock { $0.calls[number] = nil }
    }
}

/// Ends with its last reference.
private final class Watch: LedgerWatch {
    private let board: WatcherBoard
    private let number: Int

    init(board: WatcherBoard, number: Int) {
        self.board = board
        self.number = number
    }

    deinit { board.forget(number) }

    func cancel() { board.forget(number) }
}
