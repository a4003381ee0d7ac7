import TranscodeModel

/// The jobs whose time is over, and what they alone need.
struct ExpiredJobs {
    struct Job {
        var number: Int64
        var id: String
        var tenant: String
        var state: JobState
        var share = RetentionReport.Share()
    }

    struct Key: Hashable {
        var tenant: String
        var digest: Digest
    }

    struct Artifact {
        var bytes: Int64
        /// Its place among the jobs: of the oldest that gives it up.
        var job: Int
    }

    private(set) var jobs: [Job] = []
    private(set) var artifacts: [Key: Artifact] = [:]
    private var shared = 0

    /// Looks at all jobs, and at all completions if there is a job to give up.
    init(
        _ policy: RetentionPolicy, now: Int64, atMost most: Int = .max,
        _ statement: (StaticString) throws -> Statement
    ) throws {
        let rows = try statement(
            """
            SELECT number, id, tenant, state FROM job
            WHERE finished_at <= CASE state WHEN 'ready' THEN ?1 WHEN 'failed' THEN ?2 ELSE ?3 END
                AND NOT EXISTS (SELECT 1 FROM collected WHERE job = job.number)
            ORDER BY number
            """)
        rows.bind(1, now - policy.readyMilliseconds)
        rows.bind(2, now - policy.failedMilliseconds)
        rows.bind(3, now - policy.cancelledMilliseconds)
        while try rows.step() {
            jobs.append(
                Job(
                    number: rows.int64(0), id: rows.text(1), tenant: rows.text(2),
                    state: try rows.named(JobState.self, 3)))
        }
        guard !jobs.isEmpty else { return }
        try readArtifacts(
            try statement(
                "SELECT sha256, bytes FROM completion WHERE unit BETWEEN ?1 AND ?2"),
            atMost: most)
        shared = try ExpiredJobs.spareWanted(
            &artifacts, besides: Set(jobs.map(\.number)), statement)
        for artifact in artifacts.values {
            jobs[artifact.job].share.artifacts += 1
            jobs[artifact.job].share.bytes += artifact.bytes
        }
        for index in jobs.indices { jobs[index].share.jobs = 1 }
    }

    private mutating func readArtifacts(_ rows: Statement, atMost most: Int) throws {
        for (place, job) in jobs.enumerated() {
            guard artifacts.count < most || place == 0 else {
                jobs.removeSubrange(place...)
                return
            }
            rows.bind(1, job.number << Schema.positionBits)
            rows.bind(2, job.number << Schema.positionBits | Schema.positionMask)
            while try rows.step() {
                let key = Key(tenant: job.tenant, digest: try rows.digest(0))
                if artifacts[key] == nil {
                    artifacts[key] = Artifact(bytes: rows.int64(1), job: place)
                }
            }
        }
    }

    /// Takes out what a job has made, or made use of, that is not given up. Returns how many.
    static func spareWanted<Value>(
        _ artifacts: inout [Key: Value], besides expired: Set<Int64>,
        _ statement: (StaticString) throws -> Statement
    ) throws -> Int {
        let rows = try statement(
            """
            SELECT c.sha256, j.tenant, j.number FROM job j JOIN completion c
                ON c.unit BETWEEN j.number << 20 AND j.number << 20 | 1048575
            WHERE NOT EXISTS (SELECT 1 FROM collected WHERE job = j.number)
            """)
        var spared = 0
        while try rows.step() {
            guard !expired.contains(rows.int64(2)) else { continue }
            let key = Key(tenant: rows.text(1), digest: try rows.digest(0))
            if artifacts.removeValue(forKey: key) != nil { spared += 1 }
        }
        return spared
    }

    var report: RetentionReport {
        var report = RetentionReport()
        report.artifactsShared = shared
        for job in jobs { report.add(job.state, job.share) }
        return report
    }
}
