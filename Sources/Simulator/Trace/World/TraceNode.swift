import Ledger
import Scheduler
import TranscodeModel

/// A node of a trace: the production core, and what it has begun.
final class TraceNode {
    let number: Int
    var incarnation = 0
    var core: NodeCore?
    var identity: NodeRecord
    var generator: Chance
    var attempts: [LeaseToken: TraceAttempt] = [:]
    /// Told each second that time passes; one that has nothing to do is not, and is only counted.
    var isTicking = false
    var dormantSince: Int64 = 0
    var isNoticePending = false
    var lastArrival: Int64 = 0
    /// The time at which the core asked to be told the time last: asked for once.
    var wakeAt: Int64?
    /// Earlier processes of this host whose leases are still to be taken back.
    var dead: [NodeID] = []
    /// Its place among the nodes with a free worker; -1 for none.
    var roomyIndex = -1

    init(number: Int, seed: UInt64) {
        self.number = number
        generator = Chance(seed: seed, purpose: 5_000 + UInt64(number))
        identity = NodeRecord(
            id: NodeID("n\(number)"), host: "", bootID: "", processID: 0, processStart: "",
            workers: 1)
    }

    var isUp: Bool { core != nil }
}

/// One attempt of a trace at a unit.
final class TraceAttempt {
    let lease: Lease
    let node: TraceNode
    let incarnation: Int
    let upload: Int
    let startedAt: Int64
    let milliseconds: Int64
    /// The work alone, on a machine of the usual speed.
    let cpuSeconds: Double
    /// How many times as long it takes as it should.
    let slowness: Double
    let failure: Failure?
    var isEnded = false

    init(
        _ lease: Lease, node: TraceNode, upload: Int, startedAt: Int64, milliseconds: Int64,
        cpuSeconds: Double, slowness: Double, failure: Failure?
    ) {
        self.lease = lease
        self.node = node
        incarnation = node.incarnation
        self.upload = upload
        self.startedAt = startedAt
        self.milliseconds = milliseconds
        self.cpuSeconds = cpuSeconds
        self.slowness = slowness
        self.failure = failure
    }

    /// CPU-seconds of work that were done until then: a slow core does less in its time.
    func workDone(by now: Int64) -> Double {
        guard milliseconds > 0 else { return cpuSeconds }
        return cpuSeconds * min(1, Double(now - startedAt) / Double(milliseconds))
    }
}
