public import Ledger
public import TranscodeModel

/// What a node's core is told.
public enum NodeEvent: Hashable, Sendable {
    /// The first event of all.
    case started
    /// Time has passed: the core looks what is due.
    case tick
    /// The ledger may have changed, so that there may be work.
    case changed
    /// The answer to `NodeEffect.survey`. `lost` are all leases of those nodes of the survey that are known to be
    /// dead, `dead` those nodes; `disk` is where artifacts are kept.
    indirect case surveyed(LedgerSurvey, dead: [NodeID], lost: [LeaseSighting], disk: DiskSpace)
    case surveyFailed(LedgerFailure)
    /// The answers to one `NodeEffect.ask`, in order.
    case answered([LedgerOperation], [LedgerAnswer])
    /// The ledger could not perform one `NodeEffect.ask`, or the answer was lost: it may have taken effect.
    case askFailed([LedgerOperation], LedgerFailure)
    /// An attempt that `NodeEffect.start` began has ended, and its worker is gone.
    case finished(LeaseToken, AttemptResult)
    /// Somebody asks the node to end.
    case shutdown(ShutdownLevel)
}

/// How an attempt ended in the node's own hands, before the ledger knows.
public enum AttemptResult: Hashable, Sendable {
    /// An artifact that is durable; with a probe, the plan that follows from it; and what is to be learned from the work.
    indirect case made(Artifact, PlannedJob?, lesson: CostLesson? = nil)
    case failed(Failure)
    /// It was stopped by `NodeEffect.stop`: nothing was made.
    case stopped
}

/// How urgently a node is to end.
public enum ShutdownLevel: Int, Sendable, Comparable, CaseIterable {
    case none
    /// No new leases; short units may end, the others are handed back.
    case drain
    /// Everything is handed back at once.
    case stop

    public static func < (left: ShutdownLevel, right: ShutdownLevel) -> Bool {
        left.rawValue < right.rawValue
    }
}
