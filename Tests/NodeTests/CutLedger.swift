import Ledger
import Synchronization
import TranscodeModel

/// A ledger whose power goes at a chosen call that changes something: just before it takes effect, or just
/// after, so that the answer is lost. From then on no call is answered.
final class CutLedger: Ledger {
    private let inner: any Ledger
    private let cut: Int
    private let isAnswerLost: Bool
    /// Whoever removes what was given up comes to nothing, as if there were too much of it.
    private let isRemovalEndless: Bool
    /// What becomes of an artifact on its way out of the ledger.
    private let alter: @Sendable (CommittedArtifact) -> CommittedArtifact
    private let state = Mutex((calls: 0, isDead: false))

    init(
        _ inner: any Ledger, cut: Int, isAnswerLost: Bool, isRemovalEndless: Bool = false,
        alter: @escaping @Sendable (CommittedArtifact) -> CommittedArtifact = { $0 }
    ) {
        self.alter = alter
        self.inner = inner
        self.isRemovalEndless = isRemovalEndless
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
    func steer(_ steering: JobSteering) throws(LedgerFailure) -> Bool {
        try changing { () throws(LedgerFailure) in try inner.steer(steering) }
    }
    func expired(_ policy: RetentionPolicy) throws(LedgerFailure) -> RetentionReport {
        try reading { () throws(LedgerFailure) in try inner.expired(policy) }
    }
    func condemn(
        _ policy: RetentionPolicy, atMost artifacts: Int
    ) throws(LedgerFailure) -> RetentionReport {
        try changing { () throws(LedgerFailure) in
            try inner.condemn(policy, atMost: artifacts)
        }
    }
    func condemn(
        _ orphans: [CondemnedArtifact]
    ) throws(LedgerFailure) -> [CondemnedArtifact] {
        try changing { () throws(LedgerFailure) in try inner.condemn(orphans) }
    }
    func removeCondemned(
        _ choice: CondemnedChoice, _ remove: ([CondemnedArtifact]) -> [CondemnedArtifact]
    ) throws(LedgerFailure) -> Int {
        if isRemovalEndless, case .oldest = choice { return 0 }
        return try reading { () throws(LedgerFailure) in
            try inner.removeCondemned(choice, remove)
        }
    }
    func setTenant(_ tenant: TenantID, weight: Double?, cap: Int??) throws(LedgerFailure) {
        try changing { () throws(LedgerFailure) in
            try inner.setTenant(tenant, weight: weight, cap: cap)
        }
    }
    /// Renewals change nothing that a cut could break, and come at any time.
    func perform(_ operations: [LedgerOperation]) throws(LedgerFailure) -> [LedgerAnswer] {
        let isRenewal = operations.allSatisfy { operation in
            if case .renew = operation { true } else { false }
        }
        if isRenewal {
            return try reading { () throws(LedgerFailure) in try inner.perform(operations) }
        }
        return try changing { () throws(LedgerFailure) in try inner.perform(operations) }
    }
    func survey(_ request: SurveyRequest) throws(LedgerFailure) -> LedgerSurvey {
        try reading { () throws(LedgerFailure) in try inner.survey(request) }
    }
    func leases(ofNode node: NodeID) throws(LedgerFailure) -> [LeaseSighting] {
        try reading { () throws(LedgerFailure) in try inner.leases(ofNode: node) }
    }
    func liveLeases() throws(LedgerFailure) -> [LeaseToken] {
        try reading { () throws(LedgerFailure) in try inner.liveLeases() }
    }
    func assignment(_ lease: LeaseToken) throws(LedgerFailure) -> Assignment {
        try reading { () throws(LedgerFailure) in try inner.assignment(lease) }
    }
    func nodes() throws(LedgerFailure) -> [NodeRecord] {
        try reading { () throws(LedgerFailure) in try inner.nodes() }
    }
    func watch(_ onChange: @escaping @Sendable () -> Void) throws(LedgerFailure) -> any LedgerWatch
    {
        try inner.watch(onChange)
    }
    func tenants() throws(LedgerFailure) -> [TenantRecord] {
        try reading { () throws(LedgerFailure) in try inner.tenants() }
    }
    func learnedCosts(machine: String) throws(LedgerFailure) -> [LearnedCost] {
        try reading { () throws(LedgerFailure) in try inner.learnedCosts(machine: machine) }
    }
    func breakers() throws(LedgerFailure) -> [BreakerRecord] {
        try reading { () throws(LedgerFailure) in try inner.breakers() }
    }
    func job(_ id: JobID) throws(LedgerFailure) -> JobRecord? {
        try reading { () throws(LedgerFailure) in try inner.job(id) }
    }
    func jobs(
        probed content: Digest, tenant: TenantID, limit: Int
    ) throws(LedgerFailure) -> [JobID] {
        try reading { () throws(LedgerFailure) in
            try inner.jobs(probed: content, tenant: tenant, limit: limit)
        }
    }
    func liveJob(content: Digest, tenant: TenantID) throws(LedgerFailure) -> JobRecord? {
        try reading { () throws(LedgerFailure) in
            try inner.liveJob(content: content, tenant: tenant)
        }
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
        try reading { () throws(LedgerFailure) in try inner.artifacts(ofJob: job).map(alter) }
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
    func audit() throws(LedgerFailure) -> AuditReport {
        try reading { () throws(LedgerFailure) in try inner.audit() }
    }
}
