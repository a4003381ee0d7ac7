import ContentDigest
import Ledger
import Scheduler
import Testing
import TranscodeModel

@Suite("Hedging: a straggler gets a second lease, and only a sure one before units that wait")
struct HedgingTests {
    private func straggler(
        elapsed: Int64, peers: Int = 4, peersPace: Double = 1, attempt: Int = 1,
        newest: Int? = nil, maximum: Int = 8, jobClass: JobClass = .live, peerSeconds: Double = 2,
        part: Double? = nil
    ) -> Straggler {
        Straggler(
            token: LeaseToken(
                tenant: .standard, unit: UnitID(job: JobID("slow"), position: 1), epoch: 1,
                attempt: attempt), kind: .encode, attemptsMaximum: maximum,
            newestAttempt: newest ?? attempt, elapsedMilliseconds: elapsed,
            estimate: CoreBench.estimate, peersDone: peers,
            peersMilliseconds: Int64(Double(peers) * 1000 * peerSeconds * peersPace),
            peersEstimatedSeconds: Double(peers) * peerSeconds,
            progress: part.map { LeaseProgress(part: $0, elapsedMilliseconds: elapsed) },
            profile: Digest.sha256("p"),
            encoder: "h264", jobClass: jobClass)
    }

    @Test("peers that were found made make nobody a sure straggler, and hardly one at all")
    func peersThatWereFound() {
        let rule = HedgeRule()
        // A thousandth of what was predicted counts as half of it: 1.6 × 1.125 × 1 s, but no sooner than after 2 s.
        #expect(rule.reason(straggler(elapsed: 1_999, peersPace: 0.001)) == nil)
        #expect(rule.reason(straggler(elapsed: 2_001, peersPace: 0.001)) != nil)
        #expect(!rule.goesFirst(straggler(elapsed: 3_600, peersPace: 0.001)))
        #expect(rule.goesFirst(straggler(elapsed: 3_601, peersPace: 0.001)))
        // Small ones say nothing: as without any, 2.5 × 2 s.
        #expect(rule.reason(straggler(elapsed: 5_000, peersPace: 0.5, peerSeconds: 0.01)) == nil)
        #expect(rule.reason(straggler(elapsed: 5_001, peersPace: 0.5, peerSeconds: 0.01)) != nil)
    }

    @Test("no second lease of a backfill goes before units that wait")
    func backfillWaits() {
        let rule = HedgeRule()
        #expect(rule.reason(straggler(elapsed: 60_000, jobClass: .backfill)) != nil)
        #expect(!rule.goesFirst(straggler(elapsed: 60_000, jobClass: .backfill)))
        #expect(rule.goesFirst(straggler(elapsed: 60_000)))
    }

