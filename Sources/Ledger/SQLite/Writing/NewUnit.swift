import TranscodeModel

/// Inserts the units of one job.
struct NewUnit {
    private let insert: Statement
    private let job: JobKey
    let jobClass: JobClass

    init(_ transaction: Transaction, _ id: JobID, _ job: JobKey) throws {
        self.job = job
        let row = try transaction.statement(
            "SELECT class, priority, created_at FROM job WHERE number = ?1")
        row.bind(1, job.number)
        guard try row.step() else { throw LedgerFailure(.corrupt, "the ledger has lost job \(id)") }
        defer { row.reset() }
        jobClass = row.holds(0, "backfill") ? .backfill : .live
        insert = try transaction.statement(
            """
            INSERT OR ROLLBACK INTO work_unit (id, state, unmet, run_at, attempts_max, tenant, job, kind, queue,
                priority, created_at, critical_seconds, cpu_seconds, memory_bytes, output_bytes, fan_in,
                content, work, feeds, content_key, urgent)
            VALUES (?1, CASE ?2 WHEN 0 THEN 'ready' ELSE 'blocked' END, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9,
                ?10, ?11, ?12, ?13, ?14, ?2, ?15, ?16, ?17, ?18, ?19)
            """)
        insert.bind(3, transaction.now)
        insert.bind(4, job.attemptsMaximum)
        insert.bind(5, job.tenant.text)
        insert.bind(6, id.text)
        insert.bind(8, job.tenantNumber * 2 + (jobClass == .backfill ? 1 : 0))
        insert.bind(9, row.int64(1))
        insert.bind(10, row.int64(2))
    }

    /// - Parameters:
    ///   - feeds: the gate that it counts down, if any waits for it.
    ///   - gates: how many it waits for itself.
    func insert(
        _ unit: PlannedUnit, _ work: [UInt8], criticalSeconds: Double, isUrgent: Bool,
        feeds: Int?, waitsFor gates: Int
    ) throws {
        insert.bind(19, isUrgent ? 1 : 0)
        insert.bindText(16, work)
        insert.bind(17, feeds.map { job.gate($0) })
        try insert(
            unit.position, unit.work.kind, unit.content, unit.estimate, waitsFor: gates,
            criticalSeconds)
    }

    func insertProbe(_ submission: JobSubmission) throws {
        let estimate = submission.probeEstimate
        insert.bind(19, submission.isUrgent ? 1 : 0)
        insert.bindNull(16)
        insert.bindNull(17)
        try insert(
            0, .probe, submission.probeContent, estimate, waitsFor: 0, estimate.cpuSeconds)
    }

    private func insert(
        _ position: Int, _ kind: UnitKind, _ content: Digest, _ estimate: Estimate,
        waitsFor gates: Int, _ criticalSeconds: Double
    ) throws {
        insert.bind(1, job.number << Schema.positionBits | Int64(position))
        insert.bind(2, gates)
        insert.bind(7, kind.rawValue)
        insert.bind(11, criticalSeconds)
        insert.bind(12, estimate.cpuSeconds)
        insert.bind(13, estimate.memoryBytes)
        insert.bind(14, estimate.outputBytes)
        insert.bind(15, content)
        insert.bind(18, content.key)
        try insert.run()
    }
}

extension Digest {
    /// Its first six bytes, by which `unit_made` finds it.
    var key: Int64 { bytes.prefix(6).reduce(0) { $0 << 8 | Int64($1) } }
}

/// Groups a plan's units by what waits for them: each group shares a gate.
struct PlannedGates {
    /// By unit, from position 1: the gate that it feeds, and those that it waits for.
    private(set) var fed: [Int?]
    private(set) var awaited: [[Int]]
    /// By gate: the units that feed it.
    private(set) var counts: [Int] = []

    init(_ units: [PlannedUnit]) {
        fed = Array(repeating: nil, count: units.count)
        awaited = Array(repeating: [], count: units.count)
        var waiting: [[Int]] = Array(repeating: [], count: units.count)
        for (index, unit) in zip(units.indices, units) {
            for dependency in unit.dependencies { waiting[dependency - 1].append(index) }
        }
        var gates: [[Int]: Int] = [:]
        for (index, waiting) in zip(waiting.indices, waiting) where !waiting.isEmpty {
            let gate = gates[waiting] ?? counts.count
            if gate == counts.count {
                gates[waiting] = gate
                counts.append(0)
                for unit in waiting { awaited[unit].append(gate) }
            }
            counts[gate] += 1
            fed[index] = gate
        }
    }
}
