import Ledger
import Scheduler
import TranscodeModel

// Node processes: how they start, look, ask and die.
extension TraceWorld {
    private static let birthMilliseconds: Int64 = 10_000
    /// Nodes with nothing to do look each second in production. Here so few of them look at a time, as often, and find
    /// what there is to be found as soon; the looks of the others are counted.
    private static let patrolMilliseconds: Int64 = 250
    /// A fleet so small hears of everything, as nodes of one machine do.
    private static let smallFleet = 8

    func begin(_ node: TraceNode) throws {
        node.incarnation += 1
        node.identity = NodeRecord(
            id: NodeID("n\(node.number)-\(node.incarnation)"), host: "h\(node.number)",
            bootID: "b", processID: 1, processStart: "", workers: fleet.workersOfNode)
        node.core = NodeCore(identity: node.identity, policy: fleet.policy)
        setRoomy(node)
        startTicking(node)
        if let hours = load.troubles.nodeHours {
            queue.add(.death(node), at: now + 1 + Int64(transit.wait() * hours * 3_600_000))
        }
        try feed(node, .started)
    }

    func die(_ node: TraceNode) {
        guard node.isUp else { return }
        tally.nodesDied += 1
        for attempt in node.attempts.values {
            attempt.isEnded = true
            tally.occupy(attempt.startedAt, now)
            tally.wastedSeconds += attempt.workDone(by: now)
            countDoubled(attempt)
        }
        if !node.isTicking { countIdle(node) }
        // What is down looks at nothing.
        node.dormantSince = 0
        node.attempts = [:]
        node.core = nil
        node.isTicking = false
        node.isNoticePending = false
        node.wakeAt = nil
        node.dead.append(node.identity.id)
        setRoomy(node)
        queue.add(.birth(node), at: now + TraceWorld.birthMilliseconds)
    }

    // Time

    func startTicking(_ node: TraceNode) {
        guard !node.isTicking else { return }
        if node.incarnation > 0 { countIdle(node) }
        node.isTicking = true
        queue.add(
            .tick(node, incarnation: node.incarnation),
            at: now + transit.milliseconds(1...TraceWorld.tickMilliseconds))
    }

    func tick(_ node: TraceNode) throws {
        if node.attempts.isEmpty, node.core?.held.isEmpty ?? true, node.dead.isEmpty {
            node.isTicking = false
            node.dormantSince = now
            return
        }
        queue.add(
            .tick(node, incarnation: node.incarnation), at: now + TraceWorld.tickMilliseconds)
        try feed(node, .tick)
    }

    /// The looks that a node with nothing to do would have had.
    func countIdle(_ node: TraceNode) {
        guard node.dormantSince > 0 else { return }
        tally.idleLooks += (now - node.dormantSince) / fleet.policy.careMilliseconds
        node.dormantSince = now
    }

    func startPatrol() {
        guard !isPatrolling else { return }
        isPatrolling = true
        queue.add(.patrol, at: now + TraceWorld.patrolMilliseconds)
    }

    /// One node with nothing to do looks, if there is any.
    func patrol() throws {
        guard !jobs.isEmpty else {
            isPatrolling = false
            return
        }
        queue.add(.patrol, at: now + TraceWorld.patrolMilliseconds)
        for _ in 0..<min(roomy.count, 16) {
            roomyCursor = (roomyCursor + 1) % roomy.count
            let node = nodes[roomy[roomyCursor]]
            guard !node.isTicking else { continue }
            return try feed(node, .tick)
        }
    }

    // Who hears of new work

    func setRoomy(_ node: TraceNode) {
        let isRoomy = node.isUp && node.attempts.count < fleet.workersOfNode
        if isRoomy, node.roomyIndex < 0 {
            node.roomyIndex = roomy.count
            roomy.append(node.number)
        } else if !isRoomy, node.roomyIndex >= 0 {
            let last = roomy.removeLast()
            if last != node.number {
                roomy[node.roomyIndex] = last
                nodes[last].roomyIndex = node.roomyIndex
            }
            node.roomyIndex = -1
        }
    }

    /// So many units may be begun. As many nodes hear of it as have workers for them, or all in a small fleet; others see
    /// them when they next look.
    func announce(_ units: Int, by own: TraceNode? = nil) {
        var left = units
        var asked = 0
        let isSmall = nodes.count <= TraceWorld.smallFleet
        while asked < roomy.count, left > 0 || isSmall {
            asked += 1
            roomyCursor = (roomyCursor + 1) % roomy.count
            let node = nodes[roomy[roomyCursor]]
            guard node !== own else { continue }
            left -= fleet.workersOfNode - node.attempts.count
            guard !node.isNoticePending else { continue }
            node.isNoticePending = true
            queue.add(
                .notice(node, incarnation: node.incarnation), at: now + transit.milliseconds(1...4))
        }
    }

    // Effects

    func feed(_ node: TraceNode, _ event: NodeEvent) throws {
        let watch = coreWatch.begin()
        let effects = node.core?.step(event, now: now, using: &node.generator) ?? []
        coreWatch.end(watch)
        if let wake = node.core?.wakeAt, wake != node.wakeAt {
            node.wakeAt = wake
            queue.add(.wake(node, incarnation: node.incarnation), at: max(wake, now))
        }
        var asks: [[LedgerOperation]] = []
        for effect in effects {
            switch effect {
            case .ask(let operations): asks.append(operations)
            case .survey(let request): send(.survey(request), node, 0...1)
            case .start(let lease): try start(lease, node)
            case .stop(let token): stop(token, node)
            case .note(let note): count(note)
            case .end(let ending):
                throw Violation("I5", "node \(node.identity.id) ended: \(ending)")
            case .sweep, .remove: break
            }
        }
        if !asks.isEmpty { send(.asks(asks), node, 1...3) }
    }

    /// One node's requests arrive in order.
    private func send(_ content: Content, _ node: TraceNode, _ delay: ClosedRange<Int64>) {
        node.lastArrival = max(now + transit.milliseconds(delay), node.lastArrival)
        queue.add(
            .arrival(node, incarnation: node.incarnation, content), at: node.lastArrival)
    }

    private func count(_ note: NodeNote) {
        switch note {
        case .retried: tally.retried += 1
        case .hedged: tally.hedges += 1
        case .overtaken: tally.overtaken += 1
        case .fenced: tally.fenced += 1
        case .tookBack(let tokens, _): tally.takenBack += tokens.count
        default: break
        }
    }
}
