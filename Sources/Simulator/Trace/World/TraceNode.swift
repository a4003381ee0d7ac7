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

/// What an attempt comes to.
struct TraceOutcome {
    var milliseconds: Int64
    /// The work alone, on a machine of the usual speed.
    var cpuSeconds: Double
    /// What it would have taken had it not failed, and what of that is the start.
    var wholeMilliseconds: Double
    var startMilliseconds: Double
    var failure: Failure?
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
    /// Until all of its work is done, should it not fail before, and until the first of it is begun.
    private let wholeMilliseconds: Double
    private let startMilliseconds: Double
    let failure: Failure?
    var isEnded = false

    init(
        _ lease: Lease, node: TraceNode, upload: Int, startedAt: Int64, _ outcome: TraceOutcome
    ) {
        self.lease = lease
        self.node = node
        incarnation = node.incarnation
        self.upload = upload
        self.startedAt = startedAt
        milliseconds = outcome.milliseconds
        cpuSeconds = outcome.cpuSeconds
        wholeMilliseconds = outcome.wholeMilliseconds
        startMilliseconds = outcome.startMilliseconds
        failure = outcome.failure
    }

    /// What a worker tells of how far it has come; nil of those that do not count their work.
    func part(by now: Int64) -> Double? {
        guard lease.kind == .encode || lease.kind == .audio else { return nil }
        let work = max(wholeMilliseconds - startMilliseconds, 1)
        return min(max((Double(now - startedAt) - startMilliseconds) / work, 0), 1)
    }

    /// CPU-seconds of work that were done until then: a slow core does less in its time.
    func workDone(by now: Int64) -> Double {
        guard milliseconds > 0 else { return cpuSeconds }
        return cpuSeconds * min(1, Double(now - startedAt) / Double(milliseconds))
    }
}
