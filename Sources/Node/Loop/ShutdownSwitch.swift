import Synchronization

/// Asks a node to end: once to drain, twice to stop at once.
public final class ShutdownSwitch: Sendable {
    public enum Level: Int, Sendable, Comparable {
        case none, drain, stop
        public static func < (left: Level, right: Level) -> Bool { left.rawValue < right.rawValue }
    }
    private let state = Mutex(Level.none)

    public init() {}

    public var level: Level { state.withLock { $0 } }

    /// The first call drains, the second stops.
    public func press() {
        state.withLock { $0 = $0 == .none ? .drain : .stop }
    }
}
