import Foundation
import GRDB
public import TranscodeModel

extension SQLiteLedger {
    public func complete(
        _ lease: Lease, artifact: Artifact
    ) throws(LedgerFailure) -> CommitOutcome {
        try write { try self.commit(lease, artifact, $0) { _ in } }
    }

    public func completeProbe(
        _ lease: Lease, artifact: Artifact, plan: Plan, criticalSeconds: [Double]
    ) throws(LedgerFailure) -> CommitOutcome {
        precondition(plan.units.count == criticalSeconds.count)
        return try write { database in
            try self.commit(lease, artifact, database) {
                try self.insert(plan, criticalSeconds, lease, $0)
            }
        }
    }

    /// Inserts the completion, unless the lease is not the unit's newest claim any more (I3).
    private func commit(
        _ lease: Lease, _ artifact: Artifact, _ database: Database,
        then: (Database) throws -> Void
    ) throws -> CommitOutcome {
        let key: StatementArguments = [lease.tenant.text, lease.unit.job.text, lease.unit.position]
        let isOwner = try Bool.fetchOne(
            database,
            sql: """
                SELECT state = 'leased' AND epoch = ? FROM work_unit
                WHERE tenant = ? AND job = ? AND position = ?
                """, arguments: [lease.epoch] + key)
        guard isOwner == true else {
            let done = try Int64.fetchOne(
                database,
                sql: "SELECT epoch FROM completion WHERE tenant = ? AND job = ? AND position = ?",
                arguments: key)
            return done == lease.epoch ? .alreadyDone : .fenced
        }
        try database.cachedStatement(
            sql: """
                INSERT INTO completion (tenant, job, position, epoch, sha256, bytes, artifact,
                    committed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(
            arguments: key + [
                lease.epoch, Data(artifact.digest.bytes), artifact.byteCount, try json(artifact),
                clock.read(),
            ])
        try then(database)
        // The estimate was charged at the lease; the truth replaces it.
        try database.execute(
            sql: """
                UPDATE tenant SET virtual_time = max(0, virtual_time + (? - ?) / weight)
                WHERE tenant = ?
                """,
            arguments: [
                artifact.usage.cpuSeconds, lease.estimate.cpuSeconds, lease.tenant.text,
            ])
        guard
            let state = try Row.fetchOne(
                database, sql: "SELECT state FROM job WHERE id = ?",
                arguments: [lease.unit.job.text]
            )
        else { throw LedgerFailure(.corrupt, "a unit without its job: \(lease.unit)") }
        return .committed(try state.named(JobState.self, "state"))
    }

    private func insert(
        _ plan: Plan, _ criticalSeconds: [Double], _ lease: Lease, _ database: Database
    ) throws {
        let now = clock.read()
        for (unit, seconds) in zip(plan.units, criticalSeconds) {
            try NewUnit(
                tenant: lease.tenant, job: lease.unit.job, position: unit.position,
                kind: unit.work.kind, work: unit.work, content: unit.content,
                unmet: unit.dependencies.count, attemptsMaximum: lease.job.attemptsMaximum,
                criticalSeconds: seconds, estimate: unit.estimate
            ).insert(database, now: now)
            for dependency in unit.dependencies {
                try database.cachedStatement(
                    sql: """
                        INSERT INTO dependency (tenant, job, position, waits_on)
                        VALUES (?, ?, ?, ?)
                        """
                ).execute(
                    arguments: [lease.tenant.text, lease.unit.job.text, unit.position, dependency])
            }
        }
        try database.execute(
            sql: """
                UPDATE job SET plan = ?, units_total = units_total + ?, state = 'running'
                WHERE id = ?
                """, arguments: [try json(plan), plan.units.count, lease.unit.job.text])
    }

    public func fail(
        _ lease: Lease, failure: Failure, retryAfterMilliseconds: Int64?
    ) throws(LedgerFailure) -> Bool {
        try write { database in
            guard try self.owns(lease, database) else { return false }
            if let delay = retryAfterMilliseconds {
                try self.makeReady(
                    lease.unit, lease.tenant, note: try json(failure), failure: failure,
                    delayMilliseconds: delay, database)
            } else {
                try self.killUnit(lease.unit, lease.tenant, failure, database)
            }
            return true
        }
    }

    public func handBack(_ lease: Lease, reason: String) throws(LedgerFailure) -> Bool {
        try write { database in
            guard try self.owns(lease, database) else { return false }
            try self.makeReady(
                lease.unit, lease.tenant, note: reason, failure: nil, delayMilliseconds: 0,
                earnsAttempt: true, database)
            return true
        }
    }

    private func owns(_ lease: Lease, _ database: Database) throws -> Bool {
        try Bool.fetchOne(
            database,
            sql: """
                SELECT state = 'leased' AND epoch = ? FROM work_unit
                WHERE tenant = ? AND job = ? AND position = ?
                """,
            arguments: [
                lease.epoch, lease.tenant.text, lease.unit.job.text, lease.unit.position,
            ]) == true
    }
}
