import Foundation
import Synchronization

/// A thread that starts zygotes, and never ends.
///
/// The kernel's death signal follows the thread that started a process and not its process; a zygote's workers count as
/// started by the same thread as the zygote.
final class ZygoteKeeper: Sendable {
    static let shared = ZygoteKeeper()

    private let wishes = Mutex<[@Sendable () -> Void]>([])
    private let bell = DispatchSemaphore(value: 0)

    private init() {
        let thread = Thread { [self] in
            while true {
                bell.wait()
                let wish = wishes.withLock { $0.removeFirst() }
                wish()
            }
        }
        thread.name = "zygotes"
        thread.start()
    }

    /// Runs `body` on that thread, and returns what it returned.
    func perform<Value: Sendable>(_ body: @escaping @Sendable () -> Value) -> Value {
        let reply = Reply<Value>()
        wishes.withLock { $0.append { reply.give(body()) } }
        bell.signal()
        return reply.wait()
    }
}

/// A value that one thread gives and another waits for.
private final class Reply<Value: Sendable>: Sendable {
    private let value = Mutex<Value?>(nil)
    private let isGiven = DispatchSemaphore(value: 0)

    func give(_ given: Value) {
        value.withLock { $0 = given }
        isGiven.signal()
    }

    func wait() -> Value {
        isGiven.wait()
        guard let given = value.withLock({ $0 }) else { preconditionFailure("nothing was given") }
        return given
    }
}
