public import TranscodeModel

/// How long a job's artifacts are kept after its end, in milliseconds of the ledger's time. Rows and history are kept
/// for ever, and so are the artifacts of jobs that have not ended.
public struct RetentionPolicy: Hashable, Sendable, Codable {
    public var readyMilliseconds: Int64
    public var failedMilliseconds: Int64
    public var cancelledMilliseconds: Int64

    public init(
        readyMilliseconds: Int64, failedMilliseconds: Int64, cancelledMilliseconds: Int64
    ) {
        self.readyMilliseconds = readyMilliseconds
        self.failedMilliseconds = failedMilliseconds
        self.cancelledMilliseconds = cancelledMilliseconds
    }

    /// Whether it gives up what there is of a job at this time.
    public func givesUp(_ job: JobRecord, atMilliseconds now: Int64) -> Bool {
        guard let kept = milliseconds(job.state), let end = job.finishedMilliseconds else {
            return false
        }
        return now - end >= kept
    }

    /// Nil for a job that has not ended.
    func milliseconds(_ state: JobState) -> Int64? {
        switch state {
        case .planning, .running: nil
        case .ready: readyMilliseconds
        case .failed: failedMilliseconds
        case .cancelled: cancelledMilliseconds
        }
    }
}

/// What a policy gives up.
public struct RetentionReport: Hashable, Sendable, Codable {
    public struct Share: Hashable, Sendable, Codable {
        public var jobs = 0
        /// Each is counted once, with the oldest of the jobs that give it up.
        public var artifacts = 0
        public var bytes: Int64 = 0
        public init() {}
    }

    public var ready = Share()
    public var failed = Share()
    public var cancelled = Share()
    /// Artifacts of these jobs that stay, since another job needs them.
    public var artifactsShared = 0

    public init() {}

    public var total: Share {
        var sum = Share()
        for share in [ready, failed, cancelled] {
            sum.jobs += share.jobs
            sum.artifacts += share.artifacts
            sum.bytes += share.bytes
        }
        return sum
    }

    /// Adds another part of the same collection.
    public mutating func add(_ other: RetentionReport) {
        add(.ready, other.ready)
        add(.failed, other.failed)
        add(.cancelled, other.cancelled)
    }

    /// Ended states only.
    mutating func add(_ state: JobState, _ share: Share) {
        func sum(_ old: inout Share) {
            old.jobs += share.jobs
            old.artifacts += share.artifacts
            old.bytes += share.bytes
        }
        switch state {
        case .ready: sum(&ready)
        case .failed: sum(&failed)
        case .cancelled: sum(&cancelled)
        case .planning, .running: preconditionFailure("a job that has not ended gives nothing up")
        }
    }
}

/// An artifact that no job needs any more, and whose bytes may still be there.
public struct CondemnedArtifact: Hashable, Sendable, Codable {
    public var tenant: TenantID
    public var digest: Digest
    public var byteCount: Int64

    public init(tenant: TenantID, digest: Digest, byteCount: Int64) {
        self.tenant = tenant
        self.digest = digest
        self.byteCount = byteCount
    }
}

/// Which of the condemned artifacts whose bytes are not gone.
public enum CondemnedChoice: Hashable, Sendable {
    /// At most so many: those that wait longest, or those that come after this one. If that one is gone meanwhile, from
    /// the first again.
    case oldest(Int, after: CondemnedArtifact?)
    /// This one, if it is condemned.
    case one(Digest, TenantID)
}

extension Ledger {
    /// The oldest, at most so many.
    public func removeCondemned(
        limit: Int, _ remove: ([CondemnedArtifact]) -> [CondemnedArtifact]
    ) throws(LedgerFailure) -> Int {
        try removeCondemned(.oldest(limit, after: nil), remove)
    }

    /// All at once.
    public func condemn(_ policy: RetentionPolicy) throws(LedgerFailure) -> RetentionReport {
        try condemn(policy, atMost: .max)
    }
}

/// How the history tells of a job whose artifacts were given up.
enum CollectionNote {
    static func text(_ share: RetentionReport.Share) -> String {
        "\(share.artifacts) artifacts, \(share.bytes) bytes"
    }
}
