public import TranscodeModel

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
