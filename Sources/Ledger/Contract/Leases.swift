public import TranscodeModel

/// Names one lease of one unit, and fences every other: what a holder shows to complete, renew or release.
///
/// `epoch` counts the unit's claims and losses and is odd while it is owned. `attempt` counts its leases. A
/// hedge shares the epoch of the lease that it hedges and differs in the attempt.
public struct LeaseToken: Hashable, Sendable, Codable {
    public var tenant: TenantID
    public var unit: UnitID
    public var epoch: Int64
    /// From 1.
    public var attempt: Int

    public init(tenant: TenantID, unit: UnitID, epoch: Int64, attempt: Int) {
        self.tenant = tenant
        self.unit = unit
        self.epoch = epoch
        self.attempt = attempt
    }
}

/// A ready unit that a node wants, as it saw it: at another epoch the pick fails.
public struct LeasePick: Hashable, Sendable {
    public var tenant: TenantID
    public var unit: UnitID
    /// Even: the unit is not owned.
    public var epoch: Int64
    /// It goes before units of tenants that have had less. It is charged like any other, but does not move the system's
    /// virtual time: those tenants keep what they are owed.
    public var isOutOfTurn: Bool

    public init(tenant: TenantID, unit: UnitID, epoch: Int64, isOutOfTurn: Bool = false) {
        self.tenant = tenant
        self.unit = unit
        self.epoch = epoch
        self.isOutOfTurn = isOutOfTurn
    }
}

/// A node's time-limited right to run a unit, with what a scheduler needs to know of it. What a stage needs
/// beside it is an `Assignment`.
public struct Lease: Hashable, Sendable {
    public var token: LeaseToken
    public var kind: UnitKind
    /// Most attempts of the unit.
    public var attemptsMaximum: Int
    /// Attempts that ended in a crash of the worker.
    public var crashes: Int
    /// Is done one rendition at a time, since it ran out of memory or time before.
    public var isSplit: Bool
    /// A second lease of a straggling unit.
    public var isHedge: Bool
    /// What an artifact must have been made of to stand in for this unit's.
    public var content: Digest
    public var estimate: Estimate
    /// Of the job's profile.
    public var profile: Digest
    /// The codec that the unit encodes with; empty for none.
    public var encoder: String

    public init(
        token: LeaseToken, kind: UnitKind, attemptsMaximum: Int, crashes: Int, isSplit: Bool,
        isHedge: Bool, content: Digest, estimate: Estimate, profile: Digest, encoder: String
    ) {
        self.token = token
        self.kind = kind
        self.attemptsMaximum = attemptsMaximum
        self.crashes = crashes
        self.isSplit = isSplit
        self.isHedge = isHedge
        self.content = content
        self.estimate = estimate
        self.profile = profile
        self.encoder = encoder
    }

    public var unit: UnitID { token.unit }
    public var tenant: TenantID { token.tenant }
}

/// What a leased unit is to do.
public struct Assignment: Hashable, Sendable {
    public var job: JobRecord
    /// Nil for the probe.
    public var work: Work?
    /// Positions of the units whose artifacts it reads.
    public var dependencies: [Int]

    public init(job: JobRecord, work: Work?, dependencies: [Int]) {
        self.job = job
        self.work = work
        self.dependencies = dependencies
    }
}

/// A lease as others see it: overdue, or of a node that is gone.
public struct LeaseSighting: Hashable, Sendable {
    public var token: LeaseToken
    public var node: NodeID
    public var kind: UnitKind
    public var attemptsMaximum: Int
    public var crashes: Int
    /// Another lease shares the unit, and goes on when this one is lost.
    public var hasRival: Bool

    public init(
        token: LeaseToken, node: NodeID, kind: UnitKind, attemptsMaximum: Int, crashes: Int,
        hasRival: Bool
    ) {
        self.token = token
        self.node = node
        self.kind = kind
        self.attemptsMaximum = attemptsMaximum
        self.crashes = crashes
        self.hasRival = hasRival
    }
}
