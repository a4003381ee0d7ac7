import ContentDigest
import TranscodeModel

extension Transaction {
    /// Inserts the completion, unless the lease is not the unit's any more (I3). Its trigger does the rest.
    func complete(_ completion: Completion) throws -> CommitOutcome {
        if let planned = completion.planned { try PlanWriting.requireOrder(planned.plan) }
        let token = completion.token
        guard let job = try connection.job(token.unit.job), job.tenant == token.tenant,
            let key = job.key(token.unit.position)
        else { return .fenced }
        let row = try statement(
            """
            SELECT epoch, holder, rival, slot, rival_slot, cpu_seconds, kind = 'publish', started_at
            FROM work_unit WHERE id = ?1 AND state = 'leased'
            """)
        row.bind(1, key)
        guard try row.step() else { return try settled(key, token) }
        let epoch = row.int64(0)
        let holder = row.int(1)
        let isHeld =
            epoch == token.epoch && (holder == token.attempt || row.int(2) == token.attempt)
        let slots = (row.optionalInt64(3), row.optionalInt64(4))
        let estimate = row.double(5)
        let isPublish = row.int(6) == 1
        let startedAt = row.int64(7)
        row.reset()
        guard isHeld || has(.noFencing) else { return try settled(key, token) }
        guard try !isCondemned(completion.artifact.digest, job.tenant, leasedAt: startedAt) else {
            return .condemned
        }
        try insert(
            completion.artifact, key, epoch: epoch, attempt: isHeld ? token.attempt : holder)
        try withAccount(job.tenantNumber) {
            $0.correct(completion.artifact.usage.cpuSeconds - estimate)
            $0.freeSlot(slots.0)
            $0.freeSlot(slots.1)
        }
        if let planned = completion.planned { try insert(planned, token.unit.job, job) }
        if let lesson = completion.lesson { try learn(lesson) }
        if isPublish { return .committed(.ready) }
        // A unit is leased in an unfinished job only, and only the probe in one that is not running.
        return .committed(
            token.unit.position == 0 && completion.planned == nil ? .planning : .running)
    }

    /// What to say to a lease that is not the unit's (any more).
    private func settled(_ key: Int64, _ token: LeaseToken) throws -> CommitOutcome {
        let row = try statement(
            "SELECT 1 FROM completion WHERE unit = ?1 AND epoch = ?2 AND attempt = ?3")
        row.bind(1, key)
        row.bind(2, token.epoch)
        row.bind(3, token.attempt)
        guard try row.step() else { return .fenced }
        row.reset()
        return .alreadyDone
    }

    private func insert(
        _ artifact: Artifact, _ key: Int64, epoch: Int64, attempt: Int
    ) throws {
        let insert = try statement(
            """
            INSERT OR ROLLBACK INTO completion (unit, epoch, attempt, sha256, bytes, wall_seconds, cpu_seconds,
                peak_memory_bytes, contents, committed_at)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
            """)
        insert.bind(1, key)
        insert.bind(2, epoch)
        insert.bind(3, attempt)
        insert.bind(4, artifact.digest)
        insert.bind(5, artifact.byteCount)
        insert.bind(6, artifact.usage.wallSeconds)
        insert.bind(7, artifact.usage.cpuSeconds)
        insert.bind(8, artifact.usage.peakMemoryBytes)
        insert.bind(9, try ArtifactContents(artifact).map { try json($0) })
        insert.bind(10, now)
        try insert.run()
    }

    /// The plan, its units and what they wait for; then the job runs.
    private func insert(_ planned: PlannedJob, _ id: JobID, _ job: JobKey) throws {
        let works = try planned.plan.units.map { try PlanWriting.work($0.work) }
        let text = try PlanWriting.text(planned.plan, works: works)
        let plan = try statement("INSERT OR ROLLBACK INTO plan (job, text) VALUES (?1, ?2)")
        plan.bind(1, job.number)
        plan.bindText(2, text)
        try plan.run()
        try insertUnits(planned, works, id, job)
        let run = try statement(
            """
            UPDATE OR ROLLBACK job SET state = 'running', units_total = ?2, reason = ?3, event = (SELECT reelmill_next())
            WHERE number = ?1
            """)
        run.bind(1, job.number)
        run.bind(2, planned.plan.units.count + 1)
        run.bind(3, "\(planned.plan.units.count) units, sha256 \(Digest.sha256(text).hex)")
        try run.run()
    }

    private func insertUnits(
        _ planned: PlannedJob, _ works: [[UInt8]], _ id: JobID, _ job: JobKey
    ) throws {
        let gates = PlannedGates(planned.plan.units)
        let unit = try NewUnit(self, id, job)
        let urgent = planned.plan.urgentUnits(in: unit.jobClass)
        for (index, entry) in zip(planned.plan.units.indices, planned.plan.units) {
            try unit.insert(
                entry, works[index], criticalSeconds: planned.criticalSeconds[index],
                isUrgent: urgent.contains(entry.position), feeds: gates.fed[index],
                waitsFor: gates.awaited[index].count)
        }
        let gate = try statement("INSERT OR ROLLBACK INTO gate (id, left) VALUES (?1, ?2)")
        for (index, count) in zip(gates.counts.indices, gates.counts) {
            gate.bind(1, job.gate(index))
            gate.bind(2, count)
            try gate.run()
        }
        let edge = try statement("INSERT OR ROLLBACK INTO gate_unit (gate, unit) VALUES (?1, ?2)")
        for (index, awaited) in zip(gates.awaited.indices, gates.awaited) {
            for number in awaited {
                edge.bind(1, job.gate(number))
                edge.bind(2, job.number << Schema.positionBits | Int64(index + 1))
                try edge.run()
            }
        }
    }
}
