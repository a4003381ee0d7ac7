import GRDB
import TranscodeModel

/// Reads the ready units in the order in which they are leased, from the index that holds no others: it steps from
/// line to line (a tenant's units of a class; of live jobs those that are urgent, and the rest) and takes the first few of
/// each, so that what is waiting behind them costs nothing.
struct ReadyUnits {
    private struct Tenant {
        var number: Int64
        var id: TenantID
        var weight: Double
        var cap: Int?
        var virtualTime: Double
        var leased: Int
        var hasRoom: Bool { cap.map { leased < $0 } ?? true }
    }

    /// A tenant's ready units of a class, or some of them.
    private struct Queue {
        var tenant: Tenant
        var jobClass: JobClass
        /// Only those that are urgent, or that are not; nil for all, which a backfill's are.
        var isUrgent: Bool?
        var number: Int64 { tenant.number * 2 + (jobClass == .backfill ? 1 : 0) }
    }

    /// A queue that has something to give, with the first of it.
    private struct Line {
        var queue: Queue
        var units: [Candidate]
    }

    private let database: Database
    private let now: Int64
    private let leased: [Int64: Int]
    private let shares: BackfillShares

    init(_ database: Database, now: Int64, _ leased: LeasedUnits, node: NodeID) {
        self.database = database
        self.now = now
        self.leased = leased.countByTenant
        shares = BackfillShares(database, leased, node)
    }

    /// The first unit of each line, then the second of each, and so on. Lines of a kind are in the order of their tenants'
    /// virtual times, and the kinds take turns, so that none hides another.
    func candidates(_ request: SurveyRequest) throws -> [Candidate] {
        let most = request.candidatesMaximum
        guard most > 0 else { return [] }
        let sorted = try queues().filter(\.tenant.hasRoom).sorted {
            let (left, right) = ($0.tenant, $1.tenant)
            return left.virtualTime != right.virtualTime
                ? left.virtualTime < right.virtualTime : left.id.text < right.id.text
        }
        let asked: [[Queue]] = [
            try sorted.filter { try $0.isUrgent == true && hasUrgent($0) },
            sorted.filter { $0.isUrgent == false }, sorted.filter { $0.isUrgent == nil },
        ]
        let count = asked.reduce(0) { $0 + $1.count }
        guard count > 0 else { return [] }
        // Enough of each if all have enough; more of those that have more, as long as others have less.
        var depth = (most + count - 1) / count
        let kinds = try asked.map { try offers($0, depth, request) }
        // Only what has something to give takes turns: it would be hidden behind what has not.
        var lines = Array(takingTurns(kinds[0], kinds[1], kinds[2]).prefix(most))
        while lines.reduce(0, { $0 + $1.units.count }) < most,
            lines.contains(where: { $0.units.count == depth })
        {
            depth *= 2
            for index in lines.indices where lines[index].units.count == depth / 2 {
                lines[index].units = try first(depth, lines[index].queue, request.jobs)
            }
        }
        var found: [Candidate] = []
        for rank in 0..<depth {
            let next = lines.filter { $0.units.count > rank }.map { $0.units[rank] }
            found += next.prefix(most - found.count)
        }
        return found
    }

    /// The first of these that have anything to give, of the jobs that are wanted.
    private func offers(
        _ queues: [Queue], _ depth: Int, _ request: SurveyRequest
    ) throws -> [Line] {
        var lines: [Line] = []
        for queue in queues where lines.count < request.candidatesMaximum {
            let units = try first(depth, queue, request.jobs)
            if !units.isEmpty { lines.append(Line(queue: queue, units: units)) }
        }
        return lines
    }

    /// Whether anything urgent is in the line, due or not: one step for each priority, where reading its units takes several.
    private func hasUrgent(_ queue: Queue) throws -> Bool {
        let next = try Statement(
            database,
            cached: """
                SELECT priority, urgent FROM work_unit INDEXED BY unit_ready
                WHERE state = 'ready' AND delayed = 0 AND queue = ?1 AND priority < ?2
                ORDER BY priority DESC, urgent DESC LIMIT 1
                """)
        next.bind(1, queue.number)
        var priority = Int64.max
        while true {
            next.bind(2, priority)
            defer { next.reset() }
            guard try next.step() else { return false }
            if next.int64(1) == 1 { return true }
            priority = next.int64(0)
        }
    }

    func all(_ request: SurveyRequest) throws -> [Candidate] {
        let found = try candidates(request)
        guard request.endingMaximum > 0 else { return found }
        let known = Set(found.map(\.unit))
        return found + (try ending(request).filter { !known.contains($0.unit) })
    }

