import Scheduler
import Testing
import TranscodeModel

@Suite("Retry: failures are classified once and decided by class")
struct RetryRuleTests {
    private func decide(_ category: FailureClass, attempt: Int = 1, seed: UInt64 = 1)
        -> RetryDecision
    {
        var generator = SeededGenerator(seed: seed)
        return RetryRule().decide(
            after: Failure(category, .internalFault, "why"), attempt: attempt, attemptsMaximum: 4,
            using: &generator)
    }

    @Test("a permanent failure ends the job at once, with its own reason")
    func permanent() {
        #expect(decide(.permanent) == .giveUp(Failure(.permanent, .internalFault, "why")))
    }

    @Test(
        "a fenced or cancelled attempt decides nothing",
        arguments: [FailureClass.fenced, .cancelled])
    func notOurs(category: FailureClass) {
        #expect(decide(category) == .stop)
    }

    @Test(
        "all others are retried until the attempts are used up",
        arguments: [FailureClass.transient, .crashed, .timedOut, .outOfMemory])
    func retried(category: FailureClass) {
        for attempt in 1...3 {
            guard case .retry = decide(category, attempt: attempt) else {
                Issue.record("attempt \(attempt) of 4 was not retried")
                return
            }
        }
        guard case .giveUp(let failure) = decide(category, attempt: 4) else {
            Issue.record("attempt 4 of 4 was retried")
            return
        }
        #expect(failure.category == category)
        #expect(failure.message.contains("4 attempts"))
    }

    @Test("delays double, are jittered within half, and are bounded", arguments: 1..<40)
    func delays(attempt: Int) {
        var generator = SeededGenerator(seed: UInt64(attempt))
        for _ in 0..<100 {
            let decision = RetryRule().decide(
                after: Failure(.transient, .storageFull, "full"), attempt: attempt,
                attemptsMaximum: 99, using: &generator)
            guard case .retry(let delay) = decision else {
                Issue.record("not retried")
                return
            }
            let whole = min(500 << Int64(min(attempt - 1, 30)), 60_000)
            #expect(delay >= whole / 2 && delay <= whole)
        }
    }
}
