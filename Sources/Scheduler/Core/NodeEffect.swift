public import Ledger
public import TranscodeModel

/// What a node's core wants done. The shell performs effects in order and tells the core what came of them.
public enum NodeEffect: Hashable, Sendable {
    /// Read a survey; answered by `surveyed` or `surveyFailed`. At most one is under way.
    case survey(SurveyRequest)
    /// Perform these in one transaction; answered by `answered` or `askFailed`.
    case ask([LedgerOperation])
    /// Begin an attempt; answered by `finished`, once.
    case start(Lease)
    /// End an attempt that was begun; it still answers with `finished`, with whatever it had come to.
    case stop(LeaseToken)
    /// Remove what dead attempts left in staging: all but what belongs to a lease that is live then.
    case sweep
    /// Remove what is left of an artifact that was given up, before all others: a unit of ours cannot be done until then,
    /// and a collection may have given up thousands.
    case remove(Digest, TenantID)
    case note(NodeNote)
    /// The last effect of all: the node ends.
    case end(NodeEnding)
}

/// Why a node ended.
public enum NodeEnding: Hashable, Sendable {
    /// Nothing was left to do.
    case idle
    /// It was asked to; what it had not finished was handed back.
    case shutDown
    /// The ledger could not be used for too long, or refused a change of ours.
    case ledgerFailed(LedgerFailure)
}

/// Something that people should know, in order of weight.
public enum NodeNote: Hashable, Sendable {
    case leased(Lease)
    case committed(LeaseToken, UnitKind, JobState)
    case retried(LeaseToken, UnitKind, Failure, afterMilliseconds: Int64)
    case quarantined(LeaseToken, UnitKind, Failure)
    case jobFailed(LeaseToken, UnitKind, Failure)
    case hedged(LeaseToken, reason: String)
    /// The attempt was given up for another one at the unit, which goes on.
    case overtaken(LeaseToken, reason: String)
    /// The lease is not ours any more; its worker is ended.
    case fenced(LeaseToken)
    case tookBack([LeaseToken], reason: String)
    case breakerOpened(BreakerRecord)
    case breakerClosed(BreakerRecord)
    /// Nothing new is begun for now. Told once, until there is room again.
    case diskShort(DiskSpace, lowBytes: Int64, highBytes: Int64)
    case diskWide(DiskSpace)
    case ledgerTrouble(LedgerFailure)
}
