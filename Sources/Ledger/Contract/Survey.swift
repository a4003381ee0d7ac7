public import TranscodeModel

/// What a node wants to see of the ledger.
public struct SurveyRequest: Hashable, Sendable {
    public var node: NodeID
    /// Only units of these jobs; nil for all.
    public var jobs: Set<JobID>?
    public var candidatesMaximum: Int
    /// Of each of the two kinds of them; 0 while there is no room for a hedge.
    public var stragglersMaximum: Int
    /// Beside the candidates, so many units that end a job: those of the oldest jobs. While the disk is short nothing else
    /// makes room, and they may stand behind any number of others.
    public var endingMaximum: Int

    public init(
        node: NodeID, jobs: Set<JobID>?, candidatesMaximum: Int, stragglersMaximum: Int,
        endingMaximum: Int = 0
    ) {
        self.endingMaximum = endingMaximum
        self.node = node
        self.jobs = jobs
        self.candidatesMaximum = candidatesMaximum
        self.stragglersMaximum = stragglersMaximum
    }
}

/// One snapshot of what there is to decide about.
public struct LedgerSurvey: Hashable, Sendable {
    /// The ledger's time.
    public var nowMilliseconds: Int64
    /// Ready units whose time has come, of jobs that are not held. A tenant has three lines of them: what is urgent of live
    /// jobs, their rest, and backfill. The first few of each line, of as many tenants as fit, those with the smallest
    /// virtual time first, and the kinds of lines in turns, so that none hides another. Then those that were asked for since they end a job, by the
    /// age of the jobs.
    public var candidates: [Candidate]
    /// The virtual time of the system: a tenant that was away joins at it (start-time fair queueing).
    public var virtualTime: Double
    /// All leases that were not renewed in time.
    public var overdue: [LeaseSighting]
    /// All leases of the asking node.
    public var own: [LeaseToken]
    /// Nodes that have not retired, dead or alive.
    public var nodes: [NodeRecord]
    /// Leased encode, audio and image units without a second lease: as many as were asked for of those that are longest
    /// overdue, and as many of those that are slowest by the progress that was noted of them, if they are slower than
    /// predicted.
    public var stragglers: [Straggler]
    /// Leases of the asking node whose units have a second lease.
    public var shared: [SharedLease]
    /// All that were ever open; few.
    public var breakers: [BreakerRecord]
    /// Jobs (of those asked for) that have not ended and are not held.
    public var unfinishedJobs: Int

    public init(
        nowMilliseconds: Int64, candidates: [Candidate] = [], virtualTime: Double = 0,
        overdue: [LeaseSighting] = [], own: [LeaseToken] = [], nodes: [NodeRecord] = [],
        stragglers: [Straggler] = [], shared: [SharedLease] = [], breakers: [BreakerRecord] = [],
        unfinishedJobs: Int = 0
    ) {
        self.shared = shared
        self.nowMilliseconds = nowMilliseconds
        self.candidates = candidates
        self.virtualTime = virtualTime
        self.overdue = overdue
        self.own = own
        self.nodes = nodes
        self.stragglers = stragglers
        self.breakers = breakers
        self.unfinishedJobs = unfinishedJobs
    }
}

extension UnitKind {
    /// Whether such units come when all that takes room has been made.
    public var endsJob: Bool {
        switch self {
        case .stitch, .preview, .package, .verify, .publish: true
        case .probe, .encode, .audio, .images, .text: false
        }
    }

    /// Whether a second lease may help: the work is long, and its result is a file of its own.
    package var isHedged: Bool { self == .encode || self == .audio || self == .images }
}