    @Test("past a multiple of what its peers' pace predicts, and not before")
    func multiple() {
        let rule = HedgeRule()
        // With four peers: 1.6 × (1 + 0.5 ÷ 4) times 2 s.
        #expect(rule.reason(straggler(elapsed: 3_600)) == nil)
        #expect(
            rule.reason(straggler(elapsed: 3_601))
                == "hedged: it has run for 3.6 s where 2.0 s were predicted; the first result wins")
        // On a machine where all units take five times as long, five times as long is no reason.
        #expect(rule.reason(straggler(elapsed: 17_999, peersPace: 5)) == nil)
        #expect(rule.reason(straggler(elapsed: 18_001, peersPace: 5)) != nil)
    }

    @Test("the fewer peers it has, the more a unit must miss the prediction by")
    func doubt() {
        let rule = HedgeRule()
        func limit(_ peers: Int) -> Int64? {
            stride(from: Int64(0), to: 20_000, by: 1).first {
                rule.reason(straggler(elapsed: $0, peers: peers)) != nil
            }
        }
        let limits = [1, 2, 4, 16, 1000].map { limit($0) ?? .max }
        #expect(limits == limits.sorted(by: >))
        #expect(limits.first == 4_801)
        #expect(limits.last == 3_202)
        #expect(limit(0) ?? 0 > limits[0])
    }

    @Test("without peers the estimate alone must be missed by far; short units never are hedged")
    func withoutPeers() {
        let rule = HedgeRule()
        #expect(rule.reason(straggler(elapsed: 5_000, peers: 0)) == nil)
        #expect(rule.reason(straggler(elapsed: 5_001, peers: 0)) != nil)
        #expect(rule.reason(straggler(elapsed: 1_999, peersPace: 0.01)) == nil)
    }

    @Test(
        "the last attempt is not spent on a hedge, whichever of the unit's attempts goes on")
    func lastAttempt() {
        let rule = HedgeRule()
        for (newest, maximum) in [(1, 2), (2, 3), (2, 2)] {
            let last = straggler(elapsed: 99_999, newest: newest, maximum: maximum)
            #expect(rule.reason(last) == nil)
        }
        #expect(rule.reason(straggler(elapsed: 99_999, newest: 1, maximum: 3)) != nil)
    }

    @Test(
        "a unit is hedged three times in all; attempts that had a claim of their own do not count")
    func hedgesInAll() {
        let rule = HedgeRule()
        var slow = straggler(elapsed: 99_999, newest: 3, maximum: 90)
        #expect(slow.hedgesSoFar == 2 && rule.reason(slow) != nil)
        slow.newestAttempt = 4
        #expect(slow.hedgesSoFar == 3 && rule.reason(slow) == nil)
        // Three attempts failed, or were handed back, before this one was claimed.
        slow.token.epoch = 7
        #expect(slow.hedgesSoFar == 0 && rule.reason(slow) != nil)
    }

    @Test("a unit that waits goes before a hedge that rests on the estimate, or on one peer")
    func readyUnitsGoFirst() {
        for peers in 0...1 {
            var bench = CoreBench.started()
            let slow = straggler(elapsed: 9_000, peers: peers)
            let busy = bench.survey(candidates: [CoreBench.candidate("j")], stragglers: [slow])
            #expect(busy.picks.count == 1)
            #expect(busy.operations.count == 1)
        }
    }

    @Test("what clearly straggles is hedged before a unit that waits, one at a time")
    func sureHedgesGoFirst() {
        var bench = CoreBench.started { $0.workers = 1 }
        let slow = straggler(elapsed: 9_000)
        let busy = bench.survey(candidates: [CoreBench.candidate("j")], stragglers: [slow])
        #expect(busy.picks.isEmpty)
        #expect(busy.operations.count == 1)
        var wide = CoreBench.started { $0.workers = 3 }
        var other = slow
        other.token.epoch = 3
        let candidates = ["j", "k", "l"].map { CoreBench.candidate($0) }
        let asked = wide.survey(candidates: candidates, stragglers: [slow, other])
        #expect(asked.picks.count == 2)
        #expect(asked.operations.count { if case .hedge = $0 { true } else { false } } == 1)
    }

    @Test("a hedge is asked for, started and noted with its reason")
    func order() {
        let slow = straggler(elapsed: 9_000)
        var idle = CoreBench.started()
        let asked = idle.survey(stragglers: [slow]).operations
        guard case .hedge(slow.token, NodeID("own"), 30_000, let reason)? = asked.first else {
            Issue.record("\(asked)")
            return
        }
        var hedge = CoreBench.lease("slow", attempt: 2, isHedge: true)
        hedge.token.epoch = 1
        let effects = idle.tell(.answered(asked, [.leased([hedge])]))
        #expect(effects.contains(.start(hedge)))
        #expect(effects.contains(.note(.hedged(hedge.token, reason: reason))))
    }

    @Test("no hedge is asked for without room")
    func room() {
        var bench = CoreBench.started { $0.workers = 1 }
        _ = bench.lease("j")
        #expect(bench.survey(stragglers: [straggler(elapsed: 9_000)]).operations.isEmpty)
    }

    @Test(
        "a hedge that is refused holds back no unit that waits, and is asked for again after a while only"
    )
    func refused() {
        var bench = CoreBench.started { $0.workers = 1 }
        let slow = straggler(elapsed: 60_000)
        let asked = bench.survey(stragglers: [slow])
        #expect(asked.operations.count == 1)
        // At once there is another look, in which the only worker is for others.
        #expect(bench.tell(.answered(asked.operations, [.leased([])])).surveys == 1)
        #expect(bench.survey(stragglers: [slow]).operations.isEmpty)
        #expect(bench.pass(4_000).surveys == 1)
        #expect(bench.survey(stragglers: [slow]).operations.isEmpty)
        #expect(bench.pass(2_000).surveys == 1)
        #expect(bench.survey(stragglers: [slow]).operations.count == 1)
    }
}
