public import TranscodeModel

public struct UnitRecord: Hashable, Sendable, Codable {
    public var position: Int
    public var kind: UnitKind
    public var work: Work?
    public var state: UnitState
    public var attempt: Int
    public var attemptsMaximum: Int
    public var epoch: Int64
    public var node: NodeID?
    /// Who else holds it, when it is hedged.
    public var rivalNode: NodeID?
    /// Attempts that ended in a crash of the worker.
    public var crashes: Int
    /// Is done one rendition at a time, since it ran out of memory or time.
    public var isSplit: Bool
    /// While it is ready: not leased before then.
    public var runAtMilliseconds: Int64
    public var progress: Int
    public var estimate: Estimate
    public var startedMilliseconds: Int64?
    public var finishedMilliseconds: Int64?
    /// Of the last attempt that failed.
    public var failure: Failure?
    /// Why it is in its state, for people; nil when there is nothing to say.
    public var note: String?
}

public struct CommittedArtifact: Hashable, Sendable, Codable {
    public var position: Int
    public var kind: UnitKind
    public var attempt: Int
    public var artifact: Artifact
}

/// One transition. `hash` is the SHA-256 over the hash before it and all other fields.
public struct EventRecord: Hashable, Sendable, Codable {
    public var sequence: Int64
    public var atMilliseconds: Int64
    /// Nil for what belongs to no job: breakers.
    public var tenant: TenantID?
    public var job: JobID?
    /// Nil for a transition of the job itself.
    public var position: Int?
    /// A unit's kind, `job`, `tenant` or `breaker`; `artifacts` when a job's were given up.
    public var kind: String
    /// Nil when it came into being.
    public var from: String?
    public var to: String
    public var epoch: Int64?
    public var attempt: Int?
    public var node: String?
    public var detail: String?
    public var hash: Digest
}

/// What an audit of the ledger saw.
public struct AuditReport: Hashable, Sendable, Codable {
    public var jobs = 0
    public var units = 0
    public var completions = 0
    public var events = 0
    /// The hash of the newest event, to be kept elsewhere: with it goes all that it stands on.
    public var head: Digest?
    /// The number of the newest event, and when it was written.
    public var sequence: Int64 = 0
    public var headMilliseconds: Int64 = 0
    /// When the audit began, in the ledger's time.
    public var nowMilliseconds: Int64 = 0
    public var findings: [AuditFinding] = []
    public init() {}
}

public struct AuditFinding: Hashable, Sendable, Codable {
    /// The invariant's number in the architecture page, such as `I1`.
    public var invariant: String
    /// Which job, unit or event.
    public var subject: String
    public var message: String

    public init(_ invariant: String, _ subject: String, _ message: String) {
        self.invariant = invariant
        self.subject = subject
        self.message = message
    }
}
