/// A circuit breaker as all nodes see it. While one is open, no unit that depends on what it guards is leased.
public struct BreakerRecord: Hashable, Sendable, Codable {
    public enum State: String, Sendable, Codable, CaseIterable {
        case open, closed
    }

    /// What it guards: `store`, `encoder:h264`, `profile:` and the start of a digest.
    public var key: String
    public var state: State
    /// Counts its changes, from 1.
    public var generation: Int64
    /// The failures in a row that opened it, or kept it open.
    public var failures: Int
    /// When one unit may try it again; in the ledger's time.
    public var retryAtMilliseconds: Int64
    /// For people: what failed, and what to do.
    public var reason: String

    public init(
        key: String, state: State, generation: Int64, failures: Int, retryAtMilliseconds: Int64,
        reason: String
    ) {
        self.key = key
        self.state = state
        self.generation = generation
        self.failures = failures
        self.retryAtMilliseconds = retryAtMilliseconds
        self.reason = reason
    }
}
