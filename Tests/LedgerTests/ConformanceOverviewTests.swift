import ContentDigest
import Ledger
import Testing
import TranscodeModel

@Suite("The overview, in both drivers")
struct ConformanceOverviewTests {
    @Test(
        "it says what is under way, what waits, and what was done of late",
        arguments: LedgerDriver.allCases)
    func overview(driver: LedgerDriver) throws {
        let fixture = try ConformanceFixture(driver)
        try fixture.run("j1", encodes: 3)
        try fixture.enqueue(ConformanceFixture.submission("j2"))
        fixture.clock.pass(60_000)
        let first = try fixture.lease(1)
        let second = try fixture.lease(2, "b")
        _ = try fixture.renew([second.token], progress: 17)
        fixture.clock.pass(5_000)
        _ = try fixture.complete(first.token)
        fixture.clock.pass(5_000)
        let seen = try fixture.ledger.overview(recentMilliseconds: 30_000)
        #expect(seen.jobs == [.planning: 1, .running: 1])
        #expect(seen.underWay.map(\.unit.position) == [2])
        #expect(seen.underWay.map(\.progress) == [17])
        #expect(seen.underWay.map(\.node.text) == ["b"])
        #expect(seen.underWay[0].work == .encode(chunk: 1, renditions: ["v"]))
        #expect(seen.nowMilliseconds - seen.underWay[0].startedMilliseconds == 10_000)
        // Two encodes, the stitch and the publish, of 2 predicted seconds each.
        #expect(
            seen.backlog == Backlog(planningJobs: 1, units: 4, cpuSeconds: 8, runningJobs: 1))
        #expect(
            seen.throughput
                == Throughput(
                    milliseconds: 10_000, units: 1, cpuSeconds: 2, publishedJobs: 0, failedJobs: 0))
        #expect(seen.tenants.map(\.leased) == [1])
        // The probe was done before that, a minute ago.
        let all = try fixture.ledger.overview(recentMilliseconds: 600_000)
        #expect(all.throughput.units == 2)
        #expect(all.throughput.milliseconds == 70_000)
    }

    @Test("pages of one state and of several follow each other", arguments: LedgerDriver.allCases)
    func pages(driver: LedgerDriver) throws {
        let fixture = try ConformanceFixture(driver)
        for number in 0..<30 {
            try fixture.enqueue(ConformanceFixture.submission("j\(100 + number)"))
            if number.isMultiple(of: 3) {
                _ = try fixture.ledger.cancel(JobID("j\(100 + number)"), reason: "no")
            }
            if number.isMultiple(of: 2) { fixture.clock.pass(1) }
        }
        for states in [[], [JobState.cancelled], [.planning, .cancelled]] as [Set<JobState>] {
            var seen: [JobID] = []
            var last: JobID?
            while true {
                let page = try fixture.ledger.jobs(
                    JobQuery(states: states, limit: 7, after: last))
                if page.isEmpty { break }
                seen += page.map(\.id)
                last = page.last?.id
            }
            let wanted = (0..<30).reversed().filter {
                states.isEmpty || states.contains($0.isMultiple(of: 3) ? .cancelled : .planning)
            }
            #expect(seen == wanted.map { JobID("j\(100 + $0)") })
        }
    }
}
