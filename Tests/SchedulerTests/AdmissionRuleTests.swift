import Ledger
import SeededRandom
import Testing
import TranscodeModel

@testable import Scheduler

@Suite("Admission: how much of a backfill is begun, and when it stops")
struct AdmissionRuleTests {
    private let rule = AdmissionRule(openMaximum: 8)

    private func counts(
        due: Int = 100, running: Int = 0, done: Int = 0, failed: Int = 0, admitted: Int = 0,
        admittedFailures: Int = 0
    ) -> BackfillCounts {
        BackfillCounts(
            groups: [
                .init(state: .pending, code: nil, rows: due),
                .init(state: .running, code: nil, rows: running),
                .init(state: .done, code: nil, rows: done),
                .init(state: .failed, code: "x", rows: failed),
            ], due: due, admitted: admitted, admittedFailures: admittedFailures, failures: failed)
    }

    @Test("work in flight is bounded")
    func bounded() {
        let settings = BackfillSettings()
        #expect(rule.decide(settings, counts(), minute: 0) == .admit(8))
        #expect(rule.decide(settings, counts(running: 5, admitted: 5), minute: 0) == .admit(3))
        #expect(rule.decide(settings, counts(running: 8, admitted: 8), minute: 0) == .wait)
        #expect(rule.decide(settings, counts(due: 2), minute: 0) == .admit(2))
        #expect(rule.decide(settings, counts(due: 0, running: 1), minute: 0) == .wait)
        #expect(rule.decide(settings, counts(due: 0), minute: 0) == .done)
    }

    @Test("behind a canary nothing is begun until all of it went well")
    func canary() {
        var settings = BackfillSettings()
        settings.canary = 3
        #expect(rule.decide(settings, counts(), minute: 0) == .admit(3))
        #expect(
            rule.decide(settings, counts(running: 1, done: 1, admitted: 2), minute: 0) == .admit(1))
        #expect(
            rule.decide(settings, counts(running: 1, done: 2, admitted: 3), minute: 0) == .wait)
        #expect(rule.decide(settings, counts(done: 3, admitted: 3), minute: 0) == .admit(8))
        let failed = counts(running: 2, failed: 1, admitted: 3, admittedFailures: 1)
        guard case .stop = rule.decide(settings, failed, minute: 0) else {
            Issue.record("a canary that failed must stop it")
            return
        }
        // Later failures are the budget's.
        let later = counts(running: 2, done: 3, failed: 1, admitted: 6, admittedFailures: 1)
        #expect(rule.decide(settings, later, minute: 0) == .admit(6))
    }

    @Test("it stops when more than the budget has failed, and not before")
    func budget() {
        var settings = BackfillSettings()
        settings.failBudget = 0.02
        #expect(rule.decide(settings, counts(due: 98, failed: 2), minute: 0) == .admit(8))
        guard case .stop = rule.decide(settings, counts(due: 97, failed: 3), minute: 0) else {
            Issue.record("a spent budget must stop it")
            return
        }
    }

    @Test("a limit ends it once what was begun has ended")
    func limit() {
        var settings = BackfillSettings()
        settings.limit = 5
        #expect(rule.decide(settings, counts(running: 2, admitted: 2), minute: 0) == .admit(3))
        #expect(rule.decide(settings, counts(running: 2, done: 3, admitted: 5), minute: 0) == .wait)
        #expect(rule.decide(settings, counts(done: 5, admitted: 5), minute: 0) == .done)
    }

    @Test(
        "outside its window it sleeps until that opens",
        arguments: [
            (1320, 360, 0, nil), (1320, 360, 359, nil), (1320, 360, 360, 960), (1320, 360, 1319, 1),
            (1320, 360, 1320, nil), (60, 120, 0, 60), (60, 120, 120, 1380),
        ] as [(Int, Int, Int, Int?)])
    func window(start: Int, end: Int, minute: Int, sleep: Int?) throws {
        var settings = BackfillSettings()
        let window = try #require(DailyWindow(start: start, end: end))
        settings.window = window
        let expected = sleep.map { AdmissionRule.Decision.sleep(minutes: $0) } ?? .admit(8)
        #expect(rule.decide(settings, counts(), minute: minute) == expected)
    }

    @Test("no sequence of outcomes begins more than the limit, the room or the canary allows")
    func property() {
        for seed in UInt64(0)..<300 {
            var generator = SplitMix64(seed: seed)
            var settings = BackfillSettings()
            settings.canary = Int.random(in: 0...5, using: &generator)
            settings.limit =
                Bool.random(using: &generator) ? Int.random(in: 0...30, using: &generator) : nil
            settings.failBudget = Bool.random(using: &generator) ? 0.3 : nil
            let total = Int.random(in: 1...40, using: &generator)
            var (due, running, done, failed, admitted) = (total, 0, 0, 0, 0)
            steps: for step in 0..<1000 {
                let seen = counts(
                    due: due, running: running, done: done, failed: failed, admitted: admitted,
                    admittedFailures: failed)
                switch rule.decide(settings, seen, minute: 0) {
                case .admit(let room):
                    #expect(room >= 1 && room <= due && running + room <= 8)
                    #expect(admitted + room <= settings.limit ?? .max)
                    if admitted < settings.canary { #expect(admitted + room <= settings.canary) }
                    if settings.canary > 0, admitted >= settings.canary, failed > 0 {
                        #expect(admitted > settings.canary, "begun behind a canary that failed")
                    }
                    due -= room
                    running += room
                    admitted += room
                case .wait: #expect(running > 0)
                case .sleep: Issue.record("there is no window")
                case .stop, .done:
                    #expect(step > 0 || settings.limit == 0)
                    break steps
                }
                if running > 0 {
                    running -= 1
                    if Int.random(in: 0..<5, using: &generator) == 0 {
                        failed += 1
                    } else {
                        done += 1
                    }
                }
                #expect(step < 999, "it never ends")
            }
        }
    }
}

