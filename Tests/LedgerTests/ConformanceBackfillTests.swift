import ContentDigest
import Ledger
import Testing
import TranscodeModel

@Suite("Backfills, in both drivers")
struct ConformanceBackfillTests {
    private static func row(
        _ position: Int, _ input: String = "/in", source: String? = nil
    ) -> BackfillRow {
        var row = BackfillRow(
            position: position, input: "\(input)/\(position)", output: "/out/\(position)",
            tenant: .standard, profile: Digest.sha256("p"), profileName: "p",
            metadata: ["title": "No. \(position)"])
        row.source = source.map { Digest.sha256($0) }
        return row
    }

    /// A backfill `c` of so many pending rows, planned.
    private func list(_ fixture: ConformanceFixture, rows: Int) throws -> BackfillRecord {
        let pass = try fixture.ledger.draftBackfill("c", settings: BackfillSettings())
        try fixture.ledger.addRows(
            (0..<rows).map { Self.row($0) },
            profiles: [Digest.sha256("p"): ConformanceFixture.profile], toDraft: pass, of: "c")
        return try fixture.ledger.adoptDraft(pass, of: "c", settings: BackfillSettings())
    }

    private func change(
        _ fixture: ConformanceFixture, from: BackfillRecord.State, to: BackfillRecord.State,
        hold: JobHold = .none
    ) throws -> Bool {
        try fixture.ledger.changeBackfill(
            "c", BackfillChange(from: [from], to: to, reason: "why", hold: hold))
    }

