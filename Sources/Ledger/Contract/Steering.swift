public import TranscodeModel

/// How long the units of a job may be leased. What is leased already goes on.
public enum JobHold: Hashable, Sendable {
    case none
    /// Not from this time on, in the ledger's.
    case from(milliseconds: Int64)

    /// Not at all, until it is lifted.
    public static let now = JobHold.from(milliseconds: 0)

    var leasableUntil: Int64? {
        switch self {
        case .none: nil
        case .from(let time): time
        }
    }
}

/// What a person changes about a job under way.
public struct JobSteering: Hashable, Sendable {
    public var job: JobID
    /// -100 to 100; nil leaves it as it is.
    public var priority: Int?
    /// Nil leaves it as it is.
    public var hold: JobHold?
    /// For the history.
    public var reason: String

    public init(job: JobID, priority: Int? = nil, hold: JobHold? = nil, reason: String) {
        self.job = job
        self.priority = priority
        self.hold = hold
        self.reason = reason
    }
}

/// On whose behalf a job is, and what it may do there.
public struct JobTerms: Hashable, Sendable, Codable {
    /// The name of the backfill that it belongs to.
    public var backfill: String?
    /// The digest of the receipt of an output that it may take the place of.
    public var replaces: Digest?
    /// In the ledger's time: no unit is leased from then on; nil for no end.
    public var leasableUntilMilliseconds: Int64?

    public init(
        backfill: String? = nil, replaces: Digest? = nil, leasableUntilMilliseconds: Int64? = nil
    ) {
        self.backfill = backfill
        self.replaces = replaces
        self.leasableUntilMilliseconds = leasableUntilMilliseconds
    }

    /// As most jobs are.
    public static let usual = JobTerms()
}

extension BackfillShare {
    /// Units of it that a node with so many workers may hold: its part of them, and always one.
    public func most(ofWorkers workers: Int) -> Int {
        max(1, Int((maximum * Double(workers)).rounded(.down)))
    }
}

/// What a backfill has of a node, for the choice of what to lease.
public struct BackfillShare: Hashable, Sendable {
    public var backfill: String
    /// Of the node's workers, above 0 and at most 1.
    public var maximum: Double
    /// Units of it that the asking node holds.
    public var held: Int

    public init(backfill: String, maximum: Double, held: Int) {
        self.backfill = backfill
        self.maximum = maximum
        self.held = held
    }
}

extension JobSteering {
    /// What priorities may be.
    public static let priorities = -100...100
}
