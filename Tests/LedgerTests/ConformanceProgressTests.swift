import Ledger
import Testing
import TranscodeModel

@Suite("The contract: how far leases have come")
struct ConformanceProgressTests {
    private func progress(_ fixture: ConformanceFixture) throws -> [LeaseProgress?] {
        try fixture.survey().stragglers.map(\.progress)
    }

    @Test(
        "what is noted is the furthest that was told, and when that was told first",
        arguments: LedgerDriver.allCases)
    func notes(_ driver: LedgerDriver) throws {
        let fixture = try ConformanceFixture(driver)
        try fixture.run(encodes: 1)
        let lease = try fixture.lease(1)
        fixture.clock.pass(1500)
        #expect(try progress(fixture) == [nil])
        _ = try fixture.renew([lease.token], part: 0.25)
        #expect(try progress(fixture) == [LeaseProgress(part: 0.25, elapsedMilliseconds: 1500)])
        // What says nothing changes nothing, nor does what was known; what goes back is not believed.
        fixture.clock.pass(100)
        _ = try fixture.renew([lease.token])
        #expect(try progress(fixture) == [LeaseProgress(part: 0.25, elapsedMilliseconds: 1500)])
        for part in [0.1, 0.25] {
            _ = try fixture.renew([lease.token], part: part)
            #expect(
                try progress(fixture) == [LeaseProgress(part: 0.25, elapsedMilliseconds: 1500)])
        }
        _ = try fixture.renew([lease.token], part: 0.26)
        #expect(try progress(fixture) == [LeaseProgress(part: 0.26, elapsedMilliseconds: 1600)])
        for (told, noted) in [(Double.nan, 0.26), (-.infinity, 0.26), (0.5, 0.5), (7, 1)] {
            _ = try fixture.renew([lease.token], part: told)
            #expect(try progress(fixture).first??.part == noted)
        }
        // Another lease begins at nothing.
        _ = try fixture.release(lease.token)
        _ = try fixture.lease(1, epoch: 2)
        fixture.clock.pass(1001)
        #expect(try progress(fixture) == [nil])
        #expect(try fixture.findings() == [])
    }

    @Test(
        "the slowest are seen beside the longest overdue, and not those that keep to what was predicted",
        arguments: LedgerDriver.allCases)
    func slowest(_ driver: LedgerDriver) throws {
        let fixture = try ConformanceFixture(driver)
        try fixture.run(encodes: 5)
        // Each of 2 s, begun one after the other, so that they are overdue in that order.
        let leases = try (1...5).map {
            fixture.clock.pass(10)
            return try fixture.lease($0, duration: 60_000)
        }
        fixture.clock.pass(2000)
        for (lease, part) in zip(leases, [1, 1, 0.2, 0, 0.5]) {
            _ = try fixture.renew([lease.token], part: part, duration: 60_000)
        }
        func seen(_ most: Int) throws -> [Int] {
            try fixture.survey(stragglers: most).stragglers.map(\.token.unit.position)
        }
        // The first takes a hair longer than it was to take, and the others take 1.02, 5, 20 and 2 times as long.
        #expect(try seen(1) == [1, 4])
        #expect(try seen(2) == [1, 2, 4, 3])
        #expect(try seen(3) == [1, 2, 3, 4, 5])
        _ = try fixture.hedge(leases[3].token)
        #expect(try seen(1) == [1, 3])
        _ = try fixture.complete(leases[2].token)
        #expect(try seen(1) == [1, 5])
    }

    @Test(
        "peers under way tell what they took and what they did, each but itself",
        arguments: LedgerDriver.allCases)
    func runningPeers(_ driver: LedgerDriver) throws {
        let fixture = try ConformanceFixture(driver)
        try fixture.run(encodes: 3)
        let leases = try (1...3).map { try fixture.lease($0) }
        fixture.clock.pass(999)
        _ = try fixture.renew([leases[0].token], part: 0.4)
        fixture.clock.pass(1001)
        // What was noted within the first second does not tell a pace.
        let young = try fixture.survey().stragglers
        #expect(young.allSatisfy { $0.runningMilliseconds == 0 && $0.runningDoneMilliseconds == 0 })
        for (lease, part) in zip(leases, [0.5, 0.25, 0]) {
            _ = try fixture.renew([lease.token], part: part)
        }
        let done = zip(leases, [0.5, 0.25, 0.0]).map {
            Int64(($0.estimate.cpuSeconds * $1 * 1000).rounded())
        }
        for straggler in try fixture.survey().stragglers {
            let own = try #require(leases.firstIndex { $0.token == straggler.token })
            #expect(straggler.runningMilliseconds == 4000)
            #expect(straggler.runningDoneMilliseconds == done.reduce(0, +) - done[own])
        }
        _ = try fixture.complete(leases[1].token)
        let left = try fixture.survey().stragglers
        #expect(left.allSatisfy { $0.runningMilliseconds == 2000 && $0.peersDone == 1 })
        // One that stands still says nothing after a while, however often it is renewed; one that goes on does.
        fixture.clock.pass(10_000)
        #expect(try fixture.survey().stragglers.allSatisfy { $0.runningMilliseconds == 2000 })
        fixture.clock.pass(1)
        _ = try fixture.renew([leases[0].token], part: 0.5)
        _ = try fixture.renew([leases[2].token], part: 0.1)
        let seen = try fixture.survey().stragglers
        #expect(
            seen.first { $0.token == leases[0].token }?.runningMilliseconds == 12_001)
        #expect(seen.first { $0.token == leases[2].token }?.runningMilliseconds == 0)
        #expect(seen.first { $0.token == leases[2].token }?.runningDoneMilliseconds == 0)
    }

    @Test(
        "an attempt that failed is no hedge, and neither is one that was handed back",
        arguments: LedgerDriver.allCases)
    func claims(_ driver: LedgerDriver) throws {
        let fixture = try ConformanceFixture(driver)
        try fixture.run(encodes: 1, attempts: 9)
        _ = try fixture.release(fixture.lease(1).token)
        let second = try fixture.lease(1, epoch: 2)
        _ = try fixture.hedge(second.token, "b")
        _ = try fixture.release(second.token)
        let left = try #require(try fixture.ledger.liveLeases().first)
        _ = try fixture.release(left, .holder, ConformanceFixture.again(returnsAttempt: true))
        _ = try fixture.lease(1, epoch: 4)
        fixture.clock.pass(1001)
        let seen = try #require(try fixture.survey().stragglers.first)
        #expect(seen.newestAttempt == 4 && seen.hedgesSoFar == 1)
    }

    @Test(
        "a node sees both leases of a unit of its own, each with its begin and how far it has come",
        arguments: LedgerDriver.allCases)
    func shared(_ driver: LedgerDriver) throws {
        let fixture = try ConformanceFixture(driver)
        try fixture.run(encodes: 2)
        let holder = try fixture.lease(1, "a", duration: 60_000)
        #expect(try fixture.survey("a").shared == [])
        fixture.clock.pass(3000)
        _ = try fixture.renew([holder.token], part: 0.1, duration: 60_000)
        let rival = try #require(try fixture.hedge(holder.token, "b", duration: 60_000))
        fixture.clock.pass(1000)
        _ = try fixture.renew([rival.token], part: 0.3, duration: 60_000)
        fixture.clock.pass(500)
        let first = LeaseStanding(
            attempt: 1, elapsedMilliseconds: 4500,
            progress: LeaseProgress(part: 0.1, elapsedMilliseconds: 3000))
        let second = LeaseStanding(
            attempt: 2, elapsedMilliseconds: 1500,
            progress: LeaseProgress(part: 0.3, elapsedMilliseconds: 1000))
        for (node, lease, own, other) in [
            ("a", holder, first, second), ("b", rival, second, first),
        ] {
            let seen = try #require(try fixture.survey(node).shared.first)
            #expect(seen.own.token == lease.token)
            #expect(seen.own.elapsedMilliseconds == own.elapsedMilliseconds)
            #expect(seen.own.progress == own.progress)
            #expect(seen.other == other)
            #expect(seen.own.newestAttempt == 2 && seen.own.hedgesSoFar == 1)
            // Neither is a peer of the other.
            #expect(seen.own.runningMilliseconds == 0)
        }
        #expect(try fixture.survey("c").shared == [])
        #expect(try fixture.findings() == [])
    }

    @Test(
        "a lease that goes on alone keeps its own begin and progress, whichever it is",
        arguments: LedgerDriver.allCases, [true, false])
    func goesOnAlone(_ driver: LedgerDriver, isRival: Bool) throws {
        let fixture = try ConformanceFixture(driver)
        try fixture.run(encodes: 1)
        let holder = try fixture.lease(1, "a", duration: 60_000)
        fixture.clock.pass(5000)
        _ = try fixture.renew([holder.token], part: 0.1, duration: 60_000)
        let rival = try #require(try fixture.hedge(holder.token, "b", duration: 60_000))
        fixture.clock.pass(2000)
        _ = try fixture.renew([rival.token], part: 0.4, duration: 60_000)
        let (left, given) = isRival ? (rival, holder) : (holder, rival)
        #expect(
            try fixture.release(
                given.token, .holder, ConformanceFixture.again(returnsAttempt: true))
                == .rivalGoesOn)
        let seen = try #require(try fixture.survey().stragglers.first)
        #expect(seen.token == left.token)
        #expect(seen.newestAttempt == 2 && seen.hedgesSoFar == 1)
        #expect(seen.elapsedMilliseconds == (isRival ? 2000 : 7000))
        #expect(
            seen.progress
                == (isRival
                    ? LeaseProgress(part: 0.4, elapsedMilliseconds: 2000)
                    : LeaseProgress(part: 0.1, elapsedMilliseconds: 5000)))
        let unit = try fixture.unit(1)
        // As the history has it.
        #expect(unit.startedMilliseconds == fixture.clock.now - 7000)
        // No attempt is given back while the other goes on, and none counts as failed.
        #expect(unit.attempt == 2 && unit.attemptsMaximum == 3 && unit.failure == nil)
        // A third attempt, which begins at nothing.
        let third = try #require(try fixture.hedge(left.token, "c", duration: 60_000))
        #expect(third.token.attempt == 3)
        let beside = try #require(try fixture.survey("c").shared.first)
        #expect(beside.own.progress == nil && beside.own.elapsedMilliseconds == 0)
        #expect(beside.own.newestAttempt == 3 && beside.own.hedgesSoFar == 2)
        // If the others fail, the unit is tried again as ever: all attempts are used here.
        #expect(try fixture.release(left.token) == .rivalGoesOn)
        #expect(try fixture.complete(third.token) == .committed(.running))
        #expect(try fixture.findings() == [])
    }
}