    /// A running row 0 whose job is `j1`, which belongs to the backfill.
    private func begin(
        _ fixture: ConformanceFixture, settings: BackfillSettings = BackfillSettings()
    ) throws {
        _ = try list(fixture, rows: 2)
        _ = try fixture.ledger.changeBackfill(
            "c",
            BackfillChange(
                from: [.planned], to: .running, reason: nil, hold: .none, settings: settings))
        var submission = ConformanceFixture.submission("j1", jobClass: .backfill)
        submission.terms.backfill = "c"
        try fixture.enqueue(submission)
        var row = Self.row(0, source: "s")
        row.state = .running
        row.isDue = false
        row.job = JobID("j1")
        row.admittedPass = 1
        #expect(
            try fixture.ledger.changeRows(
                [BackfillRowChange(from: .pending, row: row)], pass: 1, of: "c") == 1)
    }

    @Test(
        "A listing that is cut off changes nothing, and the next one takes its place whole",
        arguments: LedgerDriver.allCases)
    func drafts(driver: LedgerDriver) throws {
        let fixture = try ConformanceFixture(driver)
        let first = try list(fixture, rows: 3)
        #expect(first.pass == 1)
        #expect(first.state == .planned)
        let cut = try fixture.ledger.draftBackfill("c", settings: BackfillSettings())
        try fixture.ledger.addRows([Self.row(0, "/cut")], profiles: [:], toDraft: cut, of: "c")
        let inputs = try fixture.ledger.rows(BackfillRowQuery(), of: "c").map(\.input)
        #expect(inputs == ["/in/0", "/in/1", "/in/2"])
        let next = try fixture.ledger.draftBackfill("c", settings: BackfillSettings())
        #expect(next > cut)
        #expect(throws: LedgerFailure.self) {
            try fixture.ledger.addRows([Self.row(1, "/cut")], profiles: [:], toDraft: cut, of: "c")
        }
        #expect(throws: LedgerFailure.self) {
            try fixture.ledger.adoptDraft(cut, of: "c", settings: BackfillSettings())
        }
        try fixture.ledger.addRows([Self.row(0, "/new")], profiles: [:], toDraft: next, of: "c")
        _ = try fixture.ledger.adoptDraft(next, of: "c", settings: BackfillSettings())
        #expect(try fixture.ledger.rows(BackfillRowQuery(), of: "c").map(\.input) == ["/new/0"])
        #expect(
            try fixture.ledger.backfillProfile(Digest.sha256("p")) == ConformanceFixture.profile)
        #expect(try fixture.findings() == [])
    }

    @Test(
        "A page begins after the last one, and counts add up to the rows",
        arguments: LedgerDriver.allCases)
    func pages(driver: LedgerDriver) throws {
        let fixture = try ConformanceFixture(driver)
        _ = try list(fixture, rows: 25)
        var seen: [Int] = []
        var after = -1
        while true {
            let page = try fixture.ledger.rows(
                BackfillRowQuery(states: [.pending], isDueOnly: true, limit: 10, after: after),
                of: "c")
            guard let last = page.last else { break }
            seen += page.map(\.position)
            after = last.position
        }
        #expect(seen == Array(0..<25))
        var skipped = Self.row(7, source: "s")
        skipped.state = .skipped
        skipped.isDue = false
        skipped.code = "done-before"
        skipped.endedPass = 1
        _ = try fixture.ledger.changeRows(
            [BackfillRowChange(from: .pending, row: skipped)], pass: 1, of: "c")
        let counts = try fixture.ledger.rowCounts(of: "c")
        #expect(counts.total == 25)
        #expect(counts[.skipped] == 1)
        #expect(counts.due == 24)
        #expect(
            counts.groups == [
                BackfillCounts.Group(state: .pending, code: nil, rows: 24),
                BackfillCounts.Group(state: .skipped, code: "done-before", rows: 1),
            ])
        let found = try fixture.ledger.rows(BackfillRowQuery(inputs: ["/in/7", "/no"]), of: "c")
        #expect(found == [skipped])
    }

    @Test(
        "A row changes once, from the state that it was seen in, in the pass that counts",
        arguments: LedgerDriver.allCases)
    func compareAndSet(driver: LedgerDriver) throws {
        let fixture = try ConformanceFixture(driver)
        _ = try list(fixture, rows: 1)
        var failed = Self.row(0)
        failed.state = .failed
        failed.code = "not-media"
        failed.isDue = false
        failed.endedPass = 1
        let change = BackfillRowChange(from: .pending, row: failed)
        #expect(try fixture.ledger.changeRows([change], pass: 2, of: "c") == 0)
        #expect(try fixture.ledger.changeRows([change], pass: 1, of: "c") == 1)
        #expect(try fixture.ledger.changeRows([change], pass: 1, of: "c") == 0)
        let counts = try fixture.ledger.rowCounts(of: "c")
        #expect((counts.failures, counts.admitted, counts.admittedFailures) == (1, 0, 0))
    }

    @Test(
        "No row is done whose job is not, and none is quarantined that did not run",
        arguments: LedgerDriver.allCases)
    func edges(driver: LedgerDriver) throws {
        let fixture = try ConformanceFixture(driver)
        try begin(fixture)
        var done = Self.row(0, source: "s")
        done.state = .done
        done.isDue = false
        done.job = JobID("j1")
        done.endedPass = 1
        #expect(throws: LedgerFailure.self) {
            try fixture.ledger.changeRows(
                [BackfillRowChange(from: .running, row: done)], pass: 1, of: "c")
        }
        var quarantined = Self.row(1)
        quarantined.state = .quarantined
        quarantined.isDue = false
        quarantined.code = "quarantined"
        quarantined.endedPass = 1
        #expect(throws: LedgerFailure.self) {
            try fixture.ledger.changeRows(
                [BackfillRowChange(from: .pending, row: quarantined)], pass: 1, of: "c")
        }
        #expect(
            try fixture.ledger.rows(
                source: Digest.sha256("s"), profile: Digest.sha256("p"), tenant: .standard
            ).map(\.position) == [0])
        #expect(
            try fixture.ledger.rows(
                source: Digest.sha256("s"), profile: Digest.sha256("p"),
                tenant: ConformanceFixture.other("b")) == [])
    }

    @Test(
        "A paused backfill offers nothing, and goes on when it is resumed",
        arguments: LedgerDriver.allCases)
    func pauses(driver: LedgerDriver) throws {
        let fixture = try ConformanceFixture(driver)
        try begin(fixture)
        #expect(try fixture.survey().candidates.count == 1)
        #expect(try change(fixture, from: .running, to: .paused, hold: .now))
        #expect(try fixture.survey().candidates.isEmpty)
        #expect(try fixture.survey().unfinishedJobs == 0)
        #expect(try fixture.job().terms.leasableUntilMilliseconds == 0)
        #expect(try !change(fixture, from: .running, to: .done))
        #expect(try change(fixture, from: .paused, to: .running))
        #expect(try fixture.survey().candidates.count == 1)
        let words = try fixture.history().filter { $0.hasPrefix("backfill") }
        #expect(
            words == [
                "backfill: - → planned (c)", "backfill: planned → planned (c)",
                "backfill: planned → running (c)", "backfill: running → paused (c: why)",
                "backfill: paused → running (c: why)",
            ])
        #expect(try fixture.findings() == [])
    }

    @Test("Only a running backfill comes to an end", arguments: LedgerDriver.allCases)
    func stateEdges(driver: LedgerDriver) throws {
        let fixture = try ConformanceFixture(driver)
        _ = try list(fixture, rows: 1)
        #expect(throws: LedgerFailure.self) {
            try change(fixture, from: .planned, to: .done)
        }
        #expect(throws: LedgerFailure.self) {
            try change(fixture, from: .planned, to: .stopped)
        }
        #expect(try change(fixture, from: .planned, to: .running))
        #expect(try change(fixture, from: .running, to: .stopped))
        #expect(try change(fixture, from: .stopped, to: .running))
        #expect(try fixture.ledger.backfill("c")?.generation == 5)
        #expect(try fixture.findings() == [])
    }

    @Test(
        "Units are leased up to the time that was said, and not from then on",
        arguments: LedgerDriver.allCases)
    func window(driver: LedgerDriver) throws {
        let fixture = try ConformanceFixture(driver)
        try begin(fixture)
        try fixture.ledger.hold("c", .from(milliseconds: fixture.clock.now + 1000))
        #expect(try fixture.survey().candidates.count == 1)
        fixture.clock.pass(1000)
        #expect(try fixture.survey().candidates.isEmpty)
        try fixture.ledger.hold("c", .none)
        #expect(try fixture.survey().candidates.count == 1)
    }

    @Test(
        "A candidate says what its backfill may have of the node, and has",
        arguments: LedgerDriver.allCases)
    func shares(driver: LedgerDriver) throws {
        let fixture = try ConformanceFixture(driver)
        var settings = BackfillSettings()
        settings.shareMaximum = 0.5
        try begin(fixture, settings: settings)
        let probe = try fixture.lease(0)
        _ = try fixture.complete(probe.token, planned: ConformanceFixture.planned(encodes: 2))
        let free = try fixture.survey("a").candidates.first?.share
        #expect(free == BackfillShare(backfill: "c", maximum: 0.5, held: 0))
        _ = try fixture.lease(2)
        // One of its two workers is all that it may have.
        #expect(try fixture.survey("a").candidates.isEmpty)
        let others = try fixture.survey("b").candidates.first?.share
        #expect(others == BackfillShare(backfill: "c", maximum: 0.5, held: 0))
    }

    @Test(
        "a node that has all that a backfill may have of it is shown what is behind it",
        arguments: LedgerDriver.allCases)
    func fullShare(driver: LedgerDriver) throws {
        let fixture = try ConformanceFixture(driver)
        var settings = BackfillSettings()
        settings.shareMaximum = 0.5
        try begin(fixture, settings: settings)
        let probe = try fixture.lease(0)
        _ = try fixture.complete(probe.token, planned: ConformanceFixture.planned(encodes: 9))
        fixture.clock.pass(1)
        try fixture.enqueue(ConformanceFixture.submission("j2", jobClass: .backfill))
        #expect(try fixture.survey("a", candidates: 1).candidates.first?.unit.job == JobID("j1"))
        // One of its two workers.
        _ = try fixture.lease(2)
        #expect(try fixture.survey("a", candidates: 1).candidates.first?.unit.job == JobID("j2"))
        #expect(try fixture.survey("b", candidates: 1).candidates.first?.unit.job == JobID("j1"))
    }

    @Test(
        "a job that is made after the pause is held, and let go with the others",
        arguments: LedgerDriver.allCases)
    func madeAfterPause(driver: LedgerDriver) throws {
        let fixture = try ConformanceFixture(driver)
        try begin(fixture)
        #expect(try change(fixture, from: .running, to: .paused, hold: .now))
        // No row names it yet.
        var late = ConformanceFixture.submission("j2", jobClass: .backfill)
        late.terms.backfill = "c"
        try fixture.enqueue(late)
        #expect(try fixture.survey().candidates.isEmpty)
        #expect(try change(fixture, from: .paused, to: .running))
        #expect(Set(try fixture.survey().candidates.map(\.unit.job.text)) == ["j1", "j2"])
    }

    @Test(
        "a new listing cancels the jobs that it has no row for, and no other",
        arguments: LedgerDriver.allCases)
    func orphans(driver: LedgerDriver) throws {
        let fixture = try ConformanceFixture(driver)
        try begin(fixture)
        var orphan = ConformanceFixture.submission("j2", jobClass: .backfill)
        orphan.terms.backfill = "c"
        try fixture.enqueue(orphan)
        try fixture.enqueue(ConformanceFixture.submission("j3", jobClass: .backfill))
        let kept = try fixture.ledger.rows(BackfillRowQuery(states: [.running]), of: "c")
        let pass = try fixture.ledger.draftBackfill("c", settings: BackfillSettings())
        try fixture.ledger.addRows(kept, profiles: [:], toDraft: pass, of: "c")
        _ = try fixture.ledger.adoptDraft(pass, of: "c", settings: BackfillSettings())
        #expect(try fixture.job("j1").state == .planning)
        #expect(try fixture.job("j2").state == .cancelled)
        #expect(try fixture.job("j3").state == .planning)
        #expect(try fixture.findings() == [])
    }

    @Test("a job that has ended is held no more", arguments: LedgerDriver.allCases)
    func letGo(driver: LedgerDriver) throws {
        let fixture = try ConformanceFixture(driver)
        try begin(fixture)
        #expect(try change(fixture, from: .running, to: .paused, hold: .now))
        #expect(try fixture.survey().unfinishedJobs == 0)
        _ = try fixture.ledger.cancel(JobID("j1"), reason: "no")
        #expect(try fixture.job().terms.leasableUntilMilliseconds == nil)
        try fixture.enqueue(ConformanceFixture.submission("j2"))
        #expect(try fixture.survey().unfinishedJobs == 1)
        #expect(try fixture.findings() == [])
    }
}

