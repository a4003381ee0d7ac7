import ArtifactStore
import TranscodeModel

/// A store whose commits are measured: all that is done to make bytes durable under their digest.
struct MeteredStore: ArtifactStore {
    let store: any ArtifactStore
    let meter: CPUMeter

    static let name = "hash"

    func commit(_ staged: StagedFile) throws(Failure) -> StoredArtifact {
        try meter.measure(MeteredStore.name) { () throws(Failure) in try store.commit(staged) }
    }

    func stage(tenant: TenantID, unit: UnitID, epoch: Int64) throws(Failure) -> StagedFile {
        try store.stage(tenant: tenant, unit: unit, epoch: epoch)
    }

    func discard(_ staged: StagedFile) throws(Failure) { try store.discard(staged) }

    func open(_ digest: Digest, tenant: TenantID) throws(Failure) -> ReadableFile {
        try store.open(digest, tenant: tenant)
    }

    func contains(_ digest: Digest, tenant: TenantID) throws(Failure) -> Bool {
        try store.contains(digest, tenant: tenant)
    }

    func sweepStaging(live: () throws -> Set<StagingName>) throws -> Int {
        try store.sweepStaging(live: live)
    }

    func tenants() throws(Failure) -> [String] { try store.tenants() }

    func staged() throws(Failure) -> [String] { try store.staged() }

    func remove(_ digest: Digest, tenant: TenantID) throws(Failure) {
        try store.remove(digest, tenant: tenant)
    }

    func settleRemoval(of digests: [Digest], tenant: TenantID) throws(Failure) {
        try store.settleRemoval(of: digests, tenant: tenant)
    }

    func inventory(tenant: TenantID) throws(Failure) -> [Digest] {
        try store.inventory(tenant: tenant)
    }

    func space() throws(Failure) -> StorageSpace { try store.space() }

    func noteEarly(_ job: JobID) throws(Failure) { try store.noteEarly(job) }

    func earlyJobs() throws(Failure) -> [JobID] { try store.earlyJobs() }

    func forgetEarly(_ job: JobID) throws(Failure) { try store.forgetEarly(job) }

    func writeLog(
        _ bytes: [UInt8], to log: AttemptLogName, tenant: TenantID, after offset: Int64?
    ) throws(Failure) {
        try store.writeLog(bytes, to: log, tenant: tenant, after: offset)
    }

    func readLog(_ log: AttemptLogName, tenant: TenantID) throws(Failure) -> [UInt8] {
        try store.readLog(log, tenant: tenant)
    }

    func logs(of job: JobID, tenant: TenantID) throws(Failure) -> [AttemptLogListing] {
        try store.logs(of: job, tenant: tenant)
    }

    func jobsWithLogs(tenant: TenantID) throws(Failure) -> [JobID] {
        try store.jobsWithLogs(tenant: tenant)
    }

    func removeLogs(of job: JobID, tenant: TenantID) throws(Failure) {
        try store.removeLogs(of: job, tenant: tenant)
    }
}
