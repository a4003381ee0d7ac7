import GRDB
import TranscodeModel

/// Reads the ready units in the order in which they are leased, from the index that holds no others: it steps from
/// queue to queue (a tenant's units of a class) and takes the first few of each, so that what is waiting behind
/// them costs nothing.
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

    /// A tenant's ready units of a class.
    private struct Queue {
        var tenant: Tenant
        var jobClass: JobClass
        var number: Int64 { tenant.number * 2 + (jobClass == .backfill ? 1 : 0) }
    }

    private let database: Database
    private let now: Int64
    private let leased: [Int64: Int]

    init(_ database: Database, now: Int64, _ leased: LeasedUnits) {
        self.database = database
        self.now = now
        self.leased = leased.countByTenant
    }

    /// The most urgent unit of each tenant and class, then the second of each, and so on. The tenants of each class
    /// are in the order of their virtual times, and the classes take turns, so that neither hides the other.
    func candidates(_ request: SurveyRequest) throws -> [Candidate] {
        let most = request.candidatesMaximum
        guard most > 0 else { return [] }
        let sorted = try queues().filter(\.tenant.hasRoom).sorted {
            let (left, right) = ($0.tenant, $1.tenant)
            return left.virtualTime != right.virtualTime
                ? left.virtualTime < right.virtualTime : left.id.text < right.id.text
        }
        let queues = takingTurns(
            sorted.filter { $0.jobClass == .live }, sorted.filter { $0.jobClass == .backfill })
        guard !queues.isEmpty else { return [] }
        // Enough of each if all have enough; more of those that have more, as long as others have less. A queue may
        // have nothing at all to give, of the jobs that are wanted: then the next one is asked.
        var depth = (most + queues.count - 1) / queues.count
        var asked: [Queue] = []
        var lines: [[Candidate]] = []
        for queue in queues where lines.count < most {
            let line = try first(depth, queue, request.jobs)
            guard !line.isEmpty else { continue }
            asked.append(queue)
            lines.append(line)
        }
        while lines.reduce(0, { $0 + $1.count }) < most,
            lines.contains(where: { $0.count == depth })
        {
            depth *= 2
            for (index, queue) in asked.enumerated() where lines[index].count == depth / 2 {
                lines[index] = try first(depth, queue, request.jobs)
            }
        }
        var found: [Candidate] = []
        for rank in 0..<depth {
            let next = lines.filter { $0.count > rank }.map { $0[rank] }
            found += next.prefix(most - found.count)
        }
        return found
    }

    private func queues() throws -> [Queue] {
        let next = try database.cachedStatement(
            sql: """
                SELECT min(queue) FROM work_unit INDEXED BY unit_ready
                WHERE state = 'ready' AND delayed = 0 AND queue > ?
                """)
        var queues: [Queue] = []
        var last: Int64 = -1
        while let queue = try Int64.fetchOne(next, arguments: [last]) {
            let known = queues.last.flatMap { $0.tenant.number == queue >> 1 ? $0.tenant : nil }
            queues.append(
                Queue(
                    tenant: try known ?? tenant(queue >> 1),
                    jobClass: queue & 1 == 1 ? .backfill : .live))
            last = queue
        }
        return queues
    }

    private func tenant(_ number: Int64) throws -> Tenant {
        let statement = try database.cachedStatement(sql: "SELECT * FROM tenant WHERE number = ?")
        guard let row = try Row.fetchOne(statement, arguments: [number]) else {
            throw LedgerFailure(.corrupt, "the ledger has lost tenant \(number)")
        }
        return Tenant(
            number: number, id: try row.tenant("name"),
            weight: try row.value(Double.self, "weight"), cap: row["cap"],
            virtualTime: try row.value(Double.self, "virtual_time"), leased: leased[number] ?? 0)
    }

    private static let columns = """
        SELECT u.id, u.job, u.kind, u.epoch, u.priority, u.created_at, u.critical_seconds, u.cpu_seconds,
            u.memory_bytes, u.output_bytes, j.profile_digest, j.codec
        """
    private static let order =
        "ORDER BY u.priority DESC, u.created_at, u.job, u.critical_seconds DESC, u.id"

    private func first(
        _ limit: Int, _ queue: Queue, _ jobs: Set<JobID>?
    ) throws -> [Candidate] {
        guard let jobs else {
            let statement = try database.cachedStatement(
                sql: """
                    \(Self.columns) FROM work_unit u INDEXED BY unit_ready
                    JOIN job j ON j.number = u.id >> 20
                    WHERE u.state = 'ready' AND u.delayed = 0 AND u.queue = ?1 AND u.run_at <= ?2
                    \(Self.order) LIMIT ?3
                    """)
            return try Row.fetchAll(statement, arguments: [queue.number, now, limit]).map {
                try candidate($0, queue)
            }
        }
        // Each job's units stand together, at a place that its row tells.
        let statement = try database.cachedStatement(
            sql: """
                \(Self.columns) FROM job j CROSS JOIN work_unit u INDEXED BY unit_ready
                WHERE j.id = ?4 AND u.state = 'ready' AND u.delayed = 0 AND u.queue = ?1
                    AND u.priority = j.priority AND u.created_at = j.created_at AND u.job = j.id
                    AND u.run_at <= ?2
                ORDER BY u.critical_seconds DESC, u.id LIMIT ?3
                """)
        var found: [Candidate] = []
        for job in try inOrder(jobs, queue) where found.count < limit {
            found += try Row.fetchAll(
                statement, arguments: [queue.number, now, limit - found.count, job]
            ).map { try candidate($0, queue) }
        }
        return found
    }

    /// Those jobs that are this tenant's and of this class, the most urgent first.
    private func inOrder(
        _ jobs: Set<JobID>, _ queue: Queue
    ) throws -> [String] {
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
        return found.sorted {
            if $0.priority != $1.priority { return $0.priority > $1.priority }
            return $0.createdAt != $1.createdAt ? $0.createdAt < $1.createdAt : $0.id < $1.id
        }.map(\.id)
    }

    private func candidate(
        _ row: Row, _ queue: Queue
    ) throws -> Candidate {
        let tenant = queue.tenant
        let kind = try row.named(UnitKind.self, "kind")
        return Candidate(
            unit: try row.unit(), tenant: tenant.id, kind: kind,
            epoch: try row.value(Int64.self, "epoch"), jobClass: queue.jobClass,
            priority: try row.value(Int.self, "priority"),
            jobCreatedMilliseconds: try row.value(Int64.self, "created_at"),
            tenantWeight: tenant.weight, tenantVirtualTime: tenant.virtualTime,
            tenantCap: tenant.cap, tenantLeased: tenant.leased, estimate: try row.estimate(),
            remainingCriticalSeconds: try row.value(Double.self, "critical_seconds"),
            profile: try row.digest("profile_digest"),
            encoder: kind == .encode ? try row.text("codec") : "")
    }
}