@Suite("Steering a job, in both drivers")
struct ConformanceSteeringTests {
    @Test(
        "A raised priority goes first at once, and the history says so",
        arguments: LedgerDriver.allCases)
    func priority(driver: LedgerDriver) throws {
        let fixture = try ConformanceFixture(driver)
        try fixture.run("j1")
        fixture.clock.pass(1)
        try fixture.run("j2")
        #expect(try fixture.survey().candidates.first?.unit.job == JobID("j1"))
        let held = try fixture.lease(1, job: "j2")
        let before = try fixture.lastSequence()
        #expect(
            try fixture.ledger.steer(
                JobSteering(job: JobID("j2"), priority: 7, reason: "priority 7")))
        #expect(try fixture.survey().candidates.map(\.unit.job).prefix(1) == [JobID("j2")])
        #expect(try fixture.job("j2").priority == 7)
        #expect(try fixture.history(after: before) == ["job: running → running (priority 7)"])
        // What was leased goes on, and so does the job.
        #expect(try fixture.complete(held.token) == .committed(.running))
        #expect(try fixture.findings() == [])
    }

    @Test("A held job offers nothing, and is not waited for", arguments: LedgerDriver.allCases)
    func hold(driver: LedgerDriver) throws {
        let fixture = try ConformanceFixture(driver)
        try fixture.run("j1")
        let steered = try fixture.ledger.steer(
            JobSteering(job: JobID("j1"), hold: .now, reason: "held"))
        #expect(steered)
        #expect(try fixture.survey().candidates.isEmpty)
        #expect(try fixture.survey(jobs: [JobID("j1")]).candidates.isEmpty)
        #expect(try fixture.survey(jobs: [JobID("j1")]).unfinishedJobs == 0)
        _ = try fixture.ledger.steer(
            JobSteering(job: JobID("j1"), hold: JobHold.none, reason: "let go"))
        #expect(try fixture.survey().candidates.count == 2)
        #expect(try fixture.findings() == [])
    }

    @Test("What has ended is not steered, nor what is not there", arguments: LedgerDriver.allCases)
    func ended(driver: LedgerDriver) throws {
        let fixture = try ConformanceFixture(driver)
        try fixture.run("j1")
        _ = try fixture.ledger.cancel(JobID("j1"), reason: "no")
        let before = try fixture.lastSequence()
        #expect(
            try !fixture.ledger.steer(JobSteering(job: JobID("j1"), priority: 1, reason: "x")))
        #expect(try !fixture.ledger.steer(JobSteering(job: JobID("no"), priority: 1, reason: "x")))
        #expect(throws: LedgerFailure.self) {
            try fixture.ledger.steer(JobSteering(job: JobID("j1"), priority: 101, reason: "x"))
        }
        #expect(try fixture.lastSequence() == before)
        #expect(try fixture.findings() == [])
    }
}
