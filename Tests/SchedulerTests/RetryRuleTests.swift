import Scheduler
import SeededRandom
import Testing
import TranscodeModel

@Suite("Retry: failures are classified once and decided by class")
struct RetryRuleTests {
    private func decide(
        _ category: FailureClass, kind: UnitKind = .encode, attempt: Int = 1, crashes: Int = 0,
        seed: UInt64 = 1
    ) -> RetryDecision {
        var generator = SplitMix64(seed: seed)
        return RetryRule().decide(
            after: Failure(category, .internalFault, "why"), kind: kind, attempt: attempt,
            attemptsMaximum: 4, crashes: crashes, using: &generator)
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
        var generator = SplitMix64(seed: UInt64(attempt))
        for _ in 0..<100 {
            let decision = RetryRule().decide(
                after: Failure(.transient, .storageFull, "full"), kind: .encode, attempt: attempt,
                attemptsMaximum: 99, crashes: 0, using: &generator)
            guard case .retry(let delay, false, _) = decision else {
                Issue.record("not retried")
                return
            }
            let whole = min(500 << Int64(min(attempt - 1, 30)), 60_000)
            #expect(delay >= whole / 2 && delay <= whole)
        }
    }

    @Test(
        "a unit that crashed its workers three times is quarantined, however many attempts are left"
    )
    func quarantine() {
        guard case .retry = decide(.crashed, attempt: 2, crashes: 1) else {
            Issue.record("the second crash was not retried")
            return
        }
        guard case .giveUp(let failure) = decide(.crashed, attempt: 3, crashes: 2) else {
            Issue.record("the third crash was retried")
            return
        }
        #expect(failure.code == .quarantined && failure.category == .crashed)
        #expect(failure.message == "why (quarantined: it crashed its workers in 3 attempts)")
    }

    @Test("only an encode that ran out of memory or time is split", arguments: UnitKind.allCases)
    func splitting(kind: UnitKind) {
        for category in [FailureClass.transient, .crashed, .timedOut, .outOfMemory] {
            guard case .retry(_, let splits, _) = decide(category, kind: kind) else {
                Issue.record("\(category) was not retried")
                return
            }
            #expect(
                splits
                    == (kind == .encode && (category == .timedOut || category == .outOfMemory)))
        }
    }

    @Test(
        "a worker that was killed from outside is replaced at once: a few milliseconds, not half a second"
    )
    func killed() {
        var generator = SplitMix64(seed: 3)
        let decision = RetryRule().decide(
            after: Failure(.transient, .workerKilled, "killed"), kind: .encode, attempt: 1,
            attemptsMaximum: 4, crashes: 0, using: &generator)
        guard case .retry(let delay, false, _) = decision else {
            Issue.record("not retried")
            return
        }
        #expect((10...20).contains(delay))
    }
}
