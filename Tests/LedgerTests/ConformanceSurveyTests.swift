import ContentDigest
import Ledger
import Testing
import TranscodeModel

@Suite("The contract: surveys")
struct ConformanceSurveyTests {
    private static let tenants = ["t1", "t2", "t3"].map { ConformanceFixture.other($0) }

    private func jobs(_ survey: LedgerSurvey) -> [String] { survey.candidates.map(\.unit.job.text) }

    @Test(
        "within a tenant and class: priority, then age, then name", arguments: LedgerDriver.allCases
    )
    func order(_ driver: LedgerDriver) throws {
        let fixture = try ConformanceFixture(driver)
        try fixture.enqueue(ConformanceFixture.submission("old"))
        fixture.clock.pass(5)
        for (id, priority) in [("newb", 0), ("newa", 0), ("high", 1), ("low", -1)] {
            try fixture.enqueue(ConformanceFixture.submission(id, priority: priority))
        }
        #expect(jobs(try fixture.survey()) == ["high", "old", "newa", "newb", "low"])
        #expect(jobs(try fixture.survey(candidates: 2)) == ["high", "old"])
        #expect(try fixture.survey(candidates: 0).candidates == [])
    }

    @Test(
        "within a job: the critical path first, then the position", arguments: LedgerDriver.allCases
    )
    func criticalPath(_ driver: LedgerDriver) throws {
        let fixture = try ConformanceFixture(driver)
        try fixture.enqueue(ConformanceFixture.submission("j1"))
        var planned = ConformanceFixture.planned(encodes: 4)
        planned.criticalSeconds = [5, 7, 7, 6, 1, 0]
        _ = try fixture.complete(fixture.lease(0).token, planned: planned)
        #expect(try fixture.survey().candidates.map(\.unit.position) == [2, 3, 4, 1])
        #expect(
            try fixture.survey().candidates.map(\.remainingCriticalSeconds) == [7, 7, 6, 5])
    }

    @Test(
        "what makes a live job playable goes before older jobs of its priority, also where only some jobs are asked for",
        arguments: LedgerDriver.allCases)
    func urgent(_ driver: LedgerDriver) throws {
        let fixture = try ConformanceFixture(driver)
        var profile = ConformanceFixture.profile
        profile.video = ConformanceFixture.video
        profile.publish = PublishSettings(early: true)
        func enqueue(_ id: String, _ jobClass: JobClass, _ priority: Int, early: Bool) throws {
            var submission = ConformanceFixture.submission(
                id, jobClass: jobClass, priority: priority)
            if early { submission.profile = profile }
            try fixture.enqueue(submission)
            fixture.clock.pass(5)
        }
        try enqueue("old", .live, 0, early: false)
        try enqueue("high", .live, 1, early: false)
        for id in ["j1", "j2"] { try enqueue(id, .live, 0, early: true) }
        try enqueue("fill", .backfill, 0, early: true)
        // An early probe is urgent; that of a backfill waits its turn.
        #expect(
            try fixture.survey().candidates.filter { $0.jobClass == .live }.map(\.unit.job.text)
                == ["j1", "high", "j2", "old"])
        #expect(
            try fixture.survey().candidates.filter(\.isUrgent).map(\.unit.job.text) == ["j1", "j2"])
        let units = [
            ConformanceFixture.unit(1, .encode(chunk: 0, renditions: ["low"]), []),
            ConformanceFixture.unit(2, .encode(chunk: 0, renditions: ["high"]), []),
            ConformanceFixture.unit(3, .preview(chunk: 0), [1]),
            ConformanceFixture.unit(4, .publish, [2, 3]),
        ]
        for id in ["j1", "j2", "fill"] {
            let plan = Plan(
                source: Digest.sha256("s"), profile: profile, packaging: .cmaf, video: nil,
                audio: [], images: nil, units: units, warnings: [])
            _ = try fixture.complete(
                fixture.lease(0, job: id).token,
                planned: PlannedJob(plan: plan, criticalSeconds: [1, 9, 1, 1]))
        }
        func order(_ jobs: Set<JobID>? = nil, _ jobClass: JobClass = .live) throws -> [String] {
            try fixture.survey(jobs: jobs).candidates.filter { $0.jobClass == jobClass }
                .map(\.unit.description)
        }
        #expect(try order() == ["j1.1", "high.0", "j2.1", "old.0", "j1.2", "j2.2"])
        #expect(
            try order([JobID("old"), JobID("j2"), JobID("high")])
                == ["j2.1", "high.0", "old.0", "j2.2"])
        #expect(try order(nil, .backfill) == ["fill.2", "fill.1"])
        _ = try fixture.complete(fixture.lease(1, job: "j2").token)
        #expect(try order() == ["j1.1", "high.0", "j2.3", "old.0", "j1.2", "j2.2"])
        _ = try fixture.complete(fixture.lease(1, job: "fill").token)
        #expect(try order(nil, .backfill) == ["fill.3", "fill.2"])
        // A preview is waited for by the publication, as any other unit.
        for position in [3, 2, 4] {
            _ = try fixture.complete(fixture.lease(position, job: "j2").token)
        }
        #expect(try fixture.ledger.job(JobID("j2"))?.state == .ready)
        #expect(try fixture.ledger.audit().findings == [])
    }

    @Test("a candidate says all that a scheduler needs", arguments: LedgerDriver.allCases)
    func candidate(_ driver: LedgerDriver) throws {
        let fixture = try ConformanceFixture(driver)
        try fixture.run()
        try fixture.ledger.setTenant(.standard, weight: 2, cap: .some(7))
        _ = try fixture.release(fixture.lease(1).token)
        _ = try fixture.lease(2)
        #expect(
            try fixture.survey().candidates == [
                Candidate(
                    unit: UnitID(job: JobID("j1"), position: 1), tenant: .standard, kind: .encode,
                    epoch: 2, jobClass: .live, priority: 0,
                    jobCreatedMilliseconds: try fixture.job().createdMilliseconds, tenantWeight: 2,
                    tenantVirtualTime: try fixture.virtualTime(), tenantCap: 7, tenantLeased: 1,
                    estimate: ConformanceFixture.estimate(2), remainingCriticalSeconds: 1,
                    profile: Digest.sha256("p"), encoder: "")
            ])
    }

    @Test(
        "no tenant and no class is hidden behind the limit; the smallest virtual time goes first",
        arguments: LedgerDriver.allCases)
    func tenantsAndClasses(_ driver: LedgerDriver) throws {
        let fixture = try ConformanceFixture(driver)
        for (tenant, seconds) in zip(Self.tenants, [3.0, 1, 2]) {
            let spent = "spent-\(tenant)"
            try fixture.enqueue(
                ConformanceFixture.submission(spent, tenant: tenant, probeSeconds: seconds))
            let pick = LeasePick(
                tenant: tenant, unit: UnitID(job: JobID(spent), position: 0), epoch: 0)
            #expect(try fixture.lease([pick]).count == 1)
            for number in 1...3 {
                for jobClass in JobClass.allCases {
                    try fixture.enqueue(
                        ConformanceFixture.submission(
                            "\(tenant)-\(jobClass.rawValue)-\(number)", tenant: tenant,
                            jobClass: jobClass))
                }
            }
        }
        let all = try fixture.survey().candidates
        #expect(all.count == 18)
        #expect(
            all.prefix(6).map { "\($0.tenant) \($0.jobClass)" } == [
                "t2 live", "t2 backfill", "t3 live", "t3 backfill", "t1 live", "t1 backfill",
            ])
        #expect(
            jobs(try fixture.survey(candidates: 8)) == [
                "t2-live-1", "t2-backfill-1", "t3-live-1", "t3-backfill-1", "t1-live-1",
                "t1-backfill-1", "t2-live-2", "t2-backfill-2",
            ])
        #expect(jobs(try fixture.survey(candidates: 2)) == ["t2-live-1", "t2-backfill-1"])
    }

    @Test("many tenants of one class do not hide the other", arguments: LedgerDriver.allCases)
    func classes(_ driver: LedgerDriver) throws {
        let fixture = try ConformanceFixture(driver)
        // Backfill has had less of the machine, so its tenants' virtual times are smaller.
        let spent = ConformanceFixture.submission("spent", tenant: Self.tenants[0])
        try fixture.enqueue(spent)
        let pick = LeasePick(
            tenant: Self.tenants[0], unit: UnitID(job: spent.id, position: 0), epoch: 0)
        #expect(try fixture.lease([pick]).count == 1)
        try fixture.enqueue(ConformanceFixture.submission("live", tenant: Self.tenants[0]))
        for number in 1...6 {
            let tenant = try #require(TenantID("b\(number)"))
            try fixture.enqueue(
                ConformanceFixture.submission(
                    "backfill-\(number)", tenant: tenant, jobClass: .backfill))
        }
        #expect(jobs(try fixture.survey(candidates: 2)) == ["live", "backfill-1"])
        #expect(
            jobs(try fixture.survey(candidates: 4)) == [
                "live", "backfill-1", "backfill-2", "backfill-3",
            ])
    }

    @Test(
        "however many units make jobs playable, they hide no others, and no priority hides them",
        arguments: LedgerDriver.allCases)
    func urgentLines(_ driver: LedgerDriver) throws {
        let fixture = try ConformanceFixture(driver)
        var profile = ConformanceFixture.profile
        profile.video = ConformanceFixture.video
        profile.publish = PublishSettings(early: true)
        for (priority, tenant) in [
            (1, Self.tenants[0]), (0, Self.tenants[0]), (0, Self.tenants[1]),
        ] {
            for number in 1...2 {
                try fixture.enqueue(
                    ConformanceFixture.submission(
                        "\(tenant)-plain-\(priority)-\(number)", tenant: tenant,
                        priority: priority))
                fixture.clock.pass(1)
                var early = ConformanceFixture.submission(
                    "\(tenant)-early-\(priority)-\(number)", tenant: tenant, priority: priority)
                early.profile = profile
                try fixture.enqueue(early)
                fixture.clock.pass(1)
            }
        }
        try fixture.enqueue(
            ConformanceFixture.submission("fill", tenant: Self.tenants[2], jobClass: .backfill))
        let due = [
            "t1-early-1-1", "t1-plain-1-1", "fill", "t2-early-0-1", "t2-plain-0-1",
            "t1-early-1-2", "t1-plain-1-2", "t2-early-0-2", "t2-plain-0-2",
            "t1-early-0-1", "t1-plain-0-1", "t1-early-0-2", "t1-plain-0-2",
        ]
        for count in [1, 2, 3, 6, 9, 12, 20] {
            #expect(jobs(try fixture.survey(candidates: count)) == Array(due.prefix(count)))
        }
        #expect(
            jobs(try fixture.survey(jobs: Set(due.suffix(4).map { JobID($0) })))
                == Array(due.suffix(4)))
    }

    @Test("tenants at their cap are left out", arguments: LedgerDriver.allCases)
    func caps(_ driver: LedgerDriver) throws {
        let fixture = try ConformanceFixture(driver)
        try fixture.run(encodes: 3)
        try fixture.enqueue(ConformanceFixture.submission("o", tenant: Self.tenants[0]))
        try fixture.ledger.setTenant(.standard, weight: nil, cap: .some(1))
        #expect(try fixture.survey().candidates.count == 4)
        let lease = try fixture.lease(1)
        #expect(jobs(try fixture.survey()) == ["o"])
        _ = try fixture.release(lease.token)
        #expect(try fixture.survey().candidates.count == 4)
    }

    @Test("units of the wanted jobs only, whose time has come", arguments: LedgerDriver.allCases)
    func wantedJobs(_ driver: LedgerDriver) throws {
        let fixture = try ConformanceFixture(driver)
        for number in 1...5 {
            try fixture.enqueue(ConformanceFixture.submission("j\(number)"))
        }
        #expect(jobs(try fixture.survey(jobs: [JobID("j4"), JobID("j2")])) == ["j2", "j4"])
        #expect(try fixture.survey(jobs: [JobID("j4"), JobID("no")]).unfinishedJobs == 1)
        #expect(try fixture.survey(jobs: []).candidates == [])
        #expect(try fixture.survey(jobs: []).unfinishedJobs == 0)
        #expect(try fixture.survey().unfinishedJobs == 5)
        let lease = try fixture.lease(0, job: "j2")
        _ = try fixture.release(lease.token, .holder, ConformanceFixture.again(after: 100))
        #expect(jobs(try fixture.survey(jobs: [JobID("j4"), JobID("j2")])) == ["j4"])
        fixture.clock.pass(100)
        #expect(jobs(try fixture.survey(jobs: [JobID("j4"), JobID("j2")])) == ["j2", "j4"])
        #expect(jobs(try fixture.survey(candidates: 3)) == ["j1", "j2", "j3"])
        _ = try fixture.ledger.cancel(JobID("j1"), reason: "r")
        #expect(try fixture.survey().unfinishedJobs == 4)
        #expect(jobs(try fixture.survey(candidates: 3)) == ["j2", "j3", "j4"])
    }

    @Test(
        "a survey tells of what is overdue, of what is one's own, and of nodes that have not retired",
        arguments: LedgerDriver.allCases)
    func leases(_ driver: LedgerDriver) throws {
        let fixture = try ConformanceFixture(driver)
        try fixture.run(encodes: 3)
        let first = try fixture.lease(1, "a", duration: 100)
        let second = try fixture.lease(2, "b", duration: 5000)
        let rival = try #require(try fixture.hedge(second.token, "a", duration: 100))
        let survey = try fixture.survey("a")
        #expect(Set(survey.own) == [first.token, rival.token])
        #expect(survey.overdue == [])
        #expect(survey.nowMilliseconds == fixture.clock.now)
        fixture.clock.pass(101)
        let late = try fixture.survey("b")
        #expect(late.own == [second.token])
        #expect(
            Set(late.overdue) == [
                LeaseSighting(
                    token: first.token, node: NodeID("a"), kind: .encode, attemptsMaximum: 3,
                    crashes: 0, hasRival: false),
                LeaseSighting(
                    token: rival.token, node: NodeID("a"), kind: .encode, attemptsMaximum: 3,
                    crashes: 0, hasRival: true),
            ])
        #expect(late.nodes.map(\.id.text) == ["a", "b", "c"])
        _ = try fixture.ledger.perform([
            .retire(NodeID("b")), .retire(NodeID("b")), .register(ConformanceFixture.node("a")),
        ])
        #expect(try fixture.survey().nodes.map(\.id.text) == ["a", "c"])
        #expect(try fixture.ledger.nodes().map(\.id.text) == ["a", "c"])
    }

    @Test(
        "what is urgent is seen behind any number of tenants that have nothing urgent",
        arguments: LedgerDriver.allCases)
    func urgentOfTheLast(_ driver: LedgerDriver) throws {
        let fixture = try ConformanceFixture(driver)
        for number in 100..<180 {
            try fixture.enqueue(
                ConformanceFixture.submission(
                    "j\(number)", tenant: ConformanceFixture.other("t\(number)")))
        }
        var early = ConformanceFixture.submission(
            "early", tenant: ConformanceFixture.other("t999"), priority: -1)
        early.profile.video = ConformanceFixture.video
        early.profile.publish = PublishSettings(early: true)
        try fixture.enqueue(early)
        // Of a higher priority, and not urgent: it does not hide the other either.
        try fixture.enqueue(
            ConformanceFixture.submission("usual", tenant: ConformanceFixture.other("t999")))
        for most in [1, 2, 64] {
            let seen = try fixture.survey(candidates: most).candidates
            #expect(seen.count == most)
            #expect(seen.first?.unit.job == JobID("early") && seen.first?.isUrgent == true)
            #expect(
                seen.dropFirst().map(\.unit.job.text)
                    == (100..<180).prefix(most - 1).map { "j\($0)" })
        }
        #expect(try fixture.survey(candidates: 100).candidates.count == 82)
        #expect(
            try fixture.survey(jobs: [JobID("early"), JobID("j101")], candidates: 64).candidates
                .map(\.unit.job.text) == ["early", "j101"])
    }

    @Test(
        "stragglers: long work without a rival, the longest overdue first, beside what its peers took",
        arguments: LedgerDriver.allCases)
    func stragglers(_ driver: LedgerDriver) throws {
        let fixture = try ConformanceFixture(driver)
        try fixture.enqueue(ConformanceFixture.submission("j1"))
        var planned = ConformanceFixture.planned(encodes: 4)
        planned.plan.units[1].estimate.cpuSeconds = 0.5
        _ = try fixture.complete(fixture.lease(0).token, planned: planned)
        let fast = try fixture.lease(3)
        fixture.clock.pass(700)
        _ = try fixture.complete(fast.token)
        let slow = [try fixture.lease(1, "b"), try fixture.lease(2), try fixture.lease(4)]
        fixture.clock.pass(1000)
        #expect(try fixture.survey().stragglers == [])
        fixture.clock.pass(1)
        let seen = try fixture.survey().stragglers
        #expect(seen.map(\.token) == [slow[1].token, slow[0].token, slow[2].token])
        #expect(try fixture.survey(stragglers: 1).stragglers.map(\.token) == [slow[1].token])
        #expect(try fixture.survey(stragglers: 0).stragglers == [])
        #expect(try fixture.survey(jobs: [JobID("no")]).stragglers == [])
        #expect(
            seen[1]
                == Straggler(
                    token: slow[0].token, kind: .encode, attemptsMaximum: 3,
                    newestAttempt: 1, elapsedMilliseconds: 1001,
                    estimate: ConformanceFixture.estimate(2),
                    peersDone: 1, peersMilliseconds: 700, peersEstimatedSeconds: 2,
                    profile: Digest.sha256("p"), encoder: "", jobClass: .live))
        _ = try fixture.hedge(slow[1].token, "c")
        #expect(
            try fixture.survey().stragglers.map(\.token) == [slow[0].token, slow[2].token])
    }

    @Test("a stitch is never a straggler", arguments: LedgerDriver.allCases)
    func noStitch(_ driver: LedgerDriver) throws {
        let fixture = try ConformanceFixture(driver)
        try fixture.run(encodes: 1)
        _ = try fixture.complete(fixture.lease(1).token)
        _ = try fixture.lease(2)
        fixture.clock.pass(100_000)
        #expect(try fixture.survey().stragglers == [])
    }

    @Test(
        "what ends a job is found behind any number of units of older ones, when it is asked for",
        arguments: LedgerDriver.allCases)
    func ending(_ driver: LedgerDriver) throws {
        let fixture = try ConformanceFixture(driver)
        func unit(_ id: String, _ position: Int) -> UnitID {
            UnitID(job: JobID(id), position: position)
        }
        func lease(_ id: String, _ position: Int) throws -> Lease {
            let epoch = try fixture.unit(position, job: id).epoch
            return try #require(
                try fixture.lease([
                    LeasePick(tenant: .standard, unit: unit(id, position), epoch: epoch)
                ]).first)
        }
        for (id, encodes) in [("old", 9), ("young", 1), ("youngest", 1)] {
            fixture.clock.pass(5)
            try fixture.enqueue(ConformanceFixture.submission(id))
            _ = try fixture.complete(
                lease(id, 0).token, planned: ConformanceFixture.planned(encodes: encodes))
        }
        for id in ["youngest", "young"] { _ = try fixture.complete(lease(id, 1).token) }
        func seen(_ ending: Int, jobs: Set<JobID>? = nil, candidates: Int = 4) throws -> [UnitID] {
            try fixture.ledger.survey(
                SurveyRequest(
                    node: NodeID("a"), jobs: jobs, candidatesMaximum: candidates,
                    stragglersMaximum: 0, endingMaximum: ending)
            ).candidates.map(\.unit)
        }
        let first = (6...9).reversed().map { unit("old", $0) }
        #expect(try seen(0) == first)
        #expect(try seen(9) == first + [unit("young", 2), unit("youngest", 2)])
        #expect(try seen(1) == first + [unit("young", 2)])
        #expect(try seen(9, jobs: [JobID("youngest")]) == [unit("youngest", 2)])
        #expect(try seen(9, candidates: 0) == [unit("young", 2), unit("youngest", 2)])
        // None of them twice.
        #expect(try seen(9, candidates: 100).count == 11)
        _ = try lease("young", 2)
        #expect(try seen(9) == first + [unit("youngest", 2)])
        _ = try fixture.ledger.setTenant(.standard, weight: nil, cap: .some(1))
        #expect(try seen(9) == [])
    }
}
