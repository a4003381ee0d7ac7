import Foundation
import GRDB
import TranscodeModel

extension SQLiteLedger {
    public func survey(_ request: SurveyRequest) throws(LedgerFailure) -> LedgerSurvey {
        try makeReady()
        return try read { database in
            let now = self.clock.read()
            let leased = try LeasedUnits(database)
            return LedgerSurvey(
                nowMilliseconds: now,
                candidates: try ReadyUnits(database, now: now, leased, node: request.node)
                    .all(request),
                virtualTime: try Double.fetchOne(
                    database.cachedStatement(sql: "SELECT virtual_time FROM ledger_head")) ?? 0,
                overdue: leased.sightings { $0.until < now },
                own: leased.sightings { $0.node == request.node }.map(\.token),
                nodes: try self.liveNodes(database),
                stragglers: try leased.stragglers(request, now: now, database),
                breakers: try self.allBreakers(database),
                unfinishedJobs: try self.unfinishedJobs(request.jobs, database))
        }
    }

    /// Another process may be ahead of our clock. Then units whose delay is over are put where candidates are looked for:
    /// usually there are none, and nothing is written; each delay is ended once.
    private func makeReady() throws(LedgerFailure) {
        let isDue = try read { database in
            let head = try Statement(database, cached: "SELECT at FROM ledger_head")
            if try head.step() { self.clock.observe(head.int64(0)) }
            let due = try Statement(
                database,
                cached: """
                    SELECT 1 FROM work_unit INDEXED BY unit_delayed
                    WHERE state = 'ready' AND delayed = 1 AND run_at <= ?1 LIMIT 1
                    """)
            due.bind(1, self.clock.read())
            return try due.step()
        }
        guard isDue else { return }
        try write { transaction, _ in try transaction.makeDue() }
    }

    /// Whether the job `j` may be leased at the time that is bound first.
    private static let isLeasable = """
        NOT EXISTS (SELECT 1 FROM job_terms t WHERE t.job = j.number AND t.leasable_until <= ?1)
        """

    private func unfinishedJobs(_ jobs: Set<JobID>?, _ database: Database) throws -> Int {
        guard let jobs else {
            return try Int.fetchOne(
                database.cachedStatement(
                    sql: """
                        SELECT (SELECT count(*) FROM job WHERE finished_at IS NULL)
                            - (SELECT count(*) FROM job_terms INDEXED BY job_terms_held
                                WHERE leasable_until IS NOT NULL AND leasable_until <= ?1)
                        """), arguments: [clock.read()]) ?? 0
        }
        let statement = try database.cachedStatement(
            sql: """
                SELECT EXISTS (SELECT 1 FROM job j WHERE id = ?2 AND finished_at IS NULL AND \(Self.isLeasable))
                """)
        let now = clock.read()
        return try jobs.count {
            try Bool.fetchOne(statement, arguments: [now, $0.text]) == true
        }
    }
}

extension LeasedUnits {
    /// Those without a second lease whose work is long and a file of its own, the longest overdue first.
    func stragglers(
        _ request: SurveyRequest, now: Int64, _ database: Database
    ) throws -> [Straggler] {
        guard request.stragglersMaximum > 0 else { return [] }
        let late = units.filter { unit in
            unit.rival == nil && [.encode, .audio, .images].contains(unit.kind)
                && now - unit.startedAt > 1000 && request.jobs?.contains(unit.id.job) ?? true
        }
        func excess(_ unit: Unit) -> Double {
            Double(now - unit.startedAt) - 1000 * unit.estimate.cpuSeconds
        }
        return try late.sorted {
            let (left, right) = (excess($0), excess($1))
            if left != right { return left > right }
            return $0.id.job != $1.id.job
                ? $0.id.job.text < $1.id.job.text : $0.id.position < $1.id.position
        }.prefix(request.stragglersMaximum).map { try straggler($0, now: now, database) }
    }

    private func straggler(_ unit: Unit, now: Int64, _ database: Database) throws -> Straggler {
        let row = try Row.fetchOne(
            database.cachedStatement(
                sql: """
                    SELECT j.profile_digest, j.codec, j.class, p.* FROM job j, (
                        SELECT count(*) AS done, coalesce(sum(finished_at - started_at), 0) AS took,
                            total(cpu_seconds) AS estimated
                        FROM work_unit WHERE id BETWEEN ?1 >> 20 << 20 AND ?1 | 1048575
                            AND kind = ?2 AND state = 'done') p
                    WHERE j.number = ?1 >> 20
                    """), arguments: [unit.key, unit.kind.rawValue])
        guard let row else { throw LedgerFailure(.corrupt, "a unit without its job: \(unit.id)") }
        return Straggler(
            token: unit.token(unit.holder), kind: unit.kind,
            attemptsMaximum: unit.attemptsMaximum, elapsedMilliseconds: now - unit.startedAt,
            estimate: unit.estimate, peersDone: try row.value(Int.self, "done"),
            peersMilliseconds: try row.value(Int64.self, "took"),
            peersEstimatedSeconds: try row.value(Double.self, "estimated"),
            profile: try row.digest("profile_digest"),
            encoder: unit.kind == .encode ? try row.text("codec") : "",
            jobClass: try row.text("class") == JobClass.backfill.rawValue ? .backfill : .live)
    }
}
