import ContentDigest
import Ledger
import Scheduler
import Testing
import TranscodeModel

@Suite("Hedging by progress: a straggler is known by its rate, and who is overtaken gives way")
struct HedgingByProgressTests {
    private let rule = HedgeRule()

    /// A unit of 20 s with four done peers, of the predicted pace unless told otherwise.
    private func straggler(
        elapsed: Int64 = 4_000, part: Double, notedAgo: Int64 = 0, peers: Int = 4,
        pace: Double = 1, running: (took: Int64, did: Int64) = (0, 0), attempt: Int = 1,
        newest: Int? = nil, maximum: Int = 8
    ) -> Straggler {
        var estimate = CoreBench.estimate
        estimate.cpuSeconds = 20
        return Straggler(
            token: LeaseToken(
                tenant: .standard, unit: UnitID(job: JobID("slow"), position: 1), epoch: 1,
                attempt: attempt), kind: .encode, attemptsMaximum: maximum,
            newestAttempt: newest ?? attempt, elapsedMilliseconds: elapsed, estimate: estimate,
            peersDone: peers,
            peersMilliseconds: Int64(Double(peers) * 20_000 * pace),
            peersEstimatedSeconds: Double(peers) * 20, runningMilliseconds: running.took,
            runningDoneMilliseconds: running.did,
            progress: LeaseProgress(part: part, elapsedMilliseconds: elapsed - notedAgo),
            profile: Digest.sha256("p"), encoder: "h264", jobClass: .live)
    }

    private func shared(
        _ own: Straggler, other: Double, elapsed: Int64 = 4_000, notedAgo: Int64 = 0,
        attempt: Int = 2
    ) -> SharedLease {
        SharedLease(
            own: own,
            other: LeaseStanding(
                attempt: attempt, elapsedMilliseconds: elapsed,
                progress: LeaseProgress(part: other, elapsedMilliseconds: elapsed - notedAgo)))
    }

    @Test("one of an eighth of the rate is known within a third of what was predicted")
    func eighth() {
        func first(_ slowness: Double, peers: Int = 4) -> Int64? {
            stride(from: Int64(0), to: 60_000, by: 100).first { elapsed in
                let part = min(1, Double(elapsed) / 1000 / 20 / slowness)
                return rule.reason(straggler(elapsed: elapsed, part: part, peers: peers)) != nil
            }
        }
        #expect(first(8) ?? .max < 20_000 / 3)
        #expect(first(8, peers: 0) ?? .max < 20_000 / 2)
        #expect(first(4) ?? .max < 20_000)
        // What is not so slow is not hedged while it goes on.
        #expect(first(1) == nil)
        #expect(first(1.9) == nil)
        #expect(first(2.2, peers: 0) == nil)
    }

    @Test("a slow start is none: not the first second, nor a tenth of its time without a frame")
    func start() {
        #expect(rule.reason(straggler(elapsed: 999, part: 0)) == nil)
        #expect(rule.reason(straggler(elapsed: 2_000, part: 0)) == nil)
        #expect(rule.reason(straggler(elapsed: 8_000, part: 0)) != nil)
        // After a start of 3 s without anything it goes at full rate.
        for elapsed in stride(from: Int64(3_000), through: 23_000, by: 100) {
            let part = Double(elapsed - 3_000) / 20_000
            #expect(rule.reason(straggler(elapsed: elapsed, part: part)) == nil)
        }
    }

    @Test(
        "where all units of a job are as slow, none is hedged: done ones tell, and those under way")
    func allAlike() {
        func slow(
            peers: Int = 4, pace: Double = 1, _ running: (took: Int64, did: Int64) = (0, 0)
        ) -> Straggler {
            straggler(elapsed: 8_000, part: 0.05, peers: peers, pace: pace, running: running)
        }
        #expect(rule.reason(slow()) != nil)
        #expect(rule.reason(slow(pace: 8)) == nil)
        // Nothing is done yet, and 15 others have done as little in their 8 s.
        #expect(rule.reason(slow(peers: 0, (120_000, 15 * 1_000))) == nil)
        // One of them is as slow, and the others are as fast as predicted.
        let mixed: (Int64, Int64) = (120_000, 14 * 8_000 + 1_000)
        #expect(rule.reason(slow(peers: 0, mixed)) != nil)
        #expect(rule.goesFirst(slow(peers: 0, mixed)))
        #expect(rule.reason(slow(peers: 0)) != nil)
        #expect(!rule.goesFirst(slow(peers: 0)))
    }

