import Synchronization
public import TranscodeModel

/// The ledger in memory: the reference of the contract, plain enough to be believed, and fast enough to simulate
/// millions of units. Nothing outlives the process.
public final class MemoryLedger: Ledger {
    private let state: Mutex<State>
    let clock: LedgerClock
    private let watchers = WatcherBoard()

    public convenience init(clock: LedgerClock) {
        self.init(clock: clock, plantedBug: nil)
    }

    /// - Parameter keepsHistory: without it events are counted, but not kept and not chained.
    package init(clock: LedgerClock, keepsHistory: Bool = true, plantedBug: PlantedBug?) {
        self.clock = clock
        state = Mutex(State(keepsHistory: keepsHistory, plantedBug: plantedBug))
    }

    /// A copy of everything.
    package var snapshot: State { state.withLock { $0 } }

    /// Reads the bare state where it is: an argument that could not be changed would be a copy.
    package func read<Value: Sendable>(_ body: (inout State) -> Value) -> Value {
        state.withLock { body(&$0) }
    }

    /// Jobs that were changed since the last call.
    package func takeTouchedJobs() -> [JobID] { state.withLock { $0.takeTouchedJobs() } }

    func change<Value: Sendable>(
        _ body: (inout State, Int64) throws(LedgerFailure) -> Value
    ) throws(LedgerFailure) -> Value {
        let now = clock.read()
        let value = try state.withLock { state throws(LedgerFailure) in try body(&state, now) }
        watchers.call()
        return value
    }

    public func enqueue(
        _ submissions: [JobSubmission]
    ) throws(LedgerFailure) -> [EnqueueOutcome] {
        try change { state, now throws(LedgerFailure) in try state.enqueue(submissions, now: now) }
    }

    public func supersede(_ job: JobID) throws(LedgerFailure) {
        try change { state, _ throws(LedgerFailure) in state.supersede(job) }
    }

    public func cancel(_ job: JobID, reason: String) throws(LedgerFailure) -> Bool {
        try change { state, now throws(LedgerFailure) in
            state.cancel(job, reason: reason, now: now)
        }
    }

    public func steer(_ steering: JobSteering) throws(LedgerFailure) -> Bool {
        try change { state, now throws(LedgerFailure) in try state.steer(steering, now: now) }
    }

    public func perform(
        _ operations: [LedgerOperation]
    ) throws(LedgerFailure) -> [LedgerAnswer] {
        try change { state, now throws(LedgerFailure) in try state.perform(operations, now: now) }
    }

    public func setTenant(
        _ tenant: TenantID, weight: Double?, cap: Int??
    ) throws(LedgerFailure) {
        try change { state, now throws(LedgerFailure) in
            try state.setTenant(tenant, weight: weight, cap: cap, now: now)
        }
    }

    public func expired(_ policy: RetentionPolicy) throws(LedgerFailure) -> RetentionReport {
        let now = clock.read()
        return state.withLock { $0.expired(policy, now: now).report }
    }

    public func condemn(
        _ policy: RetentionPolicy, atMost artifacts: Int
    ) throws(LedgerFailure) -> RetentionReport {
        try change { state, now throws(LedgerFailure) in
            state.condemn(policy, atMost: artifacts, now: now)
        }
    }

    public func condemn(
        _ orphans: [CondemnedArtifact]
    ) throws(LedgerFailure) -> [CondemnedArtifact] {
        try change { state, now throws(LedgerFailure) in state.condemn(orphans, now: now) }
    }

    public func removeCondemned(
        _ choice: CondemnedChoice, _ remove: ([CondemnedArtifact]) -> [CondemnedArtifact]
    ) throws(LedgerFailure) -> Int {
        let now = clock.read()
        return state.withLock { state in
            let left = state.condemnedArtifacts(choice)
            let gone = left.isEmpty ? [] : remove(left)
            state.noteRemoved(gone, now: now)
            return gone.count
        }
    }

    public func survey(_ request: SurveyRequest) throws(LedgerFailure) -> LedgerSurvey {
        let now = clock.read()
        return state.withLock { $0.survey(request, now: now) }
    }

    public func watch(
        _ onChange: @escaping @Sendable () -> Void
    ) throws(LedgerFailure) -> any LedgerWatch {
        watchers.watch(onChange)
    }
}

// What is only read.
extension MemoryLedger {
    public func leases(ofNode node: NodeID) throws(LedgerFailure) -> [LeaseSighting] {
        state.withLock { $0.leases(ofNode: node) }
    }

    public func liveLeases() throws(LedgerFailure) -> [LeaseToken] {
        state.withLock { $0.sightings { _ in true }.map(\.token) }
    }

    public func assignment(_ lease: LeaseToken) throws(LedgerFailure) -> Assignment {
        try state.withLock { state throws(LedgerFailure) in try state.assignment(lease) }
    }

    public func nodes() throws(LedgerFailure) -> [NodeRecord] { state.withLock { $0.liveNodes } }

    public func tenants() throws(LedgerFailure) -> [TenantRecord] {
        state.withLock { $0.tenantRecords }
    }

    public func learnedCosts(machine: String) throws(LedgerFailure) -> [LearnedCost] {
        state.withLock { ($0.learnedCosts[machine] ?? [:]).values.sorted { $0.work < $1.work } }
    }

    public func breakers() throws(LedgerFailure) -> [BreakerRecord] {
        state.withLock { $0.sortedBreakers }
    }

    public func job(_ id: JobID) throws(LedgerFailure) -> JobRecord? {
        state.withLock { $0.job(id) }
    }

    public func liveJob(
        content: Digest, tenant: TenantID
    ) throws(LedgerFailure) -> JobRecord? {
        state.withLock { state in
            state.liveByContent[ContentKey(tenant: tenant, content: content)].map {
                state.record($0)
            }
        }
    }

    public func jobs(_ query: JobQuery) throws(LedgerFailure) -> [JobRecord] {
        state.withLock { $0.jobs(query) }
    }

    public func jobCounts() throws(LedgerFailure) -> [JobState: Int] {
        state.withLock { state in
            state.jobs.reduce(into: [:]) { counts, job in counts[job.state, default: 0] += 1 }
        }
    }

    public func units(ofJob job: JobID) throws(LedgerFailure) -> [UnitRecord] {
        state.withLock { $0.units(ofJob: job) }
    }

    public func plan(ofJob job: JobID) throws(LedgerFailure) -> Plan? {
        state.withLock { state in state.jobPlaces[job].flatMap { state.jobs[$0].plan } }
    }

    public func artifacts(ofJob job: JobID) throws(LedgerFailure) -> [CommittedArtifact] {
        state.withLock { $0.artifacts(ofJob: job) }
    }

    public func jobs(
        probed content: Digest, tenant: TenantID, limit: Int
    ) throws(LedgerFailure) -> [JobID] {
        state.withLock { $0.jobs(probed: content, tenant, limit) }
    }

    public func artifact(
        content: Digest, tenant: TenantID
    ) throws(LedgerFailure) -> Artifact? {
        state.withLock { $0.artifact(content, tenant) }
    }

    public func events(
        ofJob job: JobID?, after: Int64, limit: Int
    ) throws(LedgerFailure) -> [EventRecord] {
        state.withLock { $0.events(job, after, limit) }
    }

    public func audit() throws(LedgerFailure) -> AuditReport { state.withLock { $0.audit() } }
}