    /// Units that end a job, of the jobs that are under way: few, beside those that wait to be planned.
    private func ending(_ request: SurveyRequest) throws -> [Candidate] {
        let queues = Dictionary(
            try queues().filter(\.tenant.hasRoom).map { ($0.number, $0) }
        ) { first, _ in first }
        let rows = try Statement(
            database,
            cached: """
                \(Self.columns), u.queue FROM job j INDEXED BY job_state
                CROSS JOIN work_unit u ON u.id BETWEEN j.number << 20 AND j.number << 20 | 1048575
                \(Self.terms)
                WHERE j.state = 'running' AND u.state = 'ready' AND u.delayed = 0 AND u.run_at <= ?2
                    AND u.kind IN ('stitch', 'preview', 'package', 'verify', 'publish') AND \(Self.isLeasable)
                ORDER BY j.created_at, j.id, u.id
                """)
        rows.bind(2, now)
        defer { rows.reset() }
        var found: [Candidate] = []
        while found.count < request.endingMaximum, try rows.step() {
            guard let queue = queues[rows.int64(14)],
                request.jobs?.contains(JobID(rows.text(1))) ?? true
            else { continue }
            found.append(try candidate(rows, queue))
        }
        return found
    }

    private func queues() throws -> [Queue] {
        let next = try Statement(
            database,
            cached: """
                SELECT min(queue) FROM work_unit INDEXED BY unit_ready
                WHERE state = 'ready' AND delayed = 0 AND queue > ?1
                """)
        var queues: [Queue] = []
        var last: Int64 = -1
        while true {
            next.bind(1, last)
            guard try next.step(), let queue = next.optionalInt64(0) else { return queues }
            next.reset()
            let known = queues.last.flatMap { $0.tenant.number == queue >> 1 ? $0.tenant : nil }
            let tenant = try known ?? tenant(queue >> 1)
            if queue & 1 == 1 {
                queues.append(Queue(tenant: tenant, jobClass: .backfill))
            } else {
                queues += [true, false].map {
                    Queue(tenant: tenant, jobClass: .live, isUrgent: $0)
                }
            }
            last = queue
        }
    }

    private func tenant(_ number: Int64) throws -> Tenant {
        let row = try Statement(
            database,
            cached: "SELECT name, weight, cap, virtual_time FROM tenant WHERE number = ?1")
        row.bind(1, number)
        guard try row.step() else {
            throw LedgerFailure(.corrupt, "the ledger has lost tenant \(number)")
        }
        return Tenant(
            number: number, id: try row.tenant(0), weight: row.double(1),
            cap: row.optionalInt64(2).map { Int($0) }, virtualTime: row.double(3),
            leased: leased[number] ?? 0)
    }

    private static let columns = """
        SELECT u.id, u.job, u.kind, u.epoch, u.priority, u.created_at, u.critical_seconds, u.cpu_seconds,
            u.memory_bytes, u.output_bytes, j.profile_digest, j.codec, t.backfill, u.urgent
        """
    /// The terms of the job, which must let it be leased now.
    private static let terms = "LEFT JOIN job_terms t ON t.job = j.number"
    private static let isLeasable = "(t.leasable_until IS NULL OR t.leasable_until > ?2)"
    private static let order =
        "ORDER BY u.priority DESC, u.urgent DESC, u.created_at, u.job, u.critical_seconds DESC, u.id"

    private func first(
        _ limit: Int, _ queue: Queue, _ jobs: Set<JobID>?
    ) throws -> [Candidate] {
        if let jobs { return try first(limit, queue, of: jobs) }
        guard let isUrgent = queue.isUrgent else {
            let rows = try Statement(
                database,
                cached: """
                    \(Self.columns) FROM work_unit u INDEXED BY unit_ready
                    JOIN job j ON j.number = u.id >> 20 \(Self.terms)
                    WHERE u.state = 'ready' AND u.delayed = 0 AND u.queue = ?1 AND u.run_at <= ?2
                        AND \(Self.isLeasable)
                    \(Self.order) LIMIT ?3
                    """)
            return try candidates(rows, limit, queue)
        }
        let next = try Statement(
            database,
            cached: """
                SELECT priority FROM work_unit INDEXED BY unit_ready
                WHERE state = 'ready' AND delayed = 0 AND queue = ?1 AND priority < ?2
                ORDER BY priority DESC LIMIT 1
                """)
        let rows = try Statement(
            database,
            cached: """
                \(Self.columns) FROM work_unit u INDEXED BY unit_ready
                JOIN job j ON j.number = u.id >> 20 \(Self.terms)
                WHERE u.state = 'ready' AND u.delayed = 0 AND u.queue = ?1 AND u.priority = ?4
                    AND u.urgent = ?5 AND u.run_at <= ?2 AND \(Self.isLeasable)
                ORDER BY u.created_at, u.job, u.critical_seconds DESC, u.id LIMIT ?3
                """)
        var found: [Candidate] = []
        var priority = Int64.max
        while found.count < limit {
            next.bind(1, queue.number)
            next.bind(2, priority)
            defer { next.reset() }
            guard try next.step() else { break }
            priority = next.int64(0)
            rows.bind(4, priority)
            rows.bind(5, isUrgent ? 1 : 0)
            found += try candidates(rows, limit - found.count, queue)
        }
        return found
    }

