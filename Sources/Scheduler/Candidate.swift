public import TranscodeModel

/// A ready unit as the scheduler sees it, with what it needs to know of its job and tenant.
public struct Candidate: Hashable, Sendable {
    public var unit: UnitID
    public var tenant: TenantID
    public var jobClass: JobClass
    /// Of the job; larger goes first within a class and a tenant.
    public var priority: Int
    public var jobCreatedMilliseconds: Int64
    /// Share of the machine relative to other tenants; above 0.
    public var tenantWeight: Double
    /// Weighted CPU-seconds charged so far (start-time fair queueing).
    public var tenantVirtualTime: Double
    /// Most units of the tenant that may be leased at once; nil for no limit.
    public var tenantCap: Int?
    public var tenantLeased: Int
    public var estimate: Estimate
    /// Predicted seconds from this unit's start to its job's end, if it never waits.
    public var remainingCriticalSeconds: Double

    public init(
        unit: UnitID, tenant: TenantID, jobClass: JobClass, priority: Int,
        jobCreatedMilliseconds: Int64, tenantWeight: Double, tenantVirtualTime: Double,
        tenantCap: Int?, tenantLeased: Int, estimate: Estimate, remainingCriticalSeconds: Double
    ) {
        self.unit = unit
        self.tenant = tenant
        self.jobClass = jobClass
        self.priority = priority
        self.jobCreatedMilliseconds = jobCreatedMilliseconds
        self.tenantWeight = tenantWeight
        self.tenantVirtualTime = tenantVirtualTime
        self.tenantCap = tenantCap
        self.tenantLeased = tenantLeased
        self.estimate = estimate
        self.remainingCriticalSeconds = remainingCriticalSeconds
    }
}

/// What a node has left to give.
public struct Capacity: Hashable, Sendable {
    public var workers: Int
    public var memoryBytes: Int64
    public var scratchBytes: Int64

    public init(workers: Int, memoryBytes: Int64, scratchBytes: Int64) {
        self.workers = workers
        self.memoryBytes = memoryBytes
        self.scratchBytes = scratchBytes
    }

    /// Whether a unit with this estimate fits.
    public func fits(_ estimate: Estimate) -> Bool {
        workers > 0 && estimate.memoryBytes <= memoryBytes && estimate.outputBytes <= scratchBytes
    }

    /// What is left once such a unit runs.
    public func less(_ estimate: Estimate) -> Capacity {
        Capacity(
            workers: workers - 1, memoryBytes: memoryBytes - estimate.memoryBytes,
            scratchBytes: scratchBytes - estimate.outputBytes)
    }
}