@Suite("Lease choice: a backfill's share of a node")
struct BackfillShareTests {
    private func candidate(_ number: Int, share: BackfillShare?) -> Candidate {
        Candidate(
            unit: UnitID(job: JobID("j\(number)"), position: 1), tenant: .standard, kind: .encode,
            epoch: 0, jobClass: .backfill, priority: 0, jobCreatedMilliseconds: Int64(number),
            tenantWeight: 1, tenantVirtualTime: 0, tenantCap: nil, tenantLeased: 0,
            estimate: Estimate(cpuSeconds: 1, memoryBytes: 1, outputBytes: 1),
            remainingCriticalSeconds: 1, profile: Digest(bytes: [UInt8](repeating: 0, count: 32))!,
            encoder: "", share: share)
    }

    @Test(
        "it holds at most its part of the workers, and always one",
        arguments: [
            (0.6, 5, 0, 3), (0.6, 5, 2, 1), (0.6, 5, 3, 0), (0.01, 5, 0, 1), (0.01, 5, 1, 0),
            (1, 5, 0, 5),
        ] as [(Double, Int, Int, Int)])
    func part(maximum: Double, workers: Int, held: Int, expected: Int) {
        var generator = SplitMix64(seed: 1)
        let share = BackfillShare(backfill: "c", maximum: maximum, held: held)
        let picks = LeaseChoice().choose(
            from: (0..<10).map { candidate($0, share: share) },
            capacity: Capacity(workers: workers - held, memoryBytes: 100, scratchBytes: 100),
            workers: workers, isIdle: held == 0, using: &generator)
        #expect(picks.count == min(expected, workers - held))
    }

    @Test("what it may not take, others may")
    func others() {
        var generator = SplitMix64(seed: 1)
        let share = BackfillShare(backfill: "c", maximum: 0.5, held: 0)
        let picks = LeaseChoice().choose(
            from: (0..<10).map { candidate($0, share: $0 < 5 ? share : nil) },
            capacity: Capacity(workers: 4, memoryBytes: 100, scratchBytes: 100), workers: 4,
            isIdle: true, using: &generator)
        #expect(picks.count { $0.share != nil } == 2)
        #expect(picks.count { $0.share == nil } == 2)
    }
}
