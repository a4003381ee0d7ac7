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
    /// False when the job has ended already, or is not there.
    func steer(_ steering: JobSteering) throws(LedgerFailure) -> Bool

    // Work
    /// Performs all operations in one transaction, in order: all take effect, or none. An operation that is
    /// fenced changes nothing and harms no other.
    func perform(_ operations: [LedgerOperation]) throws(LedgerFailure) -> [LedgerAnswer]
    /// One snapshot of what there is to decide about.
    func survey(_ request: SurveyRequest) throws(LedgerFailure) -> LedgerSurvey
    /// All leases that a node holds.
    func leases(ofNode node: NodeID) throws(LedgerFailure) -> [LeaseSighting]
    /// All leases there are.
    func liveLeases() throws(LedgerFailure) -> [LeaseToken]
    /// What a leased unit is to do.
    func assignment(_ lease: LeaseToken) throws(LedgerFailure) -> Assignment
    /// Nodes that have not retired, dead or alive.
    func nodes() throws(LedgerFailure) -> [NodeRecord]
    /// Calls `onChange` soon after another process, or this one, may have changed the ledger, until the watch
    /// is cancelled. Calls may be merged, and may come without a change.
    func watch(_ onChange: @escaping @Sendable () -> Void) throws(LedgerFailure) -> any LedgerWatch

    /// What units were found to cost on a kind of machine, by kinds of work: in their order. Each completion that counted
    /// was learned from once.
    func learnedCosts(machine: String) throws(LedgerFailure) -> [LearnedCost]

    // Tenants and breakers
    /// Makes the tenant if it is new. Nil leaves the weight as it is; `.some(nil)` lifts the cap.
    func setTenant(_ tenant: TenantID, weight: Double?, cap: Int??) throws(LedgerFailure)
    func tenants() throws(LedgerFailure) -> [TenantRecord]
    /// All that were ever open.
    func breakers() throws(LedgerFailure) -> [BreakerRecord]

    // Retention: an artifact is condemned by the ledger, removed from the store, and then may be made anew (I18)
    /// What the policy gives up now. Changes nothing.
    func expired(_ policy: RetentionPolicy) throws(LedgerFailure) -> RetentionReport
    /// Gives up the artifacts of jobs whose time is over, but for those that other jobs need. From then on none is
    /// offered for reuse, and no completion may name one (`CommitOutcome.condemned`).
    ///
    /// Jobs are taken in the order in which they were made, one at least, until there are as many artifacts as
    /// `atMost`: ask again until none is given up, so that nobody waits for long.
    func condemn(
        _ policy: RetentionPolicy, atMost artifacts: Int
    ) throws(LedgerFailure) -> RetentionReport
    /// Gives up those of these artifacts that no job needs, such as a killed attempt left in the store. Returns them.
    func condemn(
        _ orphans: [CondemnedArtifact]
    ) throws(LedgerFailure) -> [CondemnedArtifact]
    /// Has the bytes of condemned artifacts removed, a few, while nothing else can be committed. `remove` returns
    /// those that are gone for good; removing one that is gone already is no failure. It is not called when there is none.
    ///
    /// A lease from before that may have counted on one: it cannot complete with it. Returns how many are gone.
    func removeCondemned(
        _ choice: CondemnedChoice, _ remove: ([CondemnedArtifact]) -> [CondemnedArtifact]
    ) throws(LedgerFailure) -> Int

    // Reading
    func job(_ id: JobID) throws(LedgerFailure) -> JobRecord?
    /// The job that does this work: not failed, cancelled or superseded.
    func liveJob(content: Digest, tenant: TenantID) throws(LedgerFailure) -> JobRecord?
    /// A tenant's jobs, the newest first, of which the probe of that content is done: those of one source.
    func jobs(probed content: Digest, tenant: TenantID, limit: Int) throws(LedgerFailure) -> [JobID]
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
    func audit() throws(LedgerFailure) -> AuditReport
}

/// A running watch of a ledger. It ends when it is cancelled or let go.
public protocol LedgerWatch: Sendable {
    func cancel()
}

/// Why the ledger could not do its part. Nothing was changed; only if the commit itself failed, and the process ended
/// before its next one, the whole call may have taken effect: read back what matters.
public struct LedgerFailure: Error, Hashable, Sendable, CustomStringConvertible {
    public enum Code: String, Sendable {
        case unreachable, busy, full, corrupt, olderSchema, newerSchema, refused
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
