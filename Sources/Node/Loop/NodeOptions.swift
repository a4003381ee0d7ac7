public import TranscodeModel

/// How a node works.
public struct NodeOptions: Sendable {
    /// Units at a time; each has a worker process with one encoding thread.
    public var workers: Int
    /// Path of `reelmill-worker`.
    public var workerExecutable: String
    /// Most memory for all units at a time, as predicted.
    public var memoryBytes: Int64
    /// Only units of these jobs; nil for all.
    public var jobs: Set<JobID>?
    /// Ends when no job (of `jobs`) is unfinished, instead of waiting for more.
    public var endsWhenIdle: Bool
    /// How long a lease lasts, and how often it is renewed and its progress noted.
    public var leaseMilliseconds: Int64
    public var renewMilliseconds: Int64
    /// How often the ledger is asked while there is room for work.
    public var pollMilliseconds: Int64
    /// While draining, units that are predicted to end within this time may.
    public var drainSeconds: Double

    public init(
        workers: Int, workerExecutable: String, memoryBytes: Int64, jobs: Set<JobID>? = nil,
        endsWhenIdle: Bool, leaseMilliseconds: Int64 = 30_000, renewMilliseconds: Int64 = 2_000,
        pollMilliseconds: Int64 = 200, drainSeconds: Double = 20
    ) {
        precondition(workers > 0)
        self.workers = workers
        self.workerExecutable = workerExecutable
        self.memoryBytes = memoryBytes
        self.jobs = jobs
        self.endsWhenIdle = endsWhenIdle
        self.leaseMilliseconds = leaseMilliseconds
        self.renewMilliseconds = renewMilliseconds
        self.pollMilliseconds = pollMilliseconds
        self.drainSeconds = drainSeconds
    }
}

/// Why a node ended.
public enum NodeEnding: Sendable, Hashable {
    /// Nothing was left to do.
    case idle
    /// It was asked to; what it had not finished was handed back.
    case shutDown
}