    /// The same of some jobs alone.
    private func first(
        _ limit: Int, _ queue: Queue, of jobs: Set<JobID>
    ) throws -> [Candidate] {
        // Each job's units stand together, at two places that its row tells: the urgent ones before those of all jobs of
        // its priority.
        let rows = try Statement(
            database,
            cached: """
                \(Self.columns) FROM job j CROSS JOIN work_unit u INDEXED BY unit_ready \(Self.terms)
                WHERE j.id = ?4 AND u.state = 'ready' AND u.delayed = 0 AND u.queue = ?1
                    AND u.priority = j.priority AND u.urgent = ?5 AND u.created_at = j.created_at
                    AND u.job = j.id
                    AND u.run_at <= ?2 AND \(Self.isLeasable)
                ORDER BY u.critical_seconds DESC, u.id LIMIT ?3
                """)
        var found: [Candidate] = []
        for (job, isUrgent) in try inOrder(jobs, queue)
        where found.count < limit && queue.isUrgent ?? isUrgent == isUrgent {
            rows.bind(4, job)
            rows.bind(5, isUrgent ? 1 : 0)
            found += try candidates(rows, limit - found.count, queue)
        }
        return found
    }

    /// Those jobs that are this tenant's and of this class, the most important first: of each priority once for what is
    /// urgent, and once for the rest.
    private func inOrder(
        _ jobs: Set<JobID>, _ queue: Queue
    ) throws -> [(job: String, isUrgent: Bool)] {
        let statement = try database.cachedStatement(
            sql: """
                SELECT priority, created_at FROM job
                WHERE id = ? AND tenant = ? AND class = ? AND finished_at IS NULL
                """)
        let found: [(id: String, priority: Int, createdAt: Int64)] = try jobs.compactMap { job in
            try Row.fetchOne(
                statement, arguments: [job.text, queue.tenant.id.text, queue.jobClass.rawValue]
            ).map {
                (
                    job.text, try $0.value(Int.self, "priority"),
                    try $0.value(Int64.self, "created_at")
                )
            }
        }
        let sorted = found.sorted {
            if $0.priority != $1.priority { return $0.priority > $1.priority }
            return $0.createdAt != $1.createdAt ? $0.createdAt < $1.createdAt : $0.id < $1.id
        }
        return Set(found.map(\.priority)).sorted(by: >).flatMap { priority in
            let ids = sorted.filter { $0.priority == priority }.map(\.id)
            return ids.map { ($0, true) } + ids.map { ($0, false) }
        }
    }

    private func candidates(
        _ row: Statement, _ limit: Int, _ queue: Queue
    ) throws -> [Candidate] {
        row.bind(1, queue.number)
        row.bind(2, now)
        // What is passed over leaves its place to others.
        row.bind(3, -1)
        defer { row.reset() }
        var found: [Candidate] = []
        while found.count < limit, try row.step() {
            let candidate = try candidate(row, queue)
            if let share = candidate.share, try shares.isFull(share) { continue }
            found.append(candidate)
        }
        return found
    }

    private func candidate(_ row: Statement, _ queue: Queue) throws -> Candidate {
        let tenant = queue.tenant
        let kind = try row.named(UnitKind.self, 2)
        return Candidate(
            unit: row.unit(0, job: 1), tenant: tenant.id, kind: kind, epoch: row.int64(3),
            jobClass: queue.jobClass, priority: row.int(4), jobCreatedMilliseconds: row.int64(5),
            tenantWeight: tenant.weight, tenantVirtualTime: tenant.virtualTime,
            tenantCap: tenant.cap, tenantLeased: tenant.leased, estimate: row.estimate(7),
            remainingCriticalSeconds: row.double(6), profile: try row.digest(10),
            encoder: kind == .encode ? row.text(11) : "", isUrgent: row.int(13) == 1,
            share: try row.optionalInt64(12).flatMap { try shares.share(of: $0) })
    }
}

extension Statement {
    /// A unit's key and its job's name.
    func unit(_ key: Int32, job: Int32) -> UnitID {
        UnitID(job: JobID(text(job)), position: Int(int64(key) & Schema.positionMask))
    }

    func tenant(_ column: Int32) throws -> TenantID {
        guard let tenant = TenantID(text(column)) else {
            throw LedgerFailure(.corrupt, "the ledger has “\(text(column))” where a tenant is due")
        }
        return tenant
    }

    /// Three columns from this one on.
    func estimate(_ column: Int32) -> Estimate {
        Estimate(
            cpuSeconds: double(column), memoryBytes: int64(column + 1),
            outputBytes: int64(column + 2))
    }
}