    @Test("a second lease that would not end much sooner is none")
    func gain() {
        // Harder than predicted, and near its end.
        #expect(rule.reason(straggler(elapsed: 50_000, part: 0.8)) == nil)
        #expect(rule.reason(straggler(elapsed: 50_000, part: 0.4)) != nil)
        // However long it takes, as long as it goes on: another would take as long.
        for elapsed in stride(from: Int64(52_000), through: 80_000, by: 1_000) {
            #expect(
                rule.reason(straggler(elapsed: elapsed, part: Double(elapsed) / 81_000)) == nil)
        }
    }

    @Test("one that stands still is hedged like one that tells nothing, also near its end")
    func stuck() {
        var silent = straggler(elapsed: 36_001, part: 0)
        silent.progress = nil
        #expect(rule.reason(silent) != nil)
        #expect(rule.reason(straggler(elapsed: 36_001, part: 0.98, notedAgo: 10_001)) != nil)
        #expect(rule.reason(straggler(elapsed: 36_000, part: 0.98, notedAgo: 10_001)) == nil)
        #expect(rule.reason(straggler(elapsed: 36_001, part: 0.98, notedAgo: 9_000)) == nil)
        // In its start it is known before: what would have been noted was not.
        #expect(rule.reason(straggler(elapsed: 7_000, part: 0, notedAgo: 5_000)) == nil)
        #expect(rule.reason(straggler(elapsed: 8_000, part: 0, notedAgo: 6_000)) != nil)
        // Its second does not give way to what it was to do once, and ends it.
        let second = straggler(elapsed: 4_000, part: 0.15, attempt: 2)
        func seen(_ notedAgo: Int64) -> SharedLease {
            shared(second, other: 0.98, elapsed: 60_000, notedAgo: notedAgo, attempt: 1)
        }
        #expect(rule.reasonToGiveWay(seen(6_001)) == nil)
        #expect(rule.reasonToGiveWay(seen(6_000)) != nil)
        // One that is stuck itself gives way once the other has come as far.
        let first = straggler(elapsed: 60_000, part: 0.3, notedAgo: 40_000)
        #expect(rule.reasonToGiveWay(shared(first, other: 0.4)) != nil)
        #expect(rule.reasonToGiveWay(shared(first, other: 0.2)) == nil)
    }

    @Test("notes that are made seldom are young for longer")
    func seldomNotes() {
        var seldom = HedgeRule(noteMilliseconds: 12_000)
        let second = straggler(elapsed: 4_000, part: 0.15, attempt: 2)
        let seen = shared(second, other: 0.9, elapsed: 60_000, notedAgo: 30_000, attempt: 1)
        #expect(seldom.reasonToGiveWay(seen) != nil)
        // Nothing is known of the time since.
        let young = straggler(elapsed: 11_000, part: 0.05, notedAgo: 9_000)
        #expect(seldom.reason(young) == nil)
        seldom.noteMilliseconds = 2_000
        #expect(seldom.reason(young) != nil)
        #expect(seldom.reasonToGiveWay(seen) == nil)
        var bench = CoreBench.started { $0.renewMilliseconds = 12_000 }
        #expect(bench.core.policy.hedge.noteMilliseconds == 12_000)
        #expect(bench.survey(stragglers: [young]).operations.isEmpty)
    }

    @Test("what was noted long ago is not believed; absurd notes break nothing")
    func absurd() {
        #expect(rule.reason(straggler(elapsed: 20_000, part: 0.01, notedAgo: 10_001)) == nil)
        for part in [-1, 2, Double.infinity, -Double.infinity, .nan] {
            _ = rule.reason(straggler(elapsed: 9_000, part: part))
            _ = rule.reasonToGiveWay(shared(straggler(part: part), other: 0.5))
            _ = rule.reasonToGiveWay(shared(straggler(part: 0.5), other: part))
        }
        #expect(rule.reason(straggler(elapsed: 9_000, part: 5)) == nil)
        #expect(rule.reason(straggler(elapsed: 0, part: 0)) == nil)
        #expect(rule.reason(straggler(elapsed: -5, part: 0.5)) == nil)
        var nothing = straggler(part: 0)
        nothing.estimate.cpuSeconds = 0
        _ = rule.reason(nothing)
    }

    @Test("the last attempt is not spent on a hedge, whatever its progress")
    func lastAttempt() {
        #expect(
            rule.reason(straggler(elapsed: 15_000, part: 0.05, newest: 2, maximum: 3)) == nil)
        #expect(
            rule.reason(straggler(elapsed: 15_000, part: 0.05, newest: 2, maximum: 4)) != nil)
        #expect(
            rule.reason(straggler(elapsed: 15_000, part: 0.05, newest: 4, maximum: 90)) == nil)
    }

    @Test("the first gives way to a second that has come as far and is to end sooner")
    func firstGivesWay() {
        let first = straggler(elapsed: 8_000, part: 0.05)
        let reason = rule.reasonToGiveWay(shared(first, other: 0.2))
        #expect(
            reason == "overtaken: attempt 2 is to end in 16.0 s, and this one in 50.7 s",
            "\(reason ?? "")")
        // Not before it is past what an encoder takes in at first, nor before it has come as far.
        #expect(rule.reasonToGiveWay(shared(first, other: 0.19)) == nil)
        #expect(
            rule.reasonToGiveWay(shared(straggler(elapsed: 40_000, part: 0.3), other: 0.29)) == nil)
        // Nor when it ends hardly sooner.
        #expect(
            rule.reasonToGiveWay(
                shared(straggler(elapsed: 8_000, part: 0.4), other: 0.4, elapsed: 7_000)) == nil)
        // Nor when either tells nothing, or has told nothing for long.
        var silent = shared(first, other: 0.5)
        silent.other.progress = nil
        #expect(rule.reasonToGiveWay(silent) == nil)
        silent = shared(first, other: 0.5)
        silent.own.progress = nil
        #expect(rule.reasonToGiveWay(silent) == nil)
        silent = shared(first, other: 0.5)
        silent.other.elapsedMilliseconds += 6_001
        #expect(rule.reasonToGiveWay(silent) == nil)
    }

    @Test("a second gives way to a first that was only late, and never both to each other")
    func secondGivesWay() {
        let second = straggler(elapsed: 3_000, part: 0.15, attempt: 2)
        #expect(
            rule.reasonToGiveWay(shared(second, other: 0.8, elapsed: 20_000, attempt: 1)) != nil)
        #expect(
            rule.reasonToGiveWay(shared(second, other: 0.3, elapsed: 20_000, attempt: 1)) == nil)
        for own in stride(from: 0.0, through: 1, by: 0.05) {
            for other in stride(from: 0.0, through: 1, by: 0.05) {
                for elapsed: Int64 in [1_000, 5_000, 40_000] {
                    let one = shared(straggler(part: own), other: other, elapsed: elapsed)
                    let two = shared(
                        straggler(elapsed: elapsed, part: other, attempt: 2), other: own,
                        attempt: 1)
                    #expect(
                        rule.reasonToGiveWay(one) == nil || rule.reasonToGiveWay(two) == nil)
                }
            }
        }
    }

    @Test(
        "of two slow ones the later gives way to a third, if peers are sure and attempts are left")
    func bothSlow() {
        func second(_ maximum: Int = 8, peers: Int = 4, pace: Double = 1) -> Straggler {
            straggler(
                elapsed: 10_000, part: 0.0625, peers: peers, pace: pace, attempt: 2,
                maximum: maximum)
        }
        func reason(_ own: Straggler) -> String? {
            rule.reasonToGiveWay(shared(own, other: 0.1, elapsed: 16_000, attempt: 1))
        }
        #expect(reason(second()) != nil)
        #expect(reason(second(4)) != nil)
        #expect(reason(second(3)) == nil)
        #expect(reason(second(peers: 1)) == nil)
        #expect(reason(second(pace: 8)) == nil)
        // The earlier one stays.
        let first = straggler(elapsed: 16_000, part: 0.1)
        #expect(rule.reasonToGiveWay(shared(first, other: 0.0625, elapsed: 10_000)) == nil)
        // Hardly differing, the second gives way whatever two moments tell of them, and the first never.
        for (one, two) in [(0.1, 0.11), (0.1, 0.1), (0.11, 0.1), (0.1, 0.06), (0.1, 0.0)] {
            let isFirst = rule.reasonToGiveWay(
                shared(straggler(elapsed: 16_000, part: one), other: two, elapsed: 16_000))
            let isSecond = rule.reasonToGiveWay(
                shared(
                    straggler(elapsed: 16_000, part: two, attempt: 2), other: one, elapsed: 16_000,
                    attempt: 1))
            #expect(isFirst == nil && isSecond != nil, "\(one), \(two)")
        }
        // One that is clearly ahead stays, and between the two neither gives way.
        for (two, firstGivesWay) in [(0.12, false), (0.13, false), (0.16, true)] {
            let isFirst = rule.reasonToGiveWay(
                shared(straggler(elapsed: 16_000, part: 0.1), other: two, elapsed: 16_000))
            let isSecond = rule.reasonToGiveWay(
                shared(
                    straggler(elapsed: 16_000, part: two, attempt: 2), other: 0.1, elapsed: 16_000,
                    attempt: 1))
            #expect((isFirst != nil) == firstGivesWay, "\(two)")
            #expect((isSecond != nil) == false, "\(two)")
        }
        // Nor when no attempt is left to spend, though these two are not the newest.
        var spent = second()
        spent.newestAttempt = 7
        #expect(reason(spent) == nil)
        // And so does one of two that are only twice as slow: the unit may be hard.
        let hard = straggler(elapsed: 8_000, part: 0.2, attempt: 2)
        #expect(
            rule.reasonToGiveWay(shared(hard, other: 0.22, elapsed: 9_000, attempt: 1)) == nil)
    }

    @Test("an overtaken attempt is stopped, given back once it has ended, and told of")
    func givesWay() {
        var bench = CoreBench.started()
        let lease = bench.lease("slow")
        let own = straggler(elapsed: 8_000, part: 0.05)
        var seen = shared(own, other: 0.5)
        seen.own.token = lease.token
        let stopped = bench.survey(shared: [seen])
        #expect(stopped.contains(.stop(lease.token)))
        #expect(stopped.releases.isEmpty)
        // Seen again while it ends, it is not stopped again.
        _ = bench.pass(1_000)
        #expect(!bench.survey(shared: [seen]).contains(.stop(lease.token)))
        let ended = bench.tell(.finished(lease.token, .stopped))
        let release = ended.releases.first
        #expect(release?.token == lease.token && release?.failure == nil)
        #expect(release?.ground == .holder)
        #expect(release?.reason.hasPrefix("overtaken: ") == true)
        guard case .retry(0, false, true, _)? = release?.verdict else {
            Issue.record("\(String(describing: release))")
            return
        }
        let told = bench.tell(.answered(ended.operations, [.released(.rivalGoesOn)]))
        #expect(
            told.contains(.note(.overtaken(lease.token, reason: release?.reason ?? ""))))
        #expect(bench.core.held.isEmpty)
    }

    @Test("nobody gives way to an attempt whose node has just died")
    func deadNode() {
        var bench = CoreBench.started()
        let lease = bench.lease("slow")
        var seen = shared(straggler(elapsed: 8_000, part: 0.05), other: 0.5)
        seen.own.token = lease.token
        var token = lease.token
        token.attempt = 2
        let lost = LeaseSighting(
            token: token, node: NodeID("dead"), kind: .encode, attemptsMaximum: 8, crashes: 0,
            hasRival: true)
        let told = bench.survey(shared: [seen], dead: [NodeID("dead")], lost: [lost])
        #expect(!told.contains(.stop(lease.token)))
        #expect(told.releases.map(\.token) == [token])
    }

    @Test("what an overtaken attempt had made before it was stopped is not thrown away")
    func madeBeforeTheStop() {
        var bench = CoreBench.started()
        let lease = bench.lease("slow")
        var seen = shared(straggler(elapsed: 8_000, part: 0.05), other: 0.5)
        seen.own.token = lease.token
        _ = bench.survey(shared: [seen])
        let made = bench.tell(.finished(lease.token, .made(CoreBench.artifact, nil)))
        guard case .complete(let completion)? = made.operations.first else {
            Issue.record("\(made)")
            return
        }
        #expect(completion.token == lease.token)
    }

    @Test(
        "given back when the other has failed meanwhile, the unit waits again; a lost lease is not given back"
    )
    func otherEndedMeanwhile() {
        var bench = CoreBench.started()
        let lease = bench.lease("slow")
        var seen = shared(straggler(elapsed: 8_000, part: 0.05), other: 0.5)
        seen.own.token = lease.token
        _ = bench.survey(shared: [seen])
        let ended = bench.tell(.finished(lease.token, .stopped))
        let told = bench.tell(.answered(ended.operations, [.released(.released(.ready))]))
        #expect(!told.contains { if case .note(.overtaken) = $0 { true } else { false } })
        #expect(bench.core.held.isEmpty)

        let other = bench.lease("slow", attempt: 3)
        seen.own.token = other.token
        _ = bench.pass(1_000)
        _ = bench.survey(shared: [seen])
        _ = bench.pass(1_000)
        // The other was quicker still.
        _ = bench.survey(own: [])
        #expect(bench.tell(.finished(other.token, .stopped)).releases.isEmpty)
        #expect(bench.core.held.isEmpty)
    }
}
