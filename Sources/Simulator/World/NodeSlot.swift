import Ledger
import Scheduler
import TranscodeModel

/// A place where a node runs: one process after another.
final class NodeSlot {
    /// What waits while a node is paused.
    enum Pending {
        case event(NodeEvent)
        case effects(ArraySlice<NodeEffect>)
        case step(Attempt, Attempt.Step)
    }

    let number: Int
    let host: Int
    /// Which process this is, from 1.
    var incarnation = 0
    private(set) var core: NodeCore?
    /// Whether a process runs.
    private(set) var isUp = false
    var identity: NodeRecord
    var generator = Chance(seed: 0)
    /// Which policy it has.
    var version = 0
    var attempts: [LeaseToken: Attempt] = [:]
    /// The node's clock less the world's.
    var clockOffset: Int64

    // What faults do to it
    var isPaused = false
    var backlog: [Pending] = []
    /// After so many effects it dies, or stops for a while.
    var dying: (effects: Int, fault: Fault)?
    var pausing: (effects: Int, fault: Fault)?
    var armed: [(target: Fault.Target, fate: Fate, kind: FaultKind)] = []
    var failingSyncs = 0
    var isFull = false
    /// What it was told of its disk last.
    var toldDisk: DiskSpace?

    // Its connection to the ledger
    var lastArrival: Int64 = 0
    var lastReply: Int64 = 0
    var isChangePending = false
    /// Requests within the second that began then.
    private var recent: (second: Int64, requests: Int) = (0, 0)

    init(number: Int, host: Int, clockOffset: Int64) {
        self.number = number
        self.host = host
        self.clockOffset = clockOffset
        identity = NodeRecord(
            id: NodeID("n\(number)"), host: "", bootID: "", processID: 0, processStart: "",
            workers: 1)
    }

    var name: String { identity.id.text }

    /// Requests of the second that has begun, this one among them.
    func countRequest(at now: Int64) -> Int {
        if recent.second != now / 1000 { recent = (now / 1000, 0) }
        recent.requests += 1
        return recent.requests
    }

    func start(_ core: NodeCore) {
        self.core = core
        isUp = true
    }

    /// The process is gone, and its workers with it.
    func leave() {
        for attempt in attempts.values { attempt.isEnded = true }
        attempts = [:]
        core = nil
        isUp = false
        backlog = []
        isPaused = false
        dying = nil
        pausing = nil
    }

    func step(_ event: NodeEvent, now: Int64) -> [NodeEffect] {
        core?.step(event, now: now + clockOffset, using: &generator) ?? []
    }
}
