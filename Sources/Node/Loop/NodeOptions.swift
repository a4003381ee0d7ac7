public import Scheduler
public import TranscodeModel
public import WorkerProtocol

/// How a node works: what its core decides by, and what its shell needs.
public struct NodeOptions: Sendable {
    public var policy: NodePolicy
    /// Path of `reelmill-worker`.
    public var workerExecutable: String
    public var limits: SourceLimits
    public var sandbox: SandboxPolicy
    /// How often the core is told that time has passed.
    public var tickMilliseconds: Int64

    public init(
        policy: NodePolicy, workerExecutable: String, limits: SourceLimits = SourceLimits(),
        sandbox: SandboxPolicy = .required,
        tickMilliseconds: Int64 = 100
    ) {
        precondition(tickMilliseconds > 0)
        self.policy = policy
        self.workerExecutable = workerExecutable
        self.limits = limits
        self.sandbox = sandbox
        self.tickMilliseconds = tickMilliseconds
    }
}
