public import TranscodeModel

/// Where artifacts are kept: staged, made durable, then named by their SHA-256 (I2).
///
/// A driver may be a directory or an object store; callers see descriptors and digests, never paths.
public protocol ArtifactStore: Sendable {
    /// An empty file for one attempt to write.
    func stage(tenant: TenantID, unit: UnitID, epoch: Int64) throws(Failure) -> StagedFile
    /// Makes the bytes durable under their digest. Committing the same bytes again is no failure.
    func commit(_ staged: StagedFile) throws(Failure) -> StoredArtifact
    /// Forgets a staged file.
    func discard(_ staged: StagedFile) throws(Failure)
    /// Opens a committed artifact; `artifactMissing` when it is not there.
    func open(_ digest: Digest, tenant: TenantID) throws(Failure) -> ReadableFile
    func contains(_ digest: Digest, tenant: TenantID) throws(Failure) -> Bool
    /// Removes staged files of attempts that are not live; returns how many. `live` is asked after the files are
    /// listed: what was staged since is not touched.
    func sweepStaging(live: () throws -> Set<StagingName>) throws -> Int
    /// Tenants that have a place in the store, whatever is in it.
    func tenants() throws(Failure) -> [String]
    /// Files in staging, of live and of dead attempts.
    func staged() throws(Failure) -> [String]
    /// Removes an artifact that nothing needs; one that is gone already is no failure.
    func remove(_ digest: Digest, tenant: TenantID) throws(Failure)
    /// Makes the removal of artifacts durable. Until then one may come back with the power: whole, and garbage.
    func settleRemoval(of digests: [Digest], tenant: TenantID) throws(Failure)
    /// Digests of all artifacts of a tenant.
    func inventory(tenant: TenantID) throws(Failure) -> [Digest]
    /// How much can still be stored, and how much there can be in all.
    func space() throws(Failure) -> StorageSpace

    // Jobs that may have put something at their destination before they are finished: what is left of it once a job has
    // ended otherwise is found by this, whatever has crashed.

    /// Notes a job, durably. Doing it again changes nothing.
    func noteEarly(_ job: JobID) throws(Failure)
    /// The noted jobs, in no order.
    func earlyJobs() throws(Failure) -> [JobID]
    /// Once nothing of it is left; one that is not noted is no failure.
    func forgetEarly(_ job: JobID) throws(Failure)

    // Logs of attempts. They are for people: nothing rests on them, and they need not be durable. Only the node that
    // holds an attempt writes to its log, but for what others append once that node is gone.

    /// Keeps the first `offset` bytes of a log and puts these after them; nil puts them after all that is there. A log
    /// begins with its first bytes; an offset is never beyond its end.
    func writeLog(
        _ bytes: [UInt8], to log: AttemptLogName, tenant: TenantID, after offset: Int64?
    ) throws(Failure)
    /// All of a log; empty when there is none.
    func readLog(_ log: AttemptLogName, tenant: TenantID) throws(Failure) -> [UInt8]
    /// The logs of a job's attempts, by position and attempt.
    func logs(of job: JobID, tenant: TenantID) throws(Failure) -> [AttemptLogListing]
    /// Jobs of a tenant that have a log, whether or not a ledger still knows them.
    func jobsWithLogs(tenant: TenantID) throws(Failure) -> [JobID]
    /// Removes all logs of a job; none is no failure.
    func removeLogs(of job: JobID, tenant: TenantID) throws(Failure)
}

public struct StorageSpace: Hashable, Sendable {
    public var freeBytes: Int64
    public var totalBytes: Int64

    public init(freeBytes: Int64, totalBytes: Int64) {
        self.freeBytes = freeBytes
        self.totalBytes = totalBytes
    }
}

/// Which attempt a staged file belongs to.
public struct StagingName: Hashable, Sendable {
    public var unit: UnitID
    public var epoch: Int64

    public init(unit: UnitID, epoch: Int64) {
        self.unit = unit
        self.epoch = epoch
    }
}

public struct StoredArtifact: Hashable, Sendable {
    public var digest: Digest
    public var byteCount: Int64
}
