public import TranscodeModel

/// Names the log of one attempt within its tenant.
public struct AttemptLogName: Hashable, Sendable {
    public var unit: UnitID
    /// From 1.
    public var attempt: Int

    public init(unit: UnitID, attempt: Int) {
        self.unit = unit
        self.attempt = attempt
    }
}

/// A log that a store keeps.
public struct AttemptLogListing: Hashable, Sendable {
    public var name: AttemptLogName
    public var byteCount: Int64

    public init(name: AttemptLogName, byteCount: Int64) {
        self.name = name
        self.byteCount = byteCount
    }
}
