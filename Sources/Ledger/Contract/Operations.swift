public import TranscodeModel

/// A change that a node asks of the ledger. Many are performed in one transaction, in order.
public enum LedgerOperation: Hashable, Sendable {
    /// Doing it again changes nothing.
    case register(NodeRecord)
    /// Doing it again changes nothing.
    case retire(NodeID)
    /// Leases those picks that are still ready at their epoch, whose time has come, and whose tenant is below
    /// its cap. Each counts an attempt (I11).
    case lease([LeasePick], node: NodeID, durationMilliseconds: Int64)
    /// A second lease of a unit that is leased under this token and has no second lease yet. It counts an attempt.
    case hedge(LeaseToken, node: NodeID, durationMilliseconds: Int64, reason: String)
    /// Extends leases and notes progress.
    case renew([HeldLease], durationMilliseconds: Int64)
    indirect case complete(Completion)
    indirect case release(Release)
    /// Replaces a breaker whose generation is one less than the new one's; 1 makes it.
    case setBreaker(BreakerRecord)
}

/// The answer to a `LedgerOperation`, in the same order.
public enum LedgerAnswer: Hashable, Sendable {
    /// Of `register` and `retire`.
    case noted
    /// Of `lease` and `hedge`: those that were granted.
    case leased([Lease])
    /// Of `renew`: what is still ours. A token that is missing is lost for good: stop its worker.
    case renewed(Set<LeaseToken>)
    case completed(CommitOutcome)
    case released(ReleaseOutcome)
    /// False when another node was quicker.
    case breakerSet(Bool)
}

/// A unit's artifact, to be committed. The artifact is durable already (I2).
public struct Completion: Hashable, Sendable {
    public var token: LeaseToken
    public var artifact: Artifact
    /// With a probe: the plan that follows from it.
    public var planned: PlannedJob?
    /// What is to be learned from it, if it counts; nil where nothing was done for it but to look.
    public var lesson: CostLesson?

    public init(
        token: LeaseToken, artifact: Artifact, planned: PlannedJob? = nil,
        lesson: CostLesson? = nil
    ) {
        self.token = token
        self.artifact = artifact
        self.planned = planned
        self.lesson = lesson
    }
}

/// A plan, and what the scheduler needs to know of its units.
public struct PlannedJob: Hashable, Sendable {
    public var plan: Plan
    /// By unit: predicted seconds from its start to the job's end if it never waits.
    public var criticalSeconds: [Double]

    public init(plan: Plan, criticalSeconds: [Double]) {
        precondition(plan.units.count == criticalSeconds.count)
        self.plan = plan
        self.criticalSeconds = criticalSeconds
    }
}

public enum CommitOutcome: Hashable, Sendable {
    /// With the job's state after it.
    case committed(JobState)
    /// A newer claim or a loss moved the epoch, or the other holder was quicker: nothing was changed.
    case fenced
    /// This very lease had completed already: an answer was lost on the way.
    case alreadyDone
    /// The artifact was condemned after the lease was granted, so that its bytes are going or gone: nothing was
    /// changed, and the lease holds. Release it, so that the artifact is made again.
    case condemned
}

/// The end of a lease without an artifact.
public struct Release: Hashable, Sendable {
    /// On what grounds a lease is ended. The ledger checks each in the statement itself.
    public enum Ground: Hashable, Sendable {
        /// Its holder says so.
        case holder
        /// It was not renewed in time, by the ledger's clock.
        case overdue
        /// Its node is gone.
        case nodeDied(NodeID)
    }

    public enum Verdict: Hashable, Sendable {
        /// Ready again after a delay. `returnsAttempt`: the unit was not at fault, and may try once more. If no
        /// attempt is left then, dead, with the failure `exhausted`: a hedge may have used one that the
        /// decider did not see.
        case retry(
            afterMilliseconds: Int64, splits: Bool, returnsAttempt: Bool, exhausted: Failure)
        /// The unit is dead, and its job fails with this reason.
        case dead(Failure)
    }

    public var token: LeaseToken
    public var ground: Ground
    public var verdict: Verdict
    /// What the attempt itself failed with; nil when it was handed back or lost.
    public var failure: Failure?
    /// For the history.
    public var reason: String

    public init(
        token: LeaseToken, ground: Ground, verdict: Verdict, failure: Failure?, reason: String
    ) {
        self.token = token
        self.ground = ground
        self.verdict = verdict
        self.failure = failure
        self.reason = reason
    }
}

public enum ReleaseOutcome: Hashable, Sendable {
    /// The unit is ready again, or dead.
    case released(UnitState)
    /// Another lease shared the unit, and goes on alone: the verdict was not needed.
    case rivalGoesOn
    /// The lease was not to be ended on this ground any more: nothing was changed.
    case fenced
}
