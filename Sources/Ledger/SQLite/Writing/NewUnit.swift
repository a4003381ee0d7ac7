import TranscodeModel

/// Inserts the units of one job.
struct NewUnit {
    private let insert: Statement
    private let job: JobKey

    init(_ transaction: Transaction, _ id: JobID, _ job: JobKey) throws {
        self.job = job
        let row = try transaction.statement(
            "SELECT class, priority, created_at FROM job WHERE number = ?1")
        row.bind(1, job.number)
        guard try row.step() else { throw LedgerFailure(.corrupt, "the ledger has lost job \(id)") }
        defer { row.reset() }
        insert = try transaction.statement(
            """
            INSERT INTO work_unit (id, state, unmet, run_at, attempts_max, tenant, job, kind, queue,
                priority, created_at, critical_seconds, cpu_seconds, memory_bytes, output_bytes, fan_in,
                content, work)
            VALUES (?1, CASE ?2 WHEN 0 THEN 'ready' ELSE 'blocked' END, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9,
                ?10, ?11, ?12, ?13, ?14, ?2, ?15, ?16)
            """)
        insert.bind(3, transaction.now)
        insert.bind(4, job.attemptsMaximum)
        insert.bind(5, job.tenant.text)
        insert.bind(6, id.text)
        insert.bind(8, job.tenantNumber * 2 + (row.holds(0, "backfill") ? 1 : 0))
        insert.bind(9, row.int64(1))
        insert.bind(10, row.int64(2))
    }

    /// Returns its key.
    func insert(
        _ unit: PlannedUnit, _ work: [UInt8], criticalSeconds: Double
    ) throws -> Int64 {
        try insert(
            unit.position, unit.work.kind, work: work, unit.content, unit.estimate,
            waitsOn: unit.dependencies.count, criticalSeconds)
    }

    func insertProbe(_ content: Digest, _ estimate: Estimate) throws {
        _ = try insert(
            0, .probe, work: nil, content, estimate, waitsOn: 0, estimate.cpuSeconds)
    }

    private func insert(
        _ position: Int, _ kind: UnitKind, work: [UInt8]?, _ content: Digest, _ estimate: Estimate,
        waitsOn: Int, _ criticalSeconds: Double
    ) throws -> Int64 {
        let key = job.number << Schema.positionBits | Int64(position)
        insert.bind(1, key)
        insert.bind(2, waitsOn)
        insert.bind(7, kind.rawValue)
        insert.bind(11, criticalSeconds)
        insert.bind(12, estimate.cpuSeconds)
        insert.bind(13, estimate.memoryBytes)
        insert.bind(14, estimate.outputBytes)
        insert.bind(15, content)
        if let work { insert.bindText(16, work) } else { insert.bindNull(16) }
        try insert.run()
        return key
    }
}
