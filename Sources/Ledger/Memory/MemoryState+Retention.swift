import TranscodeModel

extension MemoryLedger.State {
    /// What a policy gives up: jobs with their shares, and the artifacts that they alone need.
    struct Expired {
        var jobs: [(place: Int, share: RetentionReport.Share)] = []
        var artifacts: [ArtifactKey: Int64] = [:]
        var report = RetentionReport()
    }

    func expired(
        _ policy: RetentionPolicy, atMost most: Int = .max, now: Int64
    ) -> Expired {
        var expired = Expired()
        var wanted: Set<ArtifactKey> = []
        var given: [ArtifactKey: (bytes: Int64, job: Int)] = [:]
        var places: [Int] = []
        for (place, row) in jobs.enumerated() where row.collected == nil {
            let tenant = row.facts.submission.tenant
            let made = row.units.compactMap { $0.completion?.artifact }
            guard let end = row.finishedAt, let kept = policy.milliseconds(row.state),
                end <= now - kept, given.count < most || places.isEmpty
            else {
                wanted.formUnion(made.map { ArtifactKey(tenant: tenant, digest: $0.digest) })
                continue
            }
            places.append(place)
            for artifact in made {
                let key = ArtifactKey(tenant: tenant, digest: artifact.digest)
                if given[key] == nil { given[key] = (artifact.byteCount, place) }
            }
        }
        expired.report.artifactsShared = given.keys.count { wanted.contains($0) }
        given = given.filter { !wanted.contains($0.key) }
        for place in places {
            var share = RetentionReport.Share()
            share.jobs = 1
            for artifact in given.values where artifact.job == place {
                share.artifacts += 1
                share.bytes += artifact.bytes
            }
            expired.jobs.append((place, share))
            expired.report.add(jobs[place].state, share)
        }
        expired.artifacts = given.mapValues(\.bytes)
        return expired
    }

    mutating func condemn(
        _ policy: RetentionPolicy, atMost most: Int, now: Int64
    ) -> RetentionReport {
        forgetRemoved()
        let expired = expired(policy, atMost: most, now: now)
        for (key, bytes) in expired.artifacts {
            condemned[key] = CondemnedRow(byteCount: bytes, condemnedAt: now)
        }
        for (place, share) in expired.jobs {
            jobs[place].collected = CollectedRow(atMilliseconds: now)
            noteCollected(place, share, now: now)
        }
        return expired.report
    }

    mutating func condemn(_ orphans: [CondemnedArtifact], now: Int64) -> [CondemnedArtifact] {
        var wanted: Set<ArtifactKey> = []
        for row in jobs where row.collected == nil {
            let tenant = row.facts.submission.tenant
            for unit in row.units {
                guard let made = unit.completion?.artifact else { continue }
                wanted.insert(ArtifactKey(tenant: tenant, digest: made.digest))
            }
        }
        let left = Set(orphans).filter {
            !wanted.contains(ArtifactKey(tenant: $0.tenant, digest: $0.digest))
        }
        for orphan in left {
            condemned[ArtifactKey(tenant: orphan.tenant, digest: orphan.digest)] = CondemnedRow(
                byteCount: orphan.byteCount, condemnedAt: now)
        }
        return Array(left)
    }

    func condemnedArtifacts(_ choice: CondemnedChoice) -> [CondemnedArtifact] {
        let left = condemned.filter { $0.value.removedAt == nil }
        func artifact(_ key: ArtifactKey, _ row: CondemnedRow) -> CondemnedArtifact {
            CondemnedArtifact(tenant: key.tenant, digest: key.digest, byteCount: row.byteCount)
        }
        switch choice {
        case .one(let digest, let tenant):
            let key = ArtifactKey(tenant: tenant, digest: digest)
            return left[key].map { [artifact(key, $0)] } ?? []
        case .oldest(let limit, let last):
            typealias Place = (Int64, String, String)
            func place(_ key: ArtifactKey, _ row: CondemnedRow) -> Place {
                (row.condemnedAt, key.digest.hex, key.tenant.text)
            }
            let start = last.flatMap { last -> Place? in
                let key = ArtifactKey(tenant: last.tenant, digest: last.digest)
                return left[key].map { place(key, $0) }
            }
            return left.filter { entry in
                start.map { place(entry.key, entry.value) > $0 } ?? true
            }.sorted { place($0.key, $0.value) < place($1.key, $1.value) }
                .prefix(max(limit, 0)).map { artifact($0.key, $0.value) }
        }
    }

    mutating func noteRemoved(_ gone: [CondemnedArtifact], now: Int64) {
        for artifact in gone {
            condemned[ArtifactKey(tenant: artifact.tenant, digest: artifact.digest)]?.removedAt =
                now
        }
    }

    /// Those whose bytes went before any lease was granted that is still there.
    private mutating func forgetRemoved() {
        let oldest = leased.compactMap { self[$0].startedAt }.min() ?? .max
        condemned = condemned.filter { $0.value.removedAt.map { $0 >= oldest } ?? true }
    }

    /// Whether the bytes of an artifact go, or went after a lease of this time was granted.
    func isCondemned(_ digest: Digest, _ tenant: TenantID, leasedAt: Int64?) -> Bool {
        guard let row = condemned[ArtifactKey(tenant: tenant, digest: digest)] else { return false }
        return row.removedAt.map { $0 >= leasedAt ?? .min } ?? true
    }

    func retentionFindings() -> [AuditFinding] {
        jobs.flatMap { job -> [AuditFinding] in
            let submission = job.facts.submission
            if job.state.isFinal { return [] }
            return job.units.enumerated().compactMap { position, unit in
                guard let made = unit.completion,
                    isCondemned(
                        made.artifact.digest, submission.tenant, leasedAt: unit.startedAt)
                else { return nil }
                return AuditFinding(
                    "I18", "\(submission.id).\(position)",
                    "a job that has not ended needs an artifact that was given up")
            }
        }
    }
}
