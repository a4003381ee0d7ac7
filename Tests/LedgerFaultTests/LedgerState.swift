import Ledger
import TranscodeModel

/// All that a ledger tells, for comparison.
struct LedgerState: Hashable {
    var tenants: [TenantRecord]
    var nodes: [NodeRecord]
    var breakers: [BreakerRecord]
    var jobs: [JobRecord]
    var units: [JobID: [UnitRecord]]
    var plans: [JobID: Plan]
    var artifacts: [JobID: [CommittedArtifact]]
    var leases: Set<LeaseToken>
    var events: [EventRecord]
    /// What is offered for reuse of each planned unit's content.
    var offered: [JobID: [Artifact?]]

    init(_ ledger: any Ledger) throws(LedgerFailure) {
        tenants = try ledger.tenants()
        nodes = try ledger.nodes()
        breakers = try ledger.breakers()
        jobs = try ledger.jobs(JobQuery())
        units = [:]
        plans = [:]
        artifacts = [:]
        offered = [:]
        for job in jobs {
            units[job.id] = try ledger.units(ofJob: job.id)
            plans[job.id] = try ledger.plan(ofJob: job.id)
            artifacts[job.id] = try ledger.artifacts(ofJob: job.id)
            var found: [Artifact?] = []
            for unit in plans[job.id]?.units ?? [] {
                found.append(try ledger.artifact(content: unit.content, tenant: job.tenant))
            }
            offered[job.id] = found
        }
        leases = Set(try ledger.liveLeases())
        events = try ledger.events(ofJob: nil, after: 0, limit: 1000)
    }
}
