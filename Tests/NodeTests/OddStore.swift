import ArtifactStore
import Ledger
import TranscodeModel

/// A store in which something happens just after an artifact was seen there, or that refuses to remove some.
struct OddStore: ArtifactStore {
    let inner: any ArtifactStore
    var afterContains: @Sendable (Digest) throws(Failure) -> Void = { _ in }
    var beforeRemove: @Sendable (Digest) throws(Failure) -> Void = { _ in }
    var beforeCommit: @Sendable () throws(Failure) -> Void = {}

    func stage(tenant: TenantID, unit: UnitID, epoch: Int64) throws(Failure) -> StagedFile {
        try inner.stage(tenant: tenant, unit: unit, epoch: epoch)
    }
    func commit(_ staged: StagedFile) throws(Failure) -> StoredArtifact {
        try beforeCommit()
        return try inner.commit(staged)
    }
    func discard(_ staged: StagedFile) throws(Failure) { try inner.discard(staged) }
    func open(_ digest: Digest, tenant: TenantID) throws(Failure) -> ReadableFile {
        try inner.open(digest, tenant: tenant)
    }
    func contains(_ digest: Digest, tenant: TenantID) throws(Failure) -> Bool {
        let isThere = try inner.contains(digest, tenant: tenant)
        if isThere { try afterContains(digest) }
        return isThere
    }
    func sweepStaging(live: () throws -> Set<StagingName>) throws -> Int {
        try inner.sweepStaging(live: live)
    }
    func tenants() throws(Failure) -> [String] { try inner.tenants() }
    func staged() throws(Failure) -> [String] { try inner.staged() }
    func remove(_ digest: Digest, tenant: TenantID) throws(Failure) {
        try beforeRemove(digest)
        try inner.remove(digest, tenant: tenant)
    }
    func settleRemoval(of digests: [Digest], tenant: TenantID) throws(Failure) {
        try inner.settleRemoval(of: digests, tenant: tenant)
    }
    func inventory(tenant: TenantID) throws(Failure) -> [Digest] {
        try inner.inventory(tenant: tenant)
    }
    func space() throws(Failure) -> StorageSpace { try inner.space() }
    func noteEarly(_ job: JobID) throws(Failure) { try inner.noteEarly(job) }
    func earlyJobs() throws(Failure) -> [JobID] { try inner.earlyJobs() }
    func forgetEarly(_ job: JobID) throws(Failure) { try inner.forgetEarly(job) }
    func writeLog(
        _ bytes: [UInt8], to log: AttemptLogName, tenant: TenantID, after offset: Int64?
    ) throws(Failure) {
        try inner.writeLog(bytes, to: log, tenant: tenant, after: offset)
    }
    func readLog(_ log: AttemptLogName, tenant: TenantID) throws(Failure) -> [UInt8] {
        try inner.readLog(log, tenant: tenant)
    }
    func logs(of job: JobID, tenant: TenantID) throws(Failure) -> [AttemptLogListing] {
        try inner.logs(of: job, tenant: tenant)
    }
    func jobsWithLogs(tenant: TenantID) throws(Failure) -> [JobID] {
        try inner.jobsWithLogs(tenant: tenant)
    }
    func removeLogs(of job: JobID, tenant: TenantID) throws(Failure) {
        try inner.removeLogs(of: job, tenant: tenant)
    }
}
