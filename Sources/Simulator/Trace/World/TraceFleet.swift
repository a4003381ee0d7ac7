import Scheduler

/// The machines that a trace runs on.
struct TraceFleet: Sendable {
    var nodes: Int
    var workersOfNode: Int
    /// As nodes have it in production.
    var policy: NodePolicy

    private static let memoryOfWorker: Int64 = 2_000_000_000
    /// From so many workers on, nodes are large.
    private static let large = 2_000

    /// At least so many workers, in nodes of equal size.
    init(workers: Int, workersOfNode: Int? = nil) {
        let each = min(workersOfNode ?? (workers < TraceFleet.large ? 16 : 64), workers)
        self.workersOfNode = each
        nodes = (workers + each - 1) / each
        policy = NodePolicy(
            workers: each, memoryBytes: Int64(each) * TraceFleet.memoryOfWorker,
            endsWhenIdle: false)
    }

    var workers: Int { nodes * workersOfNode }
}
