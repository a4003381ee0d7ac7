/// What happened in one world, or in many.
public struct Tally: Sendable, Hashable, Codable {
    public var histories = 0
    public var jobs = 0
    public var jobsReady = 0
    public var jobsFailed = 0
    public var jobsCancelled = 0
    /// Units that were done.
    public var units = 0
    /// Leases that were granted.
    public var attempts = 0
    /// Steps of the nodes' cores.
    public var steps = 0
    /// Requests that the ledger performed.
    public var requests = 0
    public var retried = 0
    public var split = 0
    public var quarantined = 0
    public var hedged = 0
    public var overtaken = 0
    public var breakersOpened = 0
    public var breakersClosed = 0
    /// Times that a node had too little room on its disk to begin anything new.
    public var disksShort = 0
    /// Leases that were taken back from dead or silent nodes.
    public var takenBack = 0
    /// Completions and releases of holders that had lost their lease.
    public var fenced = 0
    /// Times that a fault really happened, by name.
    public var faults: [String: Int] = [:]
    /// Milliseconds of the worlds' own time.
    public var virtualMilliseconds: Int64 = 0

    public init() {}

    mutating func count(_ kind: FaultKind) { faults[kind.rawValue, default: 0] += 1 }

    mutating func add(_ other: Tally) {
        histories += other.histories
        jobs += other.jobs
        jobsReady += other.jobsReady
        jobsFailed += other.jobsFailed
        jobsCancelled += other.jobsCancelled
        units += other.units
        attempts += other.attempts
        steps += other.steps
        requests += other.requests
        retried += other.retried
        split += other.split
        quarantined += other.quarantined
        hedged += other.hedged
        overtaken += other.overtaken
        breakersOpened += other.breakersOpened
        breakersClosed += other.breakersClosed
        disksShort += other.disksShort
        takenBack += other.takenBack
        fenced += other.fenced
        faults.merge(other.faults, uniquingKeysWith: +)
        virtualMilliseconds += other.virtualMilliseconds
    }
}

/// One line of a trace.
public struct TraceLine: Sendable, Hashable, Codable {
    public var milliseconds: Int64
    public var who: String
    public var what: String
    public var answer: String

    public var text: String {
        let time = seconds(milliseconds)
        return String(repeating: " ", count: max(0, 10 - time.count)) + time + "  "
            + who + String(repeating: " ", count: max(0, 7 - who.count)) + what
            + (answer.isEmpty ? "" : " → \(answer)")
    }
}