/// A ready unit, with what a scheduler needs to know of it, its job and its tenant.
public struct Candidate: Hashable, Sendable {
    public var unit: UnitID
    public var tenant: TenantID
    public var kind: UnitKind
    public var epoch: Int64
    public var jobClass: JobClass
    /// Of the job; larger goes first within a class and a tenant.
    public var priority: Int
    public var jobCreatedMilliseconds: Int64
    /// Share of the machine relative to other tenants; above 0.
    public var tenantWeight: Double
    /// Weighted CPU-seconds charged so far (start-time fair queueing).
    public var tenantVirtualTime: Double
    /// Most units of the tenant that may be leased at once; nil for no limit.
    public var tenantCap: Int?
    public var tenantLeased: Int
    public var estimate: Estimate
    /// Predicted seconds from this unit's start to its job's end, if it never waits.
    public var remainingCriticalSeconds: Double
    /// Of the job's profile.
    public var profile: Digest
    /// The codec that the unit encodes with; empty for none.
    public var encoder: String
    /// Something is waited for that can be played: before all others of its tenant, class and priority, however old; of live
    /// jobs before other tenants' too, within bounds.
    public var isUrgent: Bool
    /// Of the backfill that the job belongs to, if that may not have all of a node.
    public var share: BackfillShare?
    /// Set by a choice: it was taken before units of tenants that have had less.
    public var isOutOfTurn = false

    public init(
        unit: UnitID, tenant: TenantID, kind: UnitKind, epoch: Int64, jobClass: JobClass,
        priority: Int, jobCreatedMilliseconds: Int64, tenantWeight: Double,
        tenantVirtualTime: Double, tenantCap: Int?, tenantLeased: Int, estimate: Estimate,
        remainingCriticalSeconds: Double, profile: Digest, encoder: String,
        isUrgent: Bool = false, share: BackfillShare? = nil
    ) {
        self.unit = unit
        self.tenant = tenant
        self.kind = kind
        self.epoch = epoch
        self.jobClass = jobClass
        self.priority = priority
        self.jobCreatedMilliseconds = jobCreatedMilliseconds
        self.tenantWeight = tenantWeight
        self.tenantVirtualTime = tenantVirtualTime
        self.tenantCap = tenantCap
        self.tenantLeased = tenantLeased
        self.estimate = estimate
        self.remainingCriticalSeconds = remainingCriticalSeconds
        self.profile = profile
        self.encoder = encoder
        self.isUrgent = isUrgent
        self.share = share
    }
}

/// A leased unit that may be taking too long.
public struct Straggler: Hashable, Sendable {
    public var token: LeaseToken
    public var kind: UnitKind
    public var attemptsMaximum: Int
    /// The last one that was begun of its unit, this one or another.
    public var newestAttempt: Int
    /// Since it was leased.
    public var elapsedMilliseconds: Int64
    public var estimate: Estimate
    /// Units of the same kind that its job has done, and what they took, in all, against their estimates.
    public var peersDone: Int
    public var peersMilliseconds: Int64
    public var peersEstimatedSeconds: Double
    /// Other units of the kind that its job has under way and that go on: what they have taken until their progress was
    /// noted, in all, and what was predicted for as much of them as was done by then.
    public var runningMilliseconds: Int64
    public var runningDoneMilliseconds: Int64
    /// How far it had come; nil while that is not known.
    public var progress: LeaseProgress?
    /// Of the job's profile.
    public var profile: Digest
    public var encoder: String
    public var jobClass: JobClass

    public init(
        token: LeaseToken, kind: UnitKind, attemptsMaximum: Int, newestAttempt: Int,
        elapsedMilliseconds: Int64, estimate: Estimate, peersDone: Int, peersMilliseconds: Int64,
        peersEstimatedSeconds: Double, runningMilliseconds: Int64 = 0,
        runningDoneMilliseconds: Int64 = 0, progress: LeaseProgress? = nil, profile: Digest,
        encoder: String, jobClass: JobClass
    ) {
        self.newestAttempt = newestAttempt
        self.runningMilliseconds = runningMilliseconds
        self.runningDoneMilliseconds = runningDoneMilliseconds
        self.progress = progress
        self.jobClass = jobClass
        self.token = token
        self.kind = kind
        self.attemptsMaximum = attemptsMaximum
        self.elapsedMilliseconds = elapsedMilliseconds
        self.estimate = estimate
        self.peersDone = peersDone
        self.peersMilliseconds = peersMilliseconds
        self.peersEstimatedSeconds = peersEstimatedSeconds
        self.profile = profile
        self.encoder = encoder
    }

    /// How many second leases its unit has had: each other attempt has its own claim, and every claim and loss counts an
    /// epoch.
    public var hedgesSoFar: Int { newestAttempt - Int((token.epoch + 1) / 2) }
}
