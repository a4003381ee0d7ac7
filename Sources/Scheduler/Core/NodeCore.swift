public import Ledger
import TranscodeModel

/// All decisions of a node, as one synchronous step function: what happened in, what to do out. It reads no clock,
/// draws no chance of its own and does nothing itself, so that a simulator can drive it through any order of
/// events.
///
/// What must always be true: every lease that is held is a member; every member is started once and dismissed once;
/// an attempt ends by a completion, a release, or by being told that it is fenced.
public struct NodeCore: Hashable, Sendable {
    public let identity: NodeRecord
    public let policy: NodePolicy

    public init(identity: NodeRecord, policy: NodePolicy) {
        self.identity = identity
        self.policy = policy
    }

    /// - Parameter now: milliseconds of a clock that never goes back; only this node's.
    public mutating func step(
        _ event: NodeEvent, now: Int64, using generator: inout some RandomNumberGenerator
    ) -> [NodeEffect] {
        []
    }
}
