public import Scheduler
import Synchronization

/// Asks a node to end: once to drain, twice to stop at once.
public final class ShutdownSwitch: Sendable {
    private struct State {
        var level = ShutdownLevel.none
        var listener: (@Sendable (ShutdownLevel) -> Void)?
    }
    private let state = Mutex(State())

    public init() {}

    public var level: ShutdownLevel { state.withLock { $0.level } }

    /// The first call drains, the second stops.
    public func press() {
        let (listener, level) = state.withLock { state in
            state.level = state.level == .none ? .drain : .stop
            return (state.listener, state.level)
        }
        listener?(level)
    }

    /// Tells one listener of each press, and at once of those that were.
    func onPress(_ listener: @escaping @Sendable (ShutdownLevel) -> Void) {
        let level = state.withLock { state in
            state.listener = listener
            return state.level
        }
        if level != .none { listener(level) }
    }
}
