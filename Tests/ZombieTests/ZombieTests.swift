import Testing

@testable import reelmill_zombie

@Suite("The zombie test: a lease that was lost completes nothing, and its successor does")
struct ZombieTests {
    @Test("lease A, expiry, lease B, A completes: A is refused and told, B completes")
    func reclaimed() throws {
        #expect(
            try ZombieTest.run().histories.first
                == ZombieHistory(
                    order: .reclaimed, isGivenToB: true, lateCompletion: .refused,
                    answerToA: "complete returns fenced; renew leaves out the unit",
                    isAToldOfLoss: true, stateAfterA: "leased", completionOfB: .accepted,
                    answerToB: "complete returns committed",
                    recorded: .b, isBUndisturbed: true))
    }

    @Test("lease A, expiry, A completes, lease B: A is refused already, and B finds the unit ready")
    func expired() throws {
        #expect(
            try ZombieTest.run().histories.last
                == ZombieHistory(
                    order: .expired, isGivenToB: true, lateCompletion: .refused,
                    answerToA: "complete returns fenced; renew leaves out the unit",
                    isAToldOfLoss: true, stateAfterA: "ready", completionOfB: .accepted,
                    answerToB: "complete returns committed",
                    recorded: .b, isBUndisturbed: true))
    }
}
