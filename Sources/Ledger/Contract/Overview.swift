public import TranscodeModel

/// A unit under way, as an operator sees it.
public struct UnitUnderWay: Hashable, Sendable, Codable {
    public var unit: UnitID
    public var tenant: TenantID
    public var kind: UnitKind
    public var work: Work?
    public var node: NodeID
    public var attempt: Int
    /// Who else holds it, when it is hedged.
    public var rivalNode: NodeID?
    public var startedMilliseconds: Int64
    /// Frames, or what else the unit counts, as of the last renewal.
    public var progress: Int
    public var estimate: Estimate
}

/// What is still to be done, as far as it is planned.
public struct Backlog: Hashable, Sendable, Codable {
    /// Jobs that have no plan yet.
    public var planningJobs: Int
    /// Units of running jobs that are not done, those under way among them, and their predicted CPU-seconds.
    public var units: Int
    public var cpuSeconds: Double
    public var runningJobs: Int

    public init(planningJobs: Int, units: Int, cpuSeconds: Double, runningJobs: Int) {
        self.planningJobs = planningJobs
        self.units = units
        self.cpuSeconds = cpuSeconds
        self.runningJobs = runningJobs
    }
}

/// What was done of late.
public struct Throughput: Hashable, Sendable, Codable {
    /// The time that it was done in: what was asked for, or less where the history is younger or busier.
    public var milliseconds: Int64
    public var units: Int
    /// Predicted, so that it can be held against a backlog.
    public var cpuSeconds: Double
    public var publishedJobs: Int
    public var failedJobs: Int

    public init(
        milliseconds: Int64, units: Int, cpuSeconds: Double, publishedJobs: Int, failedJobs: Int
    ) {
        self.milliseconds = milliseconds
        self.units = units
        self.cpuSeconds = cpuSeconds
        self.publishedJobs = publishedJobs
        self.failedJobs = failedJobs
    }

    /// Events that are looked at, at most.
    static let eventsMaximum: Int64 = 4000
}

/// One snapshot of the whole machine at work.
public struct LedgerOverview: Hashable, Sendable {
    public var nowMilliseconds: Int64
    /// States without any job may be absent.
    public var jobs: [JobState: Int]
    /// By job and position.
    public var underWay: [UnitUnderWay]
    public var backlog: Backlog
    public var throughput: Throughput
    public var nodes: [NodeRecord]
    public var breakers: [BreakerRecord]
    public var tenants: [TenantRecord]
    public var backfills: [BackfillRecord]
}

extension LedgerOverview: Encodable {
    private enum CodingKeys: String, CodingKey {
        case nowMilliseconds, jobs, underWay, backlog, throughput, nodes, breakers, tenants
        case backfills
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(nowMilliseconds, forKey: .nowMilliseconds)
        // An object by the names of the states; a dictionary of anything but texts would be a list.
        let named = jobs.map { ($0.key.rawValue, $0.value) }
        try container.encode(
            [String: Int](uniqueKeysWithValues: named), forKey: .jobs)
        try container.encode(underWay, forKey: .underWay)
        try container.encode(backlog, forKey: .backlog)
        try container.encode(throughput, forKey: .throughput)
        try container.encode(nodes, forKey: .nodes)
        try container.encode(breakers, forKey: .breakers)
        try container.encode(tenants, forKey: .tenants)
        try container.encode(backfills, forKey: .backfills)
    }
}
