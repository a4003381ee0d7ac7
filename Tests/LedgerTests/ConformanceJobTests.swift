import ContentDigest
import Ledger
import Synchronization
import Testing
import TranscodeModel

@Suite("The contract: jobs, tenants, watches")
struct ConformanceJobTests {
    @Test(
        "the same work is enqueued once (I15), and a key belongs to its work",
        arguments: LedgerDriver.allCases)
    func idempotence(_ driver: LedgerDriver) throws {
        let fixture = try ConformanceFixture(driver)
        func outcome(
            _ id: String, _ content: String, key: String? = nil, tenant: TenantID = .standard
        ) throws -> EnqueueOutcome? {
            try fixture.ledger.enqueue([
                ConformanceFixture.submission(id, content: content, key: key, tenant: tenant)
            ]).first
        }
        #expect(try outcome("j1", "c", key: "k") == .created(JobID("j1")))
        let job = try fixture.job()
        #expect(try outcome("j2", "c") == .existing(job))
        #expect(try outcome("j3", "c", key: "k") == .existing(job))
        #expect(try outcome("j4", "other", key: "k") == .keyConflict(job))
        // Another tenant's keys and work are its own (I14).
        let other = ConformanceFixture.other("other")
        #expect(try outcome("j5", "c", key: "k", tenant: other) == .created(JobID("j5")))
        _ = try fixture.ledger.cancel(JobID("j1"), reason: "r")
        #expect(try outcome("j6", "c", key: "k") == .created(JobID("j6")))
        #expect(try fixture.findings() == [])
    }

