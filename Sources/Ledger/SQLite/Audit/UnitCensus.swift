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

/// What a job's units wait for, and which of them are done.
struct DependencyCensus {
    /// Positions, in order.
    private(set) var waitsOn: [Int: [Int]] = [:]
    private var seen: [Bool?] = []

    init(_ job: AuditedJob, _ rows: Statement) throws {
        rows.bind(1, job.firstKey)
        rows.bind(2, job.lastKey)
        while try rows.step() {
            let unit = Int(rows.int64(1) & Schema.positionMask)
            waitsOn[unit, default: []].append(Int(rows.int64(0) & Schema.positionMask))
        }
    }

    /// Units are seen in order, and wait only for units before them.
    mutating func see(_ position: Int, isDone: Bool) {
        while seen.count < position { seen.append(nil) }
        seen.append(isDone)
    }

    func isDone(_ position: Int) -> Bool { position < seen.count && seen[position] == true }
    func isKnown(_ position: Int) -> Bool { position < seen.count && seen[position] != nil }
}
