public import TranscodeModel

/// A node process as the ledger knows it.
public struct NodeRecord: Hashable, Sendable, Codable {
    public var id: NodeID
    public var host: String
    /// Of the running kernel: a node of an earlier boot is dead.
    public var bootID: String
    public var processID: Int32
    /// The kernel's start time of the process, so that a reused number is told apart.
    public var processStart: String
    public var workers: Int

    public init(
        id: NodeID, host: String, bootID: String, processID: Int32, processStart: String,
        workers: Int
    ) {
        self.id = id
        self.host = host
        self.bootID = bootID
        self.processID = processID
        self.processStart = processStart
        self.workers = workers
    }
}

/// A ready unit, with what a scheduler needs to know.
public struct LedgerCandidate: Hashable, Sendable {
    public var unit: UnitID
    public var tenant: TenantID
    public var kind: UnitKind
    public var epoch: Int64
    public var jobClass: JobClass
    public var priority: Int
    public var jobCreatedMilliseconds: Int64
    public var tenantWeight: Double
    public var tenantVirtualTime: Double
    public var tenantCap: Int?
    public var tenantLeased: Int
    public var estimate: Estimate
    public var remainingCriticalSeconds: Double
}

/// What a node that has nothing to do needs to know.
public struct IdleFacts: Hashable, Sendable {
    /// When the next unit that waits out a delay becomes ready.
    public var nextRunMilliseconds: Int64?
    public var unfinishedJobs: Int
}

public struct LeasePick: Hashable, Sendable {
    public var unit: UnitID
    public var epoch: Int64
    public init(unit: UnitID, epoch: Int64) {
        self.unit = unit
        self.epoch = epoch
    }
}

/// A node's time-limited right to run a unit. `epoch` is its fencing token.
public struct Lease: Hashable, Sendable {
    public var unit: UnitID
    public var tenant: TenantID
    public var epoch: Int64
    /// From 1.
    public var attempt: Int
    public var attemptsMaximum: Int
    public var kind: UnitKind
    /// Nil for the probe.
    public var work: Work?
    public var dependencies: [Int]
    public var content: Digest
    public var estimate: Estimate
    public var job: JobRecord
}

/// A lease in hand, with how far its work has come.
public struct HeldLease: Hashable, Sendable {
    public var unit: UnitID
    public var epoch: Int64
    /// Frames, or what else the unit counts.
    public var progress: Int
    public init(unit: UnitID, epoch: Int64, progress: Int) {
        self.unit = unit
        self.epoch = epoch
        self.progress = progress
    }
}

public enum CommitOutcome: Hashable, Sendable {
    /// With the job's state after it.
    case committed(JobState)
    /// A newer claim or a loss moved the epoch: nothing was changed.
    case fenced
    /// This very lease had completed already: an answer was lost on the way.
    case alreadyDone
}
