import Foundation
import Ledger
import TranscodeModel

/// A ledger whose calls are measured. Those of the node's own stages, which run on threads of that name, are kept
/// apart: they are within what the units used.
struct MeteredLedger: Ledger {
    let ledger: any Ledger
    let meter: CPUMeter

    static let name = "ledger"
    static let nameInStages = "ledger in stages"
    /// As `offPool` calls its threads.
    private static let stageThread = "stage"

    private func measure<Value>(
        _ body: () throws(LedgerFailure) -> Value
    ) throws(LedgerFailure) -> Value {
        let isInStage = Thread.current.name == MeteredLedger.stageThread
        return try meter.measure(
            isInStage ? MeteredLedger.nameInStages : MeteredLedger.name, body)
    }

    func enqueue(_ submissions: [JobSubmission]) throws(LedgerFailure) -> [EnqueueOutcome] {
        try measure { () throws(LedgerFailure) in try ledger.enqueue(submissions) }
    }

    func supersede(_ job: JobID) throws(LedgerFailure) {
        try measure { () throws(LedgerFailure) in try ledger.supersede(job) }
    }

    func cancel(_ job: JobID, reason: String) throws(LedgerFailure) -> Bool {
        try measure { () throws(LedgerFailure) in try ledger.cancel(job, reason: reason) }
    }

    func steer(_ steering: JobSteering) throws(LedgerFailure) -> Bool {
        try measure { () throws(LedgerFailure) in try ledger.steer(steering) }
    }

    func perform(_ operations: [LedgerOperation]) throws(LedgerFailure) -> [LedgerAnswer] {
        try measure { () throws(LedgerFailure) in try ledger.perform(operations) }
    }

    func survey(_ request: SurveyRequest) throws(LedgerFailure) -> LedgerSurvey {
        try measure { () throws(LedgerFailure) in try ledger.survey(request) }
    }

    func leases(ofNode node: NodeID) throws(LedgerFailure) -> [LeaseSighting] {
        try measure { () throws(LedgerFailure) in try ledger.leases(ofNode: node) }
    }

    func liveLeases() throws(LedgerFailure) -> [LeaseToken] {
        try measure { () throws(LedgerFailure) in try ledger.liveLeases() }
    }

    func assignment(_ lease: LeaseToken) throws(LedgerFailure) -> Assignment {
        try measure { () throws(LedgerFailure) in try ledger.assignment(lease) }
    }

    func nodes() throws(LedgerFailure) -> [NodeRecord] {
        try measure { () throws(LedgerFailure) in try ledger.nodes() }
    }

    func watch(_ onChange: @escaping @Sendable () -> Void) throws(LedgerFailure) -> any LedgerWatch
    {
        try measure { () throws(LedgerFailure) in try ledger.watch(onChange) }
    }

    func learnedCosts(machine: String) throws(LedgerFailure) -> [LearnedCost] {
        try measure { () throws(LedgerFailure) in try ledger.learnedCosts(machine: machine) }
    }

    func jobs(
        probed content: Digest, tenant: TenantID, limit: Int
    ) throws(LedgerFailure) -> [JobID] {
        try measure { () throws(LedgerFailure) in
            try ledger.jobs(probed: content, tenant: tenant, limit: limit)
        }
    }

    func setTenant(_ tenant: TenantID, weight: Double?, cap: Int??) throws(LedgerFailure) {
        try measure { () throws(LedgerFailure) in
            try ledger.setTenant(tenant, weight: weight, cap: cap)
        }
    }

    func tenants() throws(LedgerFailure) -> [TenantRecord] {
        try measure { () throws(LedgerFailure) in try ledger.tenants() }
    }

    func breakers() throws(LedgerFailure) -> [BreakerRecord] {
        try measure { () throws(LedgerFailure) in try ledger.breakers() }
    }

    func expired(_ policy: RetentionPolicy) throws(LedgerFailure) -> RetentionReport {
        try measure { () throws(LedgerFailure) in try ledger.expired(policy) }
    }

    func condemn(_ policy: RetentionPolicy, atMost artifacts: Int) throws(LedgerFailure)
        -> RetentionReport
    {
        try measure { () throws(LedgerFailure) in try ledger.condemn(policy, atMost: artifacts) }
    }

    func condemn(_ orphans: [CondemnedArtifact]) throws(LedgerFailure) -> [CondemnedArtifact] {
        try measure { () throws(LedgerFailure) in try ledger.condemn(orphans) }
    }

    func removeCondemned(
        _ choice: CondemnedChoice, _ remove: ([CondemnedArtifact]) -> [CondemnedArtifact]
    ) throws(LedgerFailure) -> Int {
        try measure { () throws(LedgerFailure) in try ledger.removeCondemned(choice, remove) }
    }

    func job(_ id: JobID) throws(LedgerFailure) -> JobRecord? {
        try measure { () throws(LedgerFailure) in try ledger.job(id) }
    }

    func liveJob(content: Digest, tenant: TenantID) throws(LedgerFailure) -> JobRecord? {
        try measure { () throws(LedgerFailure) in
            try ledger.liveJob(content: content, tenant: tenant)
        }
    }

    func jobs(_ query: JobQuery) throws(LedgerFailure) -> [JobRecord] {
        try measure { () throws(LedgerFailure) in try ledger.jobs(query) }
    }

    func jobCounts() throws(LedgerFailure) -> [JobState: Int] {
        try measure { () throws(LedgerFailure) in try ledger.jobCounts() }
    }

    func units(ofJob job: JobID) throws(LedgerFailure) -> [UnitRecord] {
        try measure { () throws(LedgerFailure) in try ledger.units(ofJob: job) }
    }

    func plan(ofJob job: JobID) throws(LedgerFailure) -> Plan? {
        try measure { () throws(LedgerFailure) in try ledger.plan(ofJob: job) }
    }

    func artifacts(ofJob job: JobID) throws(LedgerFailure) -> [CommittedArtifact] {
        try measure { () throws(LedgerFailure) in try ledger.artifacts(ofJob: job) }
    }

    func artifact(content: Digest, tenant: TenantID) throws(LedgerFailure) -> Artifact? {
        try measure { () throws(LedgerFailure) in
            try ledger.artifact(content: content, tenant: tenant)
        }
    }

    func events(ofJob job: JobID?, after: Int64, limit: Int) throws(LedgerFailure) -> [EventRecord]
    {
        try measure { () throws(LedgerFailure) in
            try ledger.events(ofJob: job, after: after, limit: limit)
        }
    }

    func audit() throws(LedgerFailure) -> AuditReport {
        try measure { () throws(LedgerFailure) in try ledger.audit() }
    }
}
