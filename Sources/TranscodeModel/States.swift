/// The states of a job. Final ones never change (I4, I5).
///
///     planning → running → ready
///        └──────────┴────→ failed | cancelled
public enum JobState: String, Sendable, Codable, CaseIterable {
    /// The upload is being probed; its other units do not exist yet.
    case planning
    /// The plan is fixed and its units are in the ledger.
    case running
    /// The output is published.
    case ready
    /// A unit died; the job carries its failure.
    case failed
    case cancelled

    public var isFinal: Bool { self == .ready || self == .failed || self == .cancelled }
}

/// The states of a work unit. Final ones never change (I4).
///
///     blocked → ready ⇄ leased → done
///        │        │        └───→ dead
///        └────────┴────────────→ cancelled
public enum UnitState: String, Sendable, Codable, CaseIterable {
    /// Waits for `unmet` other units.
    case blocked
    /// May be leased once its `run_at` has come.
    case ready
    case leased
    /// One artifact is committed for it (I1).
    case done
    /// Out of attempts, or failed for good.
    case dead
    case cancelled

    public var isFinal: Bool { self == .done || self == .dead || self == .cancelled }
}

/// What a work unit does. The order is the order of the flow.
public enum UnitKind: String, Sendable, Codable, CaseIterable {
    case probe, encode, audio, images, text, stitch, preview, package, verify, publish
}

/// Live uploads go before backfill, which keeps a guaranteed share.
public enum JobClass: String, Sendable, Codable, CaseIterable {
    case live, backfill
}
