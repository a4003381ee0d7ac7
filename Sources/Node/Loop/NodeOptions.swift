public import Scheduler
public import TranscodeModel

/// How a node works: what its core decides by, and what its shell needs.
public struct NodeOptions: Sendable {
    public var policy: NodePolicy
    /// Path of `reelmill-worker`.
    public var workerExecutable: String
    public var limits: SourceLimits
    /// How often the core is told that time has passed.
    public var tickMilliseconds: Int64

    public init(
        policy: NodePolicy, workerExecutable: String, limits: SourceLimits = SourceLimits(),
        tickMilliseconds: Int64 = 100
    ) {
        precondition(tickMilliseconds > 0)
        self.policy = policy
        self.workerExecutable = workerExecutable
        self.limits = limits
        self.tickMilliseconds = tickMilliseconds
    }
}
