public import TranscodeModel

/// A tenant's share of the machines, and what it has had.
public struct TenantRecord: Hashable, Sendable, Codable {
    public var id: TenantID
    /// Its share relative to other tenants; above 0.
    public var weight: Double
    /// Most units that may be leased at once, at least 1; nil for no limit.
    public var cap: Int?
    /// Weighted CPU-seconds charged so far (start-time fair queueing).
    public var virtualTime: Double
    /// Units that are leased now.
    public var leased: Int

    public init(id: TenantID, weight: Double, cap: Int?, virtualTime: Double, leased: Int) {
        self.id = id
        self.weight = weight
        self.cap = cap
        self.virtualTime = virtualTime
        self.leased = leased
    }
}
