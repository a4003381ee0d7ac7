import Ledger
import Testing
import TranscodeModel

@Suite("The contract: virtual times (start-time fair queueing)")
struct ConformanceChargeTests {
    private static let big = ConformanceFixture.other("big")
    private static let late = ConformanceFixture.other("late")

    private func lease(
        _ fixture: ConformanceFixture, _ tenant: TenantID, _ job: String, isOutOfTurn: Bool = false
    ) throws -> Lease? {
        try fixture.lease([
            LeasePick(
                tenant: tenant, unit: UnitID(job: JobID(job), position: 0), epoch: 0,
                isOutOfTurn: isOutOfTurn)
        ]).first
    }

    @Test(
        "a lease charges the estimate over the weight, from the system's virtual time on",
        arguments: LedgerDriver.allCases)
    func charges(_ driver: LedgerDriver) throws {
        let fixture = try ConformanceFixture(driver)
        try fixture.ledger.setTenant(Self.big, weight: 4, cap: nil)
        for number in 1...3 {
            try fixture.enqueue(
                ConformanceFixture.submission("b\(number)", tenant: Self.big, probeSeconds: 1))
        }
        try fixture.enqueue(
            ConformanceFixture.submission("l", tenant: Self.late, probeSeconds: 0.3))
        #expect(isNear(try fixture.survey().virtualTime, 0))
        for (number, system) in [(1, 0.0), (2, 0.25), (3, 0.5)] {
            _ = try lease(fixture, Self.big, "b\(number)")
            #expect(isNear(try fixture.virtualTime(Self.big), Double(number) / 4))
            #expect(isNear(try fixture.survey().virtualTime, system))
        }
        // Who was away joins where the system is, and not with the credit of its absence.
        _ = try lease(fixture, Self.late, "l")
        #expect(isNear(try fixture.virtualTime(Self.late), 0.8))
        #expect(isNear(try fixture.survey().virtualTime, 0.5))
    }

    @Test(
        "a unit out of turn is charged, and leaves the system's virtual time where it is",
        arguments: LedgerDriver.allCases)
    func outOfTurn(_ driver: LedgerDriver) throws {
        let fixture = try ConformanceFixture(driver)
        for number in 1...4 {
            try fixture.enqueue(
                ConformanceFixture.submission("b\(number)", tenant: Self.big, probeSeconds: 4))
        }
        try fixture.enqueue(
            ConformanceFixture.submission("l", tenant: Self.late, probeSeconds: 0.5))
        for number in 1...3 {
            _ = try lease(fixture, Self.big, "b\(number)", isOutOfTurn: true)
            #expect(isNear(try fixture.virtualTime(Self.big), Double(4 * number)))
            #expect(isNear(try fixture.survey().virtualTime, 0))
        }
        // Whom it went before is still owed as much.
        _ = try lease(fixture, Self.late, "l")
        #expect(isNear(try fixture.virtualTime(Self.late), 0.5))
        _ = try lease(fixture, Self.big, "b4")
        #expect(isNear(try fixture.survey().virtualTime, 12))
    }

    @Test(
        "a completion puts the truth in the place of the estimate, and never below 0",
        arguments: LedgerDriver.allCases)
    func corrects(_ driver: LedgerDriver) throws {
        let fixture = try ConformanceFixture(driver)
        try fixture.ledger.setTenant(.standard, weight: 2, cap: nil)
        try fixture.run()
        // The probe: charged 1 ÷ 2, and it took what was predicted.
        #expect(isNear(try fixture.virtualTime(), 0.5))
        let first = try fixture.lease(1)
        #expect(isNear(try fixture.virtualTime(), 1.5))
        _ = try fixture.complete(first.token, ConformanceFixture.artifact(cpuSeconds: 5.1))
        #expect(isNear(try fixture.virtualTime(), 1.5 + 3.1 / 2))
        let second = try fixture.lease(2)
        #expect(isNear(try fixture.virtualTime(), 4.05))
        try fixture.ledger.setTenant(.standard, weight: 0.1, cap: nil)
        _ = try fixture.complete(second.token, ConformanceFixture.artifact(cpuSeconds: 0))
        #expect(try fixture.virtualTime() == 0)
    }

    @Test(
        "a hedge is charged like a lease, and leaves the system's virtual time where it is; what is lost is not paid back",
        arguments: LedgerDriver.allCases)
    func hedge(_ driver: LedgerDriver) throws {
        let fixture = try ConformanceFixture(driver)
        try fixture.run()
        let holder = try fixture.lease(1)
        #expect(isNear(try fixture.virtualTime(), 3))
        let rival = try #require(try fixture.hedge(holder.token))
        #expect(isNear(try fixture.virtualTime(), 5))
        // Where the first lease left it: nobody's turn brought the second.
        #expect(isNear(try fixture.survey().virtualTime, 1))
        _ = try fixture.release(holder.token)
        _ = try fixture.release(rival.token)
        #expect(isNear(try fixture.virtualTime(), 5))
    }
}
