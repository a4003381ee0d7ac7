import CLedger
import ContentDigest
import TranscodeModel

/// A job's row, as its units are held against it.
struct AuditedJob {
    var number: Int64
    var id: String
    var state: JobState
    var tenant: UInt64
    var hash: UInt64
    var queue: Int64
    var priority: Int64
    var createdAt: Int64
    var attemptsMaximum: Int
    var failedPosition: Int?
    var unitsTotal: Int
    var plan: PlanReading?

    var firstKey: Int64 { number << Schema.positionBits }
    var lastKey: Int64 { firstKey | Schema.positionMask }
}

extension Audit {
    mutating func checkJobs() throws {
        let rows = try statement(
            """
            SELECT j.number, j.id, j.state, j.tenant, t.number * 2 + (j.class = 'backfill'), j.priority,
                j.created_at, j.attempts_max, j.failed_position, j.units_total, j.event, j.source,
                j.reason, j.finished_at, j.failure, p.text, j.profile, j.codec
            FROM job j LEFT JOIN tenant t ON t.name = j.tenant LEFT JOIN plan p ON p.job = j.number
            ORDER BY j.number
            """)
        let units = try AuditStatements(self)
        let place = EventHistory.name("job")
        while try rows.step() {
            report.jobs += 1
            var job = AuditedJob(
                number: rows.int64(0), id: rows.text(1), state: try rows.named(JobState.self, 2),
                tenant: history.hash(rows.bytes(3)), hash: history.hash(rows.bytes(1)),
                queue: rows.int64(4), priority: rows.int64(5), createdAt: rows.int64(6),
                attemptsMaximum: rows.int(7), failedPosition: rows.optionalInt64(8).map { Int($0) },
                unitsTotal: rows.int(9))
            let subject = history.subject(tenant: job.tenant, job: job.hash, place: place)
            if let ending = history.ending(rows.int64(10), of: subject, job.id, &findings) {
                check(rows, job, ending)
            }
            if !rows.isNull(15) { job.plan = PlanReading(rows.bytes(15)) }
            try checkUnits(of: job, units)
        }
    }

    private mutating func check(_ row: Statement, _ job: AuditedJob, _ ending: EventHistory.Ending)
    {
        let state = row.bytes(2)
        if reelmill_short_name(state.baseAddress, state.count) != ending.newest.to {
            findings.add("I4", job.id, "the job is not in the state that the history ends in")
        }
        if job.state.isFinal, row.int64(13) != ending.newest.at {
            findings.add("I10", job.id, "the job ended at another time than in the history")
        }
        let reason = job.state == .planning ? 0 : hashOrZero(row, 12)
        if job.state != .planning, reason != ending.newest.detail {
            findings.add("I10", job.id, "the job's reason is not the one in the history")
        }
        if job.state == .failed, hashOrZero(row, 14) != ending.newest.detail {
            findings.add("I10", job.id, "the job's failure is not the one in the history")
        }
        if history.hash(row.bytes(11)) != ending.birthDetail || job.createdAt != ending.bornAt {
            findings.add(
                "I10", job.id, "the job's source or time is not the one it was enqueued with")
        }
        if row.isNull(15) != (ending.runDetail == 0) {
            findings.add(
                "I10", job.id, "the job has a plan that the history does not know, or has lost it")
        } else if !row.isNull(15) {
            checkPlan(row, job, ending)
        }
    }

    private mutating func checkPlan(
        _ row: Statement, _ job: AuditedJob, _ ending: EventHistory.Ending
    ) {
        let text = row.bytes(15)
        var hasher = SHA256Hasher()
        hasher.update(text)
        var detail = "\(job.unitsTotal - 1) units, sha256 \(hasher.finish().hex)"
        let hash = detail.withUTF8 { history.hash(UnsafeRawBufferPointer($0)) }
        if hash != ending.runDetail {
            findings.add(
                "I10", job.id,
                "the job's plan, or the number of its units, is not the one in the history")
        }
        // The plan repeats the profile, in the same form.
        let profile = Array("\"profile\":".utf8) + row.bytes(16) + Array(",\"source\":\"".utf8)
        if reelmill_find(text.baseAddress, text.count, profile, profile.count) < 0 {
            findings.add("I10", job.id, "the job's profile is not that of its plan")
        }
    }

    func hashOrZero(_ row: Statement, _ column: Int32) -> UInt64 {
        row.isNull(column) ? 0 : history.hash(row.bytes(column))
    }
}
