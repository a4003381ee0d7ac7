import CLedger
import TranscodeModel

/// The statements that an audit runs once a job.
struct AuditStatements {
    let units: Statement
    let gates: Statement
    let edges: Statement

    init(_ audit: Audit) throws {
        units = try audit.statement(
            """
            SELECT u.id, u.state, u.event, u.epoch, u.attempt, u.reason, u.started_at, u.finished_at, u.unmet,
                u.fan_in, u.tenant, u.job, u.queue, u.priority, u.created_at, u.kind, u.attempts_max,
                u.holder, u.node, u.rival, u.rival_node, u.note, u.failure, u.content, u.cpu_seconds,
                u.memory_bytes, u.output_bytes, u.work, u.run_at,
                c.epoch, c.attempt, c.sha256, c.committed_at, u.feeds, u.content_key
            FROM work_unit u LEFT JOIN completion c ON c.unit = u.id
            WHERE u.id BETWEEN ?1 AND ?2 ORDER BY u.id
            """)
        gates = try audit.statement("SELECT id, left, opened FROM gate WHERE id BETWEEN ?1 AND ?2")
        edges = try audit.statement(
            "SELECT gate, unit FROM gate_unit WHERE gate BETWEEN ?1 AND ?2 ORDER BY gate, unit")
    }
}

extension Audit {
    mutating func checkUnits(of job: AuditedJob, _ statements: AuditStatements) throws {
        var census = UnitCensus()
        var gates = try GateCensus(job, statements)
        let rows = statements.units
        rows.bind(1, job.firstKey)
        rows.bind(2, job.lastKey)
        var plan = job.plan
        while try rows.step() {
            let position = Int(rows.int64(0) & Schema.positionMask)
            let state = try rows.named(UnitState.self, 1)
            census.count(state, rows.holds(15, "publish"))
            check(rows, job, position, state)
            checkCompletion(rows, job, position, state)
            if !gates.see(position, feeds: rows.optionalInt64(33), isDone: state == .done) {
                findings.add("I5", "\(job.id).\(position)", "what waits for the unit is not there")
            }
            let waitsOn = gates.waitsOn(position)
            if rows.int(9) != (gates.awaited[position] ?? []).count
                || rows.int(8) != gates.shut(position)
            {
                findings.add(
                    "I4", "\(job.id).\(position)",
                    "the number of unmet dependencies is not the number of those that are not done")
            }
            if position > 0, try !isPlanned(rows, position, waitsOn, &plan) {
                findings.add("I10", "\(job.id).\(position)", "the unit is not the one in the plan")
            }
            if job.failedPosition == position, state != .dead {
                findings.add("I4", job.id, "the unit that failed the job is not dead")
            }
        }
        report.units += census.total
        report.completions += census.done
        check(census, job)
        check(gates, job)
    }

    private mutating func check(_ gates: GateCensus, _ job: AuditedJob) {
        for position in gates.awaited.keys.sorted() where !gates.positions.contains(position) {
            findings.add(
                "I5", "\(job.id).\(position)", "a gate waits to open for a unit that is not there")
        }
        for (key, gate) in gates.gates
        where gate.left != gate.open || gate.isOpened != (gate.left == 0) {
            findings.add(
                "I4", "gate \(key)",
                "the number of unmet dependencies is not the number of those that are not done")
        }
    }

    private func isPlanned(
        _ row: Statement, _ position: Int, _ waitsOn: [Int], _ plan: inout PlanReading?
    ) throws -> Bool {
        let work = row.bytes(27)
        let kind = row.text(15)
        return try work.starts(with: "{\"\(kind)\"".utf8)
            && plan?.holdsNext(
                position, row.bytes(23), waitsOn,
                Estimate(
                    cpuSeconds: row.double(24), memoryBytes: row.int64(25),
                    outputBytes: row.int64(26)), work) == true
    }

    private mutating func check(_ census: UnitCensus, _ job: AuditedJob) {
        if census.total != job.unitsTotal {
            findings.add("I5", job.id, "the job has not the units that it is said to have")
        }
        if job.state.isFinal, census.open > 0 {
            findings.add("I5", job.id, "the job has ended, but a unit of it has not")
        }
        if !job.state.isFinal, census.possible == 0 {
            findings.add(
                "I5", job.id, "a job that has not ended waits for nothing that can still happen")
        }
        if (job.state == .ready) != census.isPublished {
            findings.add(
                "I6", job.id, "the job is ready without a completed publish unit, or the reverse")
        }
    }

