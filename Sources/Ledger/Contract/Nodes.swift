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
