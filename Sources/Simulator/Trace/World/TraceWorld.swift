import Ledger
import Scheduler
import TranscodeModel

/// A fleet that works through a trace on a virtual clock: the production decisions of each node, on a ledger. Workers,
/// stores and messages are delays that were measured; what goes wrong is drawn from the seed.
///
/// The trace keeps its own account of what is done, and holds the ledger against it: a unit begins when all that it
/// waits for is done, is committed once, and every upload comes to its end.
final class TraceWorld {
    enum Content {
        case survey(SurveyRequest)
        /// Performed in one transaction, and answered each on its own.
        case asks([[LedgerOperation]])
    }

    enum Occurrence {
        case upload(Int)
        case arrival(TraceNode, incarnation: Int, Content)
        case tick(TraceNode, incarnation: Int)
        case wake(TraceNode, incarnation: Int)
        case notice(TraceNode, incarnation: Int)
        case ended(TraceAttempt)
        case stopped(LeaseToken, TraceNode, incarnation: Int)
        case death(TraceNode)
        case birth(TraceNode)
        case patrol
    }

    let load: TraceLoad
    let fleet: TraceFleet
    let ledger: any SchedulingLedger
    let clock: WorldClock
    var queue = EventQueue<Occurrence>()
    private(set) var now: Int64 = 0
    var nodes: [TraceNode]
    /// Nodes with a free worker, by number.
    var roomy: [Int] = []
    var roomyCursor = 0
    var jobs: [Int: TraceJob] = [:]
    var uploadsLeft: Int
    var tally: TraceTally
    /// Attempts at units that have, or had, two leases at once.
    var shared: Set<LeaseToken> = []
    var coreWatch = Stopwatch()
    var ledgerWatch = Stopwatch()
    var idleWatch = Stopwatch()
    /// Of messages, deaths and births.
    var transit: Chance
    var isPatrolling = false
    /// When the first unit of all was leased.
    var firstLease: Int64?
    private var eventsOfInstant = 0
    /// By then everything must have ended.
    private let deadline: Int64
    let artifactDigest = digest(7, 0, 0)

    /// More than the largest fleet has reasons for.
    private static let eventsOfInstantMaximum = 1_000_000
    static let tickMilliseconds: Int64 = 1_000
    static let ledgerStart: Int64 = 1_800_000_000_000

    init(
        _ load: TraceLoad, fleet: TraceFleet, ledger: any SchedulingLedger, clock: WorldClock
    ) {
        self.load = load
        self.fleet = fleet
        self.ledger = ledger
        self.clock = clock
        nodes = (0..<fleet.nodes).map { TraceNode(number: $0, seed: load.seed) }
        uploadsLeft = load.uploads.count
        tally = TraceTally(uploads: load.uploads.count, hours: load.hours)
        transit = Chance(seed: load.seed, purpose: 32)
        let slow = 1 + load.troubles.slowShare * load.troubles.slowFactor
        let work = load.workerSeconds * slow / Double(fleet.workers)
        let longest = load.shapes.map { $0.trueSeconds.max() ?? 0 }.max() ?? 0
        deadline =
            (load.uploads.last?.atMilliseconds ?? 0)
            + Int64((work * 4 + longest * load.troubles.slowFactor * 20 + 7_200) * 1000)
    }

    /// Runs until every upload has come to its end.
    func run() throws {
        setLedgerClock()
        for node in nodes {
            queue.add(.birth(node), at: Int64(node.number) * 7 % TraceWorld.tickMilliseconds)
        }
        if let first = load.uploads.first { queue.add(.upload(0), at: first.atMilliseconds) }
        do {
            while uploadsLeft > 0 || !jobs.isEmpty, let next = queue.take() {
                if next.time > now {
                    now = next.time
                    eventsOfInstant = 0
                    setLedgerClock()
                }
                eventsOfInstant += 1
                guard eventsOfInstant <= TraceWorld.eventsOfInstantMaximum else {
                    throw Violation("I17", "nodes ask without end, and no time passes")
                }
                try occur(next.payload)
                guard now <= deadline else {
                    throw Violation("I5", "\(jobs.count) uploads did not end in time")
                }
            }
        } catch var violation as Violation {
            violation.atMilliseconds = now
            throw violation
        }
        for node in nodes {
            for attempt in node.attempts.values { tally.occupy(attempt.startedAt, now) }
            if !node.isTicking { countIdle(node) }
        }
    }

    private func setLedgerClock() { clock.set(now + TraceWorld.ledgerStart) }

    private func occur(_ occurrence: Occurrence) throws {
        switch occurrence {
        case .upload(let number): try submit(number)
        case .arrival(let node, let incarnation, let content):
            try arrive(content, node, incarnation)
        case .tick(let node, let incarnation):
            guard node.incarnation == incarnation, node.isUp else { return }
            try tick(node)
        case .wake(let node, let incarnation):
            guard node.incarnation == incarnation, node.isUp else { return }
            try feed(node, .tick)
        case .notice(let node, let incarnation):
            guard node.incarnation == incarnation, node.isUp else { return }
            node.isNoticePending = false
            try feed(node, .changed)
        case .ended(let attempt): try end(attempt)
        case .stopped(let token, let node, let incarnation):
            guard node.incarnation == incarnation, node.isUp else { return }
            try feed(node, .finished(token, .stopped))
        case .death(let node): die(node)
        case .birth(let node): try begin(node)
        case .patrol: try patrol()
        }
    }

    private func submit(_ number: Int) throws {
        let upload = load.uploads[number]
        uploadsLeft -= 1
        if uploadsLeft > 0 {
            queue.add(.upload(number + 1), at: load.uploads[number + 1].atMilliseconds)
        }
        let shape = load.shapes[upload.shape]
        jobs[number] = TraceJob(shape)
        let watch = ledgerWatch.begin()
        try ledger.enqueue(submission(number, upload, shape))
        ledgerWatch.end(watch)
        tally.count(1, at: now)
        announce(1)
        startPatrol()
    }

    private func submission(
        _ number: Int, _ upload: TraceUpload, _ shape: TraceShape
    ) -> JobSubmission {
        let name = digest(3, UInt64(number), 0)
        return JobSubmission(
            id: Upload.job(number), tenant: load.tenants[upload.tenant], key: nil,
            source: SourceReference(
                locator: "", displayName: "", digest: name, byteCount: 0,
                modificationMilliseconds: 0),
            profile: load.profile, profileDigest: load.profileDigest, destination: "",
            jobClass: .live, priority: 0, content: name, probeContent: name,
            probeEstimate: shape.probeEstimate, attemptsMaximum: 5)
    }
}