    private mutating func check(
        _ row: Statement, _ job: AuditedJob, _ position: Int, _ state: UnitState
    ) {
        func name() -> String { "\(job.id).\(position)" }
        if history.hash(row.bytes(10)) != job.tenant || history.hash(row.bytes(11)) != job.hash
            || row.int64(12) != job.queue
        {
            findings.add("I14", name(), "the unit is in another name than its job")
        }
        // What has ended keeps the priority that it had.
        if !state.isFinal && row.int64(13) != job.priority || row.int64(14) != job.createdAt
            || row.int(16) < job.attemptsMaximum || row.int(4) > row.int(16)
        {
            findings.add("I4", name(), "the unit has not the order or the attempts of its job")
        }
        if (row.int64(3) % 2 == 1) != (state == .leased || state == .done) {
            findings.add("I3", name(), "the epoch does not say whether the unit is owned")
        }
        if row.bytes(23).prefix(6).reduce(0, { $0 << 8 | Int64($1) }) != row.int64(34) {
            findings.add("I1", name(), "what the unit makes cannot be found by its content")
        }
        guard row.int64(2) > 0 else {
            let born: UnitState = row.int(9) == 0 ? .ready : .blocked
            // Before its first event a unit may have lost some of what it waits for, and no more.
            if state != born || row.int64(3) != 0 || row.int(4) != 0 || !row.isNull(5)
                || !row.isNull(6) || !row.isNull(7) || !row.isNull(21) || !row.isNull(22)
            {
                findings.add("I4", name(), "the unit has changed, and the history does not know it")
            }
            return
        }
        let subject = history.subject(
            tenant: job.tenant, job: job.hash, place: UInt64(position))
        if let ending = history.ending(row.int64(2), of: subject, name(), &findings) {
            check(row, job, position, state, ending)
        }
    }

    private mutating func check(
        _ row: Statement, _ job: AuditedJob, _ position: Int, _ state: UnitState,
        _ ending: EventHistory.Ending
    ) {
        func name() -> String { "\(job.id).\(position)" }
        let newest = ending.newest
        let text = row.bytes(1)
        if reelmill_short_name(text.baseAddress, text.count) != newest.to {
            findings.add("I4", name(), "the state is not the one that the history ends in")
        }
        if row.int64(3) != newest.epoch {
            findings.add(
                "I3", name(), "the epoch does not match the claims and losses in the history")
        }
        if row.int(4) != ending.leases {
            findings.add("I11", name(), "the attempts do not match the leases in the history")
        }
        if state != .done, hashOrZero(row, 5) != newest.detail {
            findings.add("I10", name(), "the unit's reason is not the one in the history")
        }
        if state.isFinal ? row.int64(7) != newest.at : !row.isNull(7) {
            findings.add("I10", name(), "the unit ended at another time than in the history")
        }
        if ending.leases > 0, row.int64(6) != ending.claimedAt {
            findings.add("I10", name(), "the unit was leased at another time than in the history")
        }
        if state == .ready, row.int64(28) < newest.at {
            findings.add("I10", name(), "the unit may run before it became ready")
        }
        if state == .dead, hashOrZero(row, 22) != newest.detail {
            findings.add("I10", name(), "the unit's failure is not the one in the history")
        }
        let isNoted = state == .dead || state == .cancelled || state == .ready && ending.leases > 0
        if isNoted ? hashOrZero(row, 21) != newest.detail : !row.isNull(21) {
            findings.add("I10", name(), "the unit's note is not the one in the history")
        }
        if state == .leased { checkHolder(row, name(), newest) }
    }

    /// The newest event of a leased unit is its claim, a hedge, or the loss of one of two leases.
    private mutating func checkHolder(
        _ row: Statement, _ name: String, _ newest: reelmill_event_facts
    ) {
        let isRight =
            if newest.from != EventHistory.leased {
                row.int64(17) == newest.attempt && history.hash(row.bytes(18)) == newest.node
                    && row.isNull(19)
            } else if row.isNull(19) {
                row.int64(17) != newest.attempt
            } else {
                row.int64(19) == newest.attempt && history.hash(row.bytes(20)) == newest.node
                    && row.int64(17) < newest.attempt
            }
        if !isRight {
            findings.add("I3", name, "the unit is not held by whom the history says")
        }
    }

    private mutating func checkCompletion(
        _ row: Statement, _ job: AuditedJob, _ position: Int, _ state: UnitState
    ) {
        func name() -> String { "\(job.id).\(position)" }
        if (state == .done) == row.isNull(29) || state == .done && row.int64(29) != row.int64(3) {
            findings.add(
                "I1", name(),
                "a unit is done without a completion of its epoch, or completed without being done")
            return
        }
        guard state == .done, let owner = history.owner(of: row.int64(2)) else { return }
        let newest = history.endings[owner].newest
        if history.hash(row.bytes(31)) != newest.detail || row.int64(30) != newest.attempt
            || row.int64(32) != newest.at
        {
            findings.add("I1", name(), "the artifact is not the one that the history has committed")
        }
    }
}
