public import TranscodeModel

/// How a node works: all the numbers that its decisions rest on.
public struct NodePolicy: Hashable, Sendable {
    /// Units at a time; each has a worker process with one encoding thread.
    public var workers: Int
    /// Most memory for all units at a time, as predicted.
    public var memoryBytes: Int64
    /// Only units of these jobs; nil for all.
    public var jobs: Set<JobID>?
    /// Ends when no job (of `jobs`) is unfinished, instead of waiting for more.
    public var endsWhenIdle: Bool
    /// How long a lease lasts, and how often it is renewed and its progress noted.
    public var leaseMilliseconds: Int64
    public var renewMilliseconds: Int64
    /// How often the ledger is looked at when nothing else gives a reason to.
    public var careMilliseconds: Int64
    /// While draining, units that are predicted to end within this time may.
    public var drainSeconds: Double
    /// For so long an unusable ledger is waited for.
    public var ledgerPatienceMilliseconds: Int64
    public var leaseChoice: LeaseChoice
    public var retry: RetryRule
    public var hedge: HedgeRule
    public var breaker: BreakerRule
    public var disk: DiskRule

    public init(
        workers: Int, memoryBytes: Int64, jobs: Set<JobID>? = nil, endsWhenIdle: Bool,
        leaseMilliseconds: Int64 = 30_000, renewMilliseconds: Int64 = 2_000,
        careMilliseconds: Int64 = 1_000, drainSeconds: Double = 20,
        ledgerPatienceMilliseconds: Int64 = 15_000, leaseChoice: LeaseChoice = LeaseChoice(),
        retry: RetryRule = RetryRule(), hedge: HedgeRule = HedgeRule(),
        breaker: BreakerRule = BreakerRule(), disk: DiskRule = .none
    ) {
        precondition(workers > 0)
        precondition(renewMilliseconds < leaseMilliseconds)
        self.workers = workers
        self.memoryBytes = memoryBytes
        self.jobs = jobs
        self.endsWhenIdle = endsWhenIdle
        self.leaseMilliseconds = leaseMilliseconds
        self.renewMilliseconds = renewMilliseconds
        self.careMilliseconds = careMilliseconds
        self.drainSeconds = drainSeconds
        self.ledgerPatienceMilliseconds = ledgerPatienceMilliseconds
        self.leaseChoice = leaseChoice
        self.retry = retry
        self.hedge = hedge
        self.breaker = breaker
        self.disk = disk
    }
}
