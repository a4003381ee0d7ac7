public import TranscodeModel

/// Where an upload is and which bytes it had when it was enqueued.
public struct SourceReference: Hashable, Sendable, Codable {
    /// How a store finds it: for a directory store, an absolute path.
    public var locator: String
    public var displayName: String
    public var digest: Digest
    public var byteCount: Int64
    public var modificationMilliseconds: Int64

    public init(
        locator: String, displayName: String, digest: Digest, byteCount: Int64,
        modificationMilliseconds: Int64
    ) {
        self.locator = locator
        self.displayName = displayName
        self.digest = digest
        self.byteCount = byteCount
        self.modificationMilliseconds = modificationMilliseconds
    }
}

/// What is asked of the ledger to make a job.
public struct JobSubmission: Hashable, Sendable {
    public var id: JobID
    public var tenant: TenantID
    /// The caller's idempotency key.
    public var key: String?
    public var source: SourceReference
    public var profile: Profile
    public var profileDigest: Digest
    public var destination: String
    public var jobClass: JobClass
    public var priority: Int
    /// Of source, profile and destination: one live job for each (I15).
    public var content: Digest
    public var probeContent: Digest
    public var probeEstimate: Estimate
    public var attemptsMaximum: Int
    public var terms: JobTerms

    public init(
        id: JobID, tenant: TenantID, key: String?, source: SourceReference, profile: Profile,
        profileDigest: Digest, destination: String, jobClass: JobClass, priority: Int,
        content: Digest, probeContent: Digest, probeEstimate: Estimate, attemptsMaximum: Int,
        terms: JobTerms = .usual
    ) {
        self.id = id
        self.tenant = tenant
        self.key = key
        self.source = source
        self.profile = profile
        self.profileDigest = profileDigest
        self.destination = destination
        self.jobClass = jobClass
        self.priority = priority
        self.content = content
        self.probeContent = probeContent
        self.probeEstimate = probeEstimate
        self.attemptsMaximum = attemptsMaximum
        self.terms = terms
    }
}

extension JobSubmission {
    /// Whether somebody waits for the job to be playable, so that its probe is urgent.
    package var isUrgent: Bool { jobClass == .live && profile.playsEarly }
}

public enum EnqueueOutcome: Hashable, Sendable {
    case created(JobID)
    /// The same work is there already.
    case existing(JobRecord)
    /// The key belongs to other work.
    case keyConflict(JobRecord)
}

public struct JobRecord: Hashable, Sendable, Codable {
    public var id: JobID
    public var tenant: TenantID
    public var key: String?
    public var source: SourceReference
    public var profile: Profile
    public var profileDigest: Digest
    public var destination: String
    public var jobClass: JobClass
    public var priority: Int
    public var state: JobState
    public var isSuperseded: Bool
    public var failure: Failure?
    /// Why a person cancelled it.
    public var cancelReason: String?
    /// The position of the unit that failed the job.
    public var failedUnit: Int?
    public var createdMilliseconds: Int64
    public var finishedMilliseconds: Int64?
    /// The probe among them; the others are counted once they are planned.
    public var unitsTotal: Int
    public var unitsDone: Int
    public var attemptsMaximum: Int
    public var terms = JobTerms.usual
    /// When its artifacts were given up; the output that it published is not among them.
    public var collectedMilliseconds: Int64?
}

public struct JobQuery: Hashable, Sendable {
    public var tenant: TenantID?
    /// Empty for all.
    public var states: Set<JobState>
    public var jobClass: JobClass?
    public var limit: Int
    /// The last job of the page before.
    public var after: JobID?

    public init(
        tenant: TenantID? = nil, states: Set<JobState> = [], jobClass: JobClass? = nil,
        limit: Int = 100, after: JobID? = nil
    ) {
        self.tenant = tenant
        self.states = states
        self.jobClass = jobClass
        self.limit = limit
        self.after = after
    }
}
