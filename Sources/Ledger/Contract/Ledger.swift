public import TranscodeModel

/// The record of every job and unit, and the only place where work takes effect.
///
/// Every driver keeps these promises: one transaction a call; a call that throws changed nothing;
/// only the newest lease of a unit can complete it (I3); every transition has an event in the same
/// transaction (I10). The states and their arrows are drawn at `JobState` and `UnitState`.
///
/// An epoch counts a unit's claims and losses: odd while owned, so that a lease that was lost in any
/// way can never complete, not even before the next claim. Time is for liveness, the epoch for
/// safety: a late completion at an unmoved epoch counts.
public protocol Ledger: Sendable {
    // Jobs
    func enqueue(_ submissions: [JobSubmission]) throws(LedgerFailure) -> [EnqueueOutcome]
    /// Lets the content of a ready job be enqueued again: its owner removed the output.
    func supersede(_ job: JobID) throws(LedgerFailure)
    /// False when the job has ended already.
    func cancel(_ job: JobID, reason: String) throws(LedgerFailure) -> Bool

    // Nodes
    func register(_ node: NodeRecord) throws(LedgerFailure)
    func retire(_ node: NodeID) throws(LedgerFailure)
    /// Nodes that have not retired, dead or alive.
    func nodes() throws(LedgerFailure) -> [NodeRecord]
    /// Makes all units that a node holds ready again.
    func releaseLeases(ofNode node: NodeID, reason: String) throws(LedgerFailure) -> [UnitID]

    // Leases
    /// Ready units whose time has come, the most urgent of each tenant and class; only of `jobs` if given.
    func candidates(limit: Int, jobs: Set<JobID>?) throws(LedgerFailure) -> [LedgerCandidate]
    func idleFacts(jobs: Set<JobID>?) throws(LedgerFailure) -> IdleFacts
    /// Leases those picks that are still ready at their epoch. Each counts an attempt (I11).
    func lease(_ picks: [LeasePick], node: NodeID, durationMilliseconds: Int64)
        throws(LedgerFailure) -> [Lease]
    /// Extends leases and notes progress; a unit that is not in the answer is not ours any more.
    func renew(_ held: [HeldLease], node: NodeID, durationMilliseconds: Int64)
        throws(LedgerFailure) -> Set<UnitID>
    func complete(_ lease: Lease, artifact: Artifact) throws(LedgerFailure) -> CommitOutcome
    /// Completes the probe and inserts the plan's units, in one transaction.
    func completeProbe(_ lease: Lease, artifact: Artifact, plan: Plan, criticalSeconds: [Double])
        throws(LedgerFailure) -> CommitOutcome
    /// Ready again after a delay, or with nil dead, and the job with it. False when fenced.
    func fail(_ lease: Lease, failure: Failure, retryAfterMilliseconds: Int64?)
        throws(LedgerFailure) -> Bool
    /// Makes a unit ready again at once, for a node that stops. False when fenced.
    func handBack(_ lease: Lease, reason: String) throws(LedgerFailure) -> Bool
    /// Takes back what was not renewed in time; a unit without attempts left is dead.
    func expireLeases() throws(LedgerFailure) -> [UnitID]

    // Reading
    func job(_ id: JobID) throws(LedgerFailure) -> JobRecord?
    /// Newest first.
    func jobs(_ query: JobQuery) throws(LedgerFailure) -> [JobRecord]
    /// How many jobs there are in each state; states without any may be absent.
    func jobCounts() throws(LedgerFailure) -> [JobState: Int]
    func units(ofJob job: JobID) throws(LedgerFailure) -> [UnitRecord]
    func plan(ofJob job: JobID) throws(LedgerFailure) -> Plan?
    func artifacts(ofJob job: JobID) throws(LedgerFailure) -> [CommittedArtifact]
    /// What a tenant's unit of that content made, in whatever job.
    func artifact(content: Digest, tenant: TenantID) throws(LedgerFailure) -> Artifact?
    /// After a sequence number, oldest first; of all jobs with nil.
    func events(ofJob job: JobID?, after: Int64, limit: Int) throws(LedgerFailure) -> [EventRecord]
    func liveLeases() throws(LedgerFailure) -> [HeldLease]
    func audit() throws(LedgerFailure) -> AuditReport
}

/// Why the ledger could not do its part. Nothing was changed.
public struct LedgerFailure: Error, Hashable, Sendable, CustomStringConvertible {
    public enum Code: String, Sendable {
        case unreachable, busy, full, corrupt, newerSchema, refused
    }
    public var code: Code
    /// Names the ledger, the reason and what to do.
    public var message: String

    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    public var description: String { message }
}

/// The ledger's own clock, in milliseconds since 1970: no other clock decides about leases.
public struct LedgerClock: Sendable {
    let read: @Sendable () -> Int64
    public init(_ read: @escaping @Sendable () -> Int64) { self.read = read }
}
