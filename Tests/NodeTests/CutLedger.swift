import Ledger
import Synchronization
import TranscodeModel

/// A ledger whose power goes at a chosen call that changes something: just before it takes effect, or just
/// after, so that the answer is lost. From then on no call is answered.
final class CutLedger: Ledger {
    private let inner: any Ledger
    private let cut: Int
    private let isAnswerLost: Bool
    private let state = Mutex((calls: 0, isDead: false))

    init(_ inner: any Ledger, cut: Int, isAnswerLost: Bool) {
        self.inner = inner
        self.cut = cut
        self.isAnswerLost = isAnswerLost
    }

    /// Whether the power has gone; false when there were fewer calls.
    var isDead: Bool { state.withLock { $0.isDead } }

    private static let failure = LedgerFailure(.unreachable, "the power has gone")

    private func changing<Value>(
        _ body: () throws(LedgerFailure) -> Value
    ) throws(LedgerFailure) -> Value {
        let isNow = state.withLock { state in
            defer { state.calls += 1 }
            return !state.isDead && state.calls == cut
        }
        if isDead { throw Self.failure }
        guard isNow else { return try body() }
        if isAnswerLost { _ = try body() }
        state.withLock { $0.isDead = true }
        throw Self.failure
    }

    private func reading<Value>(
        _ body: () throws(LedgerFailure) -> Value
    ) throws(LedgerFailure) -> Value {
        if isDead { throw Self.failure }
        return try body()
    }

    func enqueue(_ submissions: [JobSubmission]) throws(LedgerFailure) -> [EnqueueOutcome] {
        try changing { () throws(LedgerFailure) in try inner.enqueue(submissions) }
    }
    func supersede(_ job: JobID) throws(LedgerFailure) {
        try changing { () throws(LedgerFailure) in try inner.supersede(job) }
    }
    func cancel(_ job: JobID, reason: String) throws(LedgerFailure) -> Bool {
        try changing { () throws(LedgerFailure) in try inner.cancel(job, reason: reason) }
    }
    func register(_ node: NodeRecord) throws(LedgerFailure) {
        try changing { () throws(LedgerFailure) in try inner.register(node) }
    }
    func retire(_ node: NodeID) throws(LedgerFailure) {
        try changing { () throws(LedgerFailure) in try inner.retire(node) }
    }
    func nodes() throws(LedgerFailure) -> [NodeRecord] {
        try reading { () throws(LedgerFailure) in try inner.nodes() }
    }
    func releaseLeases(ofNode node: NodeID, reason: String) throws(LedgerFailure) -> [UnitID] {
        try reading { () throws(LedgerFailure) in
            try inner.releaseLeases(ofNode: node, reason: reason)
        }
    }
    func candidates(limit: Int, jobs: Set<JobID>?) throws(LedgerFailure) -> [LedgerCandidate] {
        try reading { () throws(LedgerFailure) in try inner.candidates(limit: limit, jobs: jobs) }
    }
    func idleFacts(jobs: Set<JobID>?) throws(LedgerFailure) -> IdleFacts {
        try reading { () throws(LedgerFailure) in try inner.idleFacts(jobs: jobs) }
    }
    func lease(_ picks: [LeasePick], node: NodeID, durationMilliseconds: Int64)
        throws(LedgerFailure) -> [Lease]
    {
        try changing { () throws(LedgerFailure) in
            try inner.lease(picks, node: node, durationMilliseconds: durationMilliseconds)
        }
    }
    func renew(_ held: [HeldLease], node: NodeID, durationMilliseconds: Int64)
        throws(LedgerFailure) -> Set<UnitID>
    {
        try reading { () throws(LedgerFailure) in
            try inner.renew(held, node: node, durationMilliseconds: durationMilliseconds)
        }
    }
    func complete(_ lease: Lease, artifact: Artifact) throws(LedgerFailure) -> CommitOutcome {
        try changing { () throws(LedgerFailure) in try inner.complete(lease, artifact: artifact) }
    }
    func completeProbe(_ lease: Lease, artifact: Artifact, plan: Plan, criticalSeconds: [Double])
        throws(LedgerFailure) -> CommitOutcome
    {
        try changing { () throws(LedgerFailure) in
            try inner.completeProbe(
                lease, artifact: artifact, plan: plan, criticalSeconds: criticalSeconds)
        }
    }
    func fail(_ lease: Lease, failure: Failure, retryAfterMilliseconds: Int64?)
        throws(LedgerFailure) -> Bool
    {
        try changing { () throws(LedgerFailure) in
            try inner.fail(
                lease, failure: failure, retryAfterMilliseconds: retryAfterMilliseconds)
        }
    }
    func handBack(_ lease: Lease, reason: String) throws(LedgerFailure) -> Bool {
        try changing { () throws(LedgerFailure) in try inner.handBack(lease, reason: reason) }
    }
    func expireLeases() throws(LedgerFailure) -> [UnitID] {
        try reading { () throws(LedgerFailure) in try inner.expireLeases() }
    }
    func job(_ id: JobID) throws(LedgerFailure) -> JobRecord? {
        try reading { () throws(LedgerFailure) in try inner.job(id) }
    }
    func jobs(_ query: JobQuery) throws(LedgerFailure) -> [JobRecord] {
        try reading { () throws(LedgerFailure) in try inner.jobs(query) }
    }
    func jobCounts() throws(LedgerFailure) -> [JobState: Int] {
        try reading { () throws(LedgerFailure) in try inner.jobCounts() }
    }
    func units(ofJob job: JobID) throws(LedgerFailure) -> [UnitRecord] {
        try reading { () throws(LedgerFailure) in try inner.units(ofJob: job) }
    }
    func plan(ofJob job: JobID) throws(LedgerFailure) -> Plan? {
        try reading { () throws(LedgerFailure) in try inner.plan(ofJob: job) }
    }
    func artifacts(ofJob job: JobID) throws(LedgerFailure) -> [CommittedArtifact] {
        try reading { () throws(LedgerFailure) in try inner.artifacts(ofJob: job) }
    }
    func artifact(content: Digest, tenant: TenantID) throws(LedgerFailure) -> Artifact? {
        try reading { () throws(LedgerFailure) in
            try inner.artifact(content: content, tenant: tenant)
        }
    }
    func events(ofJob job: JobID?, after: Int64, limit: Int) throws(LedgerFailure)
        -> [EventRecord]
    {
        try reading { () throws(LedgerFailure) in
            try inner.events(ofJob: job, after: after, limit: limit)
        }
    }
    func liveLeases() throws(LedgerFailure) -> [HeldLease] {
        try reading { () throws(LedgerFailure) in try inner.liveLeases() }
    }
    func audit() throws(LedgerFailure) -> AuditReport {
        try reading { () throws(LedgerFailure) in try inner.audit() }
    }
}
