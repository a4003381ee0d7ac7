import TranscodeModel

extension Transaction {
    /// Whether the bytes of an artifact go, or went after a lease of this time was granted.
    func isCondemned(
        _ digest: Digest, _ tenant: TenantID, leasedAt: Int64
    ) throws -> Bool {
        let row = try statement(
            """
            SELECT 1 FROM condemned WHERE sha256 = ?1 AND tenant = ?2
                AND (removed_at IS NULL OR removed_at >= ?3)
            """)
        row.bind(1, digest)
        row.bind(2, tenant.text)
        row.bind(3, leasedAt)
        defer { row.reset() }
        return try row.step()
    }

    func condemn(_ policy: RetentionPolicy, atMost most: Int) throws -> RetentionReport {
        try forgetRemoved()
        let expired = try ExpiredJobs(policy, now: now, atMost: most) { try statement($0) }
        for (key, artifact) in expired.artifacts { try condemn(key, artifact.bytes) }
        let collect = try statement(
            """
            INSERT OR ROLLBACK INTO collected (job, tenant, id, at, note, event)
            VALUES (?1, ?2, ?3, ?4, ?5, (SELECT reelmill_next()))
            """)
        for job in expired.jobs {
            collect.bind(1, job.number)
            collect.bind(2, job.tenant)
            collect.bind(3, job.id)
            collect.bind(4, now)
            collect.bind(5, CollectionNote.text(job.share))
            try collect.run()
        }
        return expired.report
    }

    private func condemn(_ key: ExpiredJobs.Key, _ bytes: Int64) throws {
        let condemn = try statement(
            """
            INSERT INTO condemned (sha256, tenant, bytes, at) VALUES (?1, ?2, ?3, ?4)
            ON CONFLICT DO UPDATE SET at = ?4, removed_at = NULL
            """)
        condemn.bind(1, key.digest)
        condemn.bind(2, key.tenant)
        condemn.bind(3, bytes)
        condemn.bind(4, now)
        try condemn.run()
    }

    func condemn(_ orphans: [CondemnedArtifact]) throws -> [CondemnedArtifact] {
        var left: [ExpiredJobs.Key: CondemnedArtifact] = [:]
        for orphan in orphans {
            left[ExpiredJobs.Key(tenant: orphan.tenant.text, digest: orphan.digest)] = orphan
        }
        if left.isEmpty { return [] }
        _ = try ExpiredJobs.spareWanted(&left, besides: []) { try statement($0) }
        for (key, orphan) in left { try condemn(key, orphan.byteCount) }
        return Array(left.values)
    }

    func removeCondemned(
        _ choice: CondemnedChoice, _ remove: ([CondemnedArtifact]) -> [CondemnedArtifact]
    ) throws -> Int {
        let rows = try chosen(choice)
        var left: [CondemnedArtifact] = []
        while try rows.step() {
            left.append(
                CondemnedArtifact(
                    tenant: try rows.tenant(1), digest: try rows.digest(0),
                    byteCount: rows.int64(2)))
        }
        guard !left.isEmpty else { return 0 }
        let gone = remove(left)
        let note = try statement(
            "UPDATE OR ROLLBACK condemned SET removed_at = max(at, ?3) WHERE sha256 = ?1 AND tenant = ?2"
        )
        for artifact in gone {
            note.bind(1, artifact.digest)
            note.bind(2, artifact.tenant.text)
            note.bind(3, now)
            try note.run()
        }
        return gone.count
    }

    private func chosen(_ choice: CondemnedChoice) throws -> Statement {
        switch choice {
        case .oldest(let limit, nil):
            let rows = try statement(
                """
                SELECT sha256, tenant, bytes FROM condemned INDEXED BY condemned_left
                WHERE removed_at IS NULL ORDER BY at, sha256, tenant LIMIT ?1
                """)
            rows.bind(1, limit)
            return rows
        case .oldest(let limit, let last?):
            let rows = try statement(
                """
                SELECT sha256, tenant, bytes FROM condemned INDEXED BY condemned_left
                WHERE removed_at IS NULL AND (at, sha256, tenant) > (coalesce(
                    (SELECT at FROM condemned
                        WHERE sha256 = ?2 AND tenant = ?3 AND removed_at IS NULL),
                    -9223372036854775808), ?2, ?3)
                ORDER BY at, sha256, tenant LIMIT ?1
                """)
            rows.bind(1, limit)
            rows.bind(2, last.digest)
            rows.bind(3, last.tenant.text)
            return rows
        case .one(let digest, let tenant):
            let rows = try statement(
                """
                SELECT sha256, tenant, bytes FROM condemned
                WHERE sha256 = ?1 AND tenant = ?2 AND removed_at IS NULL
                """)
            rows.bind(1, digest)
            rows.bind(2, tenant.text)
            return rows
        }
    }

    /// Those whose bytes went before any lease was granted that is still there: nobody can have counted on them.
    private func forgetRemoved() throws {
        try statement(
            """
            DELETE FROM condemned WHERE removed_at < coalesce(
                (SELECT min(started_at) FROM work_unit INDEXED BY unit_leased WHERE state = 'leased'),
                9223372036854775807)
            """
        ).run()
    }
}

extension SQLiteLedger {
    public func expired(_ policy: RetentionPolicy) throws(LedgerFailure) -> RetentionReport {
        let now = clock.read()
        return try read { database in
            try ExpiredJobs(policy, now: now) { try Statement(database, cached: "\($0)") }.report
        }
    }

    public func condemn(
        _ policy: RetentionPolicy, atMost artifacts: Int
    ) throws(LedgerFailure) -> RetentionReport {
        try write { transaction, _ in try transaction.condemn(policy, atMost: artifacts) }
    }

    public func condemn(
        _ orphans: [CondemnedArtifact]
    ) throws(LedgerFailure) -> [CondemnedArtifact] {
        try write { transaction, _ in try transaction.condemn(orphans) }
    }

    public func removeCondemned(
        _ choice: CondemnedChoice, _ remove: ([CondemnedArtifact]) -> [CondemnedArtifact]
    ) throws(LedgerFailure) -> Int {
        try write { transaction, _ in
            try transaction.removeCondemned(choice, remove)
        }
    }
}