    @Test("one call enqueues many, also the same twice", arguments: LedgerDriver.allCases)
    func many(_ driver: LedgerDriver) throws {
        let fixture = try ConformanceFixture(driver)
        let outcomes = try fixture.ledger.enqueue([
            ConformanceFixture.submission("j1", content: "c"),
            ConformanceFixture.submission("j2", content: "c"),
            ConformanceFixture.submission("j3", content: "d"),
        ])
        #expect(
            outcomes == [
                .created(JobID("j1")), .existing(try fixture.job("j1")), .created(JobID("j3")),
            ])
        #expect(throws: LedgerFailure.self) {
            try fixture.ledger.enqueue([
                ConformanceFixture.submission("j4"), ConformanceFixture.submission("j1"),
            ])
        }
        #expect(try fixture.ledger.job(JobID("j4")) == nil)
    }

    @Test(
        "a ready job's work is done again only once it is superseded",
        arguments: LedgerDriver.allCases)
    func supersede(_ driver: LedgerDriver) throws {
        let fixture = try ConformanceFixture(driver)
        try fixture.run(encodes: 1)
        try fixture.ledger.supersede(JobID("j1"))
        #expect(try fixture.job().isSuperseded == false)
        for position in 1...3 { _ = try fixture.complete(fixture.lease(position).token) }
        let again = ConformanceFixture.submission("j2", content: "j1")
        #expect(try fixture.ledger.enqueue([again]) == [.existing(try fixture.job())])
        try fixture.ledger.supersede(JobID("j1"))
        #expect(try fixture.job().isSuperseded)
        #expect(try fixture.ledger.enqueue([again]) == [.created(JobID("j2"))])
        #expect(try fixture.findings() == [])
    }

    @Test("a job is what was asked for", arguments: LedgerDriver.allCases)
    func record(_ driver: LedgerDriver) throws {
        let fixture = try ConformanceFixture(driver)
        let submission = ConformanceFixture.submission(
            "j1", key: "k", jobClass: .backfill, priority: 4, attempts: 7)
        try fixture.enqueue(submission)
        let job = try fixture.job()
        #expect(job.source == submission.source && job.profile == submission.profile)
        #expect(job.profileDigest == submission.profileDigest && job.destination == "/o")
        #expect(job.jobClass == .backfill && job.priority == 4 && job.key == "k")
        #expect(job.attemptsMaximum == 7 && job.state == .planning)
        #expect(job.createdMilliseconds == fixture.clock.now && job.finishedMilliseconds == nil)
        let probe = try fixture.unit(0)
        #expect(probe.kind == .probe && probe.work == nil && probe.state == .ready)
        #expect(probe.attemptsMaximum == 7 && probe.runAtMilliseconds == fixture.clock.now)
        #expect(try fixture.ledger.job(JobID("none")) == nil)
        #expect(try fixture.ledger.units(ofJob: JobID("none")) == [])
        #expect(try fixture.ledger.plan(ofJob: JobID("j1")) == nil)
    }

    @Test(
        "jobs are listed newest first, filtered, and page by page", arguments: LedgerDriver.allCases
    )
    func listing(_ driver: LedgerDriver) throws {
        let fixture = try ConformanceFixture(driver)
        let other = ConformanceFixture.other("other")
        for number in 1...5 {
            try fixture.enqueue(
                ConformanceFixture.submission(
                    "j\(number)", tenant: number == 4 ? other : .standard,
                    jobClass: number == 3 ? .backfill : .live))
            if number != 1 { fixture.clock.pass(1) }
        }
        _ = try fixture.ledger.cancel(JobID("j5"), reason: "r")
        func ids(_ query: JobQuery) throws -> [String] {
            try fixture.ledger.jobs(query).map(\.id.text)
        }
        #expect(try ids(JobQuery()) == ["j5", "j4", "j3", "j2", "j1"])
        #expect(try ids(JobQuery(tenant: other)) == ["j4"])
        #expect(try ids(JobQuery(states: [.planning, .failed])) == ["j4", "j3", "j2", "j1"])
        #expect(try ids(JobQuery(jobClass: .backfill)) == ["j3"])
        #expect(try ids(JobQuery(limit: 2, after: JobID("j4"))) == ["j3", "j2"])
        #expect(try ids(JobQuery(after: JobID("j2"))) == ["j1"])
        #expect(
            try fixture.ledger.jobCounts().filter { $0.value > 0 }
                == [.planning: 4, .cancelled: 1])
    }

    @Test(
        "a tenant is what was last set, and starts with weight 1 and no cap",
        arguments: LedgerDriver.allCases)
    func tenants(_ driver: LedgerDriver) throws {
        let fixture = try ConformanceFixture(driver)
        let other = ConformanceFixture.other("other")
        try fixture.enqueue(ConformanceFixture.submission("j1"))
        func set() throws -> [TenantRecord] {
            try fixture.ledger.tenants().sorted { $0.id.text < $1.id.text }
        }
        let standard = TenantRecord(
            id: .standard, weight: 1, cap: nil, virtualTime: 0, leased: 0)
        #expect(try set() == [standard])
        try fixture.ledger.setTenant(other, weight: 3, cap: nil)
        try fixture.ledger.setTenant(other, weight: nil, cap: .some(5))
        #expect(
            try set().last
                == TenantRecord(id: other, weight: 3, cap: 5, virtualTime: 0, leased: 0))
        try fixture.ledger.setTenant(other, weight: 2, cap: .some(nil))
        #expect(
            try set().last
                == TenantRecord(id: other, weight: 2, cap: nil, virtualTime: 0, leased: 0))
        for weight in [0, -1, Double.infinity] {
            #expect(throws: LedgerFailure.self) {
                try fixture.ledger.setTenant(other, weight: weight, cap: nil)
            }
        }
        #expect(throws: LedgerFailure.self) {
            try fixture.ledger.setTenant(other, weight: nil, cap: .some(0))
        }
        #expect(try set().last?.weight == 2)
    }

    @Test("a watch hears of a change until it is cancelled", arguments: LedgerDriver.allCases)
    func watch(_ driver: LedgerDriver) async throws {
        let fixture = try ConformanceFixture(driver)
        let (calls, continuation) = AsyncStream.makeStream(of: Void.self)
        let watch = try fixture.ledger.watch { continuation.yield() }
        try fixture.enqueue(ConformanceFixture.submission("j1"))
        var iterator = calls.makeAsyncIterator()
        await iterator.next()
        watch.cancel()
    }

    @Test(
        "the job that does a piece of work is found by its content, until it fails, is cancelled or superseded",
        arguments: LedgerDriver.allCases)
    func live(_ driver: LedgerDriver) throws {
        let fixture = try ConformanceFixture(driver)
        let other = ConformanceFixture.other("studio")
        let content = Digest.sha256("same")
        func found(_ tenant: TenantID = .standard) throws -> String? {
            try fixture.ledger.liveJob(content: content, tenant: tenant)?.id.text
        }
        #expect(try found() == nil)
        try fixture.enqueue(ConformanceFixture.submission("a", content: "same"))
        try fixture.enqueue(ConformanceFixture.submission("b", content: "same", tenant: other))
        #expect(try found() == "a")
        #expect(try found(other) == "b")
        _ = try fixture.ledger.cancel(JobID("a"), reason: "enough")
        #expect(try found() == nil)
        #expect(try found(other) == "b")
    }

    @Test(
        "the jobs of one source are found, the newest first, once their probe is done",
        arguments: LedgerDriver.allCases)
    func probed(_ driver: LedgerDriver) throws {
        let fixture = try ConformanceFixture(driver)
        let other = ConformanceFixture.other("studio")
        func found(
            _ text: String = "probe", _ tenant: TenantID = .standard, limit: Int = 9
        ) throws -> [String] {
            try fixture.ledger.jobs(
                probed: Digest.sha256(text), tenant: tenant, limit: limit
            ).map(\.text)
        }
        #expect(try found() == [])
        try fixture.run("j1")
        try fixture.enqueue(ConformanceFixture.submission("j2"))
        #expect(try found() == ["j1"])
        // Enough of them for several shelves of the index.
        for number in 3...140 { try fixture.run("j\(number)", encodes: 1) }
        #expect(try found(limit: 2) == ["j140", "j139"])
        #expect(try found(limit: 1000).count == 139)
        #expect(try found(limit: 0) == [])
        #expect(try found("u1") == [])
        #expect(try found("probe", other) == [])
    }
}
