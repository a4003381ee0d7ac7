import TranscodeModel

/// A job's units by what they mean for it.
struct UnitCensus {
    private(set) var total = 0
    private(set) var done = 0
    /// Not ended.
    private(set) var open = 0
    /// Ready or leased: something can still happen.
    private(set) var possible = 0
    private(set) var isPublished = false

    mutating func count(_ state: UnitState, _ isPublish: Bool) {
        total += 1
        if state == .done {
            done += 1
            isPublished = isPublished || isPublish
        }
        if !state.isFinal { open += 1 }
        if state == .ready || state == .leased { possible += 1 }
    }
}

/// A job's gates, and what its units say of them. Units are seen in order, and wait only for units before them.
struct GateCensus {
    struct Gate {
        var left: Int
        var isOpened: Bool
        /// Positions of the units that feed it, and how many of those are not done.
        var fedBy: [Int] = []
        var open = 0
    }

    private(set) var gates: [Int64: Gate] = [:]
    /// By position: the gates that a unit waits for.
    private(set) var awaited: [Int: [Int64]] = [:]
    private(set) var positions: Set<Int> = []

    init(_ job: AuditedJob, _ statements: AuditStatements) throws {
        let rows = statements.gates
        rows.bind(1, job.firstKey)
        rows.bind(2, job.lastKey)
        while try rows.step() {
            gates[rows.int64(0)] = Gate(left: rows.int(1), isOpened: rows.int(2) == 1)
        }
        let edges = statements.edges
        edges.bind(1, job.firstKey)
        edges.bind(2, job.lastKey)
        while try edges.step() {
            awaited[Int(edges.int64(1) & Schema.positionMask), default: []].append(edges.int64(0))
        }
    }

    /// False if the unit feeds a gate that is not there.
    mutating func see(_ position: Int, feeds gate: Int64?, isDone: Bool) -> Bool {
        positions.insert(position)
        guard let gate else { return true }
        guard gates[gate] != nil else { return false }
        gates[gate]?.fedBy.append(position)
        if !isDone { gates[gate]?.open += 1 }
        return true
    }

    /// Positions of the units that a unit waits for, in order.
    func waitsOn(_ position: Int) -> [Int] {
        let lists = (awaited[position] ?? []).map { gates[$0]?.fedBy ?? [] }
        return lists.count == 1 ? lists[0] : lists.flatMap { $0 }.sorted()
    }

    func shut(_ position: Int) -> Int {
        (awaited[position] ?? []).count { gates[$0].map { $0.left > 0 } ?? true }
    }
}
