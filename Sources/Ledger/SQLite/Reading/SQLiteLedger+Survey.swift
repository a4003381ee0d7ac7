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
                shared: try leased.shared(request, now: now, database),
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
