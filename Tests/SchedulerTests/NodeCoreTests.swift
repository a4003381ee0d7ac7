import ContentDigest
import Ledger
import Scheduler
import Testing
import TranscodeModel

@Suite("The node's core: what happened in, what to do out")
struct NodeCoreTests {
    private let unreachable = LedgerFailure(.unreachable, "away")

    @Test("it registers before all else, then sweeps and looks")
    func start() {
        var bench = CoreBench()
        #expect(bench.tell(.started) == [.ask([.register(CoreBench.identity)])])
        #expect(bench.pass(5_000).surveys == 0)
        let effects = bench.tell(.answered([.register(CoreBench.identity)], [.noted]))
        #expect(effects.contains(.sweep))
        #expect(effects.surveys == 1)
    }

    @Test("at most one survey is under way, and none while its leases are not answered")
    func oneSurvey() {
        var bench = CoreBench.started()
        #expect(bench.tell(.changed).surveys == 0)
        let asked = bench.survey(candidates: [CoreBench.candidate("j")])
        #expect(asked.picks.count == 1)
        #expect(bench.tell(.changed).surveys == 0)
        #expect(bench.pass(10_000).surveys == 0)
        #expect(bench.tell(.answered(asked.operations, [.leased([])])).surveys == 1)
    }

    @Test("no more is leased than there are workers, memory and scratch for")
    func capacity() {
        var bench = CoreBench.started()
        let many = (0..<9).map { CoreBench.candidate("j\($0)") }
        #expect(bench.survey(candidates: many).picks.count == 2)
        var small = CoreBench.started { $0.memoryBytes = 150 }
        #expect(small.survey(candidates: many).picks.count == 1)
    }

    @Test(
        "on a disk that is almost full nothing is begun but what ends a job, which is said once, until there is room"
    )
    func shortDisk() {
        var bench = CoreBench.started {
            $0.disk = DiskRule(low: DiskMark(bytes: 1000), high: DiskMark(bytes: 2000))
        }
        let begun = bench.lease("begun")
        let new = [CoreBench.candidate("a"), CoreBench.candidate("b", kind: .probe)]
        let short = bench.survey(candidates: new, freeBytes: 499)
        #expect(short.picks.isEmpty)
        let disk = DiskSpace(freeBytes: 499, totalBytes: 1_000_000)
        #expect(short.contains(.note(.diskShort(disk, lowBytes: 1000, highBytes: 2000))))
        #expect(!short.contains(.stop(begun.token)))
        _ = bench.tell(.changed)
        let still = bench.survey(candidates: new, freeBytes: 1999)
        #expect(still.picks.map(\.unit.job.text) == ["a"])
        #expect(!still.contains { if case .note(.diskShort) = $0 { true } else { false } })
        _ = bench.tell(.answered(still.operations, [.leased([])]))
        let ending = bench.survey(
            candidates: new + [CoreBench.candidate("c", kind: .stitch)], freeBytes: 10)
        #expect(ending.picks.map(\.unit.job.text) == ["c"])
        _ = bench.tell(.answered(ending.operations, [.leased([])]))
        let wide = bench.survey(candidates: new, freeBytes: 2000)
        let room = DiskSpace(freeBytes: 2000, totalBytes: 1_000_000)
        #expect(wide.contains(.note(.diskWide(room))))
        #expect(wide.picks.count == 1)
    }

    @Test(
        "on a disk that is short, what would end a job but does not fit or is broken does not block the others; and all that ends is asked for"
    )
    func shortDiskUnfit() throws {
        var bench = CoreBench.started {
            $0.disk = DiskRule(low: DiskMark(bytes: 1000), high: DiskMark(bytes: 2000))
        }
        var large = CoreBench.candidate("large", kind: .stitch)
        large.estimate.memoryBytes = 5000
        let short = bench.survey(
            candidates: [large, CoreBench.candidate("a")], freeBytes: 900)
        try #require(short.picks.map(\.unit.job.text) == ["a"])
        func asked(_ effects: [NodeEffect]) -> [Int] {
            effects.compactMap {
                if case .survey(let request) = $0 { request.endingMaximum } else { nil }
            }
        }
        let again = bench.tell(.answered(short.operations, [.leased([])]))
        #expect(asked(again) == [64])
        let wide = bench.survey(candidates: [CoreBench.candidate("a")], freeBytes: 5000)
        #expect(asked(bench.tell(.answered(wide.operations, [.leased([])]))) == [0])
    }

    @Test(
        "an idle node takes nothing on a full disk that does not fit there, as it would otherwise")
    func idleShortDisk() {
        func picks(_ disk: DiskRule) -> Int {
            var bench = CoreBench.started { $0.disk = disk }
            return bench.survey(candidates: [CoreBench.candidate("a", kind: .stitch)], freeBytes: 0)
                .picks.count
        }
        #expect(picks(.none) == 1)
        #expect(picks(DiskRule(low: DiskMark(bytes: 9), high: DiskMark(bytes: 9))) == 0)
    }

    @Test("a made artifact is completed under the token of its lease, and only once")
    func completion() {
        var bench = CoreBench.started()
        let lease = bench.lease("j")
        let effects = bench.tell(.finished(lease.token, .made(CoreBench.artifact, nil)))
        let completion = Completion(token: lease.token, artifact: CoreBench.artifact)
        #expect(effects.operations == [.complete(completion)])
        #expect(bench.tell(.finished(lease.token, .made(CoreBench.artifact, nil))).isEmpty)
        let after = bench.tell(
            .answered([.complete(completion)], [.completed(.committed(.running))]))
        #expect(after.contains(.note(.committed(lease.token, .encode, .running))))
        #expect(bench.core.held.isEmpty)
    }

    @Test(
        "an artifact that was given up meanwhile is swept away, and its unit tried again, as often as any"
    )
    func condemned() {
        var bench = CoreBench.started()
        let lease = bench.lease("j")
        let asked = bench.tell(.finished(lease.token, .made(CoreBench.artifact, nil))).operations
        let effects = bench.tell(.answered(asked, [.completed(.condemned)]))
        #expect(effects.contains(.sweep))
        #expect(effects.contains(.remove(CoreBench.artifact.digest, lease.tenant)))
        #expect(effects.releases.map(\.failure?.code) == [.artifactCondemned])
        guard case .retry(_, _, let returnsAttempt, _)? = effects.releases.first?.verdict else {
            Issue.record("it is not tried again")
            return
        }
        #expect(!returnsAttempt)
        _ = bench.tell(.answered(effects.operations, [.released(.released(.ready))]))
        #expect(bench.core.held.isEmpty)
        let last = bench.lease("k", attempt: 8)
        let end = bench.tell(.finished(last.token, .made(CoreBench.artifact, nil))).operations
        let verdicts = bench.tell(.answered(end, [.completed(.condemned)])).releases.map(\.verdict)
        guard case .dead? = verdicts.first else {
            Issue.record("a unit without attempts left is tried again")
            return
        }
    }

    @Test("an end that was not answered is asked again, for as long as the ledger is waited for")
    func unknownCommit() {
        var bench = CoreBench.started()
        let lease = bench.lease("j")
        let asked = bench.tell(.finished(lease.token, .made(CoreBench.artifact, nil))).operations
        _ = bench.tell(.askFailed(asked, unreachable))
        #expect(bench.pass(199).operations.contains(asked[0]) == false)
        #expect(bench.pass(1).operations.contains(asked[0]))
        #expect(bench.pass(1_000).operations.contains(asked[0]) == false)
        _ = bench.tell(.answered(asked, [.completed(.alreadyDone)]))
        #expect(bench.core.held.isEmpty)
    }

    @Test(
        "a ledger that stays away ends the node, with every worker stopped; one that refuses does at once"
    )
    func ledgerGone() {
        var bench = CoreBench.started { $0.ledgerPatienceMilliseconds = 3_000 }
        let lease = bench.lease("j")
        _ = bench.tell(.surveyFailed(unreachable))
        bench.now += 3_000
        #expect(bench.tell(.surveyFailed(unreachable)).contains(.stop(lease.token)) == false)
        bench.now += 1
        #expect(
            bench.tell(.surveyFailed(unreachable))
                == [.stop(lease.token), .end(.ledgerFailed(unreachable))])
        // A disk that fails can often still be read: surveys that go well do not make up for lost writes.
        var broken = CoreBench.started { $0.ledgerPatienceMilliseconds = 3_000 }
        _ = broken.lease("j")
        let asked = broken.pass(2_000).operations
        _ = broken.tell(.askFailed(asked, unreachable))
        _ = broken.survey()
        broken.now += 3_001
        #expect(
            broken.tell(.askFailed(asked, unreachable)).last == .end(.ledgerFailed(unreachable)))
        var other = CoreBench.started()
        let refused = LedgerFailure(.refused, "a bug")
        #expect(other.tell(.surveyFailed(refused)) == [.end(.ledgerFailed(refused))])
    }

    @Test(
        "a lease that the ledger does not know as ours stops its worker, and its artifact is not completed"
    )
    func fenced() {
        var bench = CoreBench.started()
        let lease = bench.lease("j")
        let effects = bench.survey(own: [])
        #expect(effects.contains(.stop(lease.token)))
        #expect(effects.contains(.note(.fenced(lease.token))))
        let late = bench.tell(.finished(lease.token, .made(CoreBench.artifact, nil)))
        #expect(late.operations.isEmpty)
        #expect(bench.core.held.isEmpty)
    }

    @Test("a renewal that is not answered for means the same")
    func notRenewed() {
        var bench = CoreBench.started { $0.renewMilliseconds = 100 }
        let lease = bench.lease("j")
        let asked = bench.pass(2_000).operations
        #expect(
            asked == [
                .renew([HeldLease(token: lease.token, progress: 0)], durationMilliseconds: 30_000)
            ])
        let effects = bench.tell(.answered(asked, [.renewed([])]))
        #expect(effects.contains(.stop(lease.token)))
    }

    @Test("a lease of ours that nobody told us of is given back, and earns its attempt again")
    func orphan() throws {
        var bench = CoreBench.started()
        let orphan = CoreBench.lease("j").token
        let release = try #require(bench.survey(own: [orphan]).releases.first)
        #expect(release.token == orphan && release.ground == .holder)
        guard case .retry(0, false, true, _) = release.verdict else {
            Issue.record("\(release.verdict)")
            return
        }
    }

    @Test(
        "dead nodes lose their leases and are retired; what is overdue is taken back, but never our own"
    )
    func recovery() {
        var bench = CoreBench.started()
        let own = bench.lease("own")
        let dead = NodeID("dead")
        func sighting(_ job: String, _ node: String) -> LeaseSighting {
            LeaseSighting(
                token: CoreBench.lease(job).token, node: NodeID(node), kind: .encode,
                attemptsMaximum: 8, crashes: 0, hasRival: false)
        }
        let lost = sighting("a", "dead")
        let late = sighting("b", "late")
        let ours = LeaseSighting(
            token: own.token, node: NodeID("own"), kind: .encode, attemptsMaximum: 8, crashes: 0,
            hasRival: false)
        let effects = bench.survey(overdue: [lost, late, ours], dead: [dead], lost: [lost])
        #expect(effects.releases.map(\.ground) == [.nodeDied(dead), .overdue])
        #expect(effects.releases.map(\.token) == [lost.token, late.token])
        #expect(effects.operations.contains(.retire(dead)))
        // Ours is renewed at once.
        #expect(
            effects.operations.contains {
                if case .renew(let held, _) = $0 { held.map(\.token) == [own.token] } else { false }
            })
    }

    @Test("draining hands back what is long, lets end what is short, and then leaves")
    func drain() throws {
        var bench = CoreBench.started { $0.drainSeconds = 1 }
        let lease = bench.lease("j")
        let effects = bench.tell(.shutdown(.drain))
        #expect(effects.contains(.stop(lease.token)))
        let release = try #require(bench.tell(.finished(lease.token, .stopped)).releases.first)
        let done = bench.tell(.answered([.release(release)], [.released(.released(.ready))]))
        #expect(done.operations == [])
        let leaving = bench.survey()
        #expect(leaving.operations == [.retire(NodeID("own"))])
        #expect(
            bench.tell(.answered(leaving.operations, [.noted])) == [.end(.shutDown)])
        var patient = CoreBench.started { $0.drainSeconds = 10 }
        let short = patient.lease("j")
        #expect(patient.tell(.shutdown(.drain)).isEmpty)
        #expect(patient.pass(10_001).contains(.stop(short.token)))
    }

    @Test("what was made although it was to be handed back is completed, not thrown away")
    func madeInTime() {
        var bench = CoreBench.started()
        let lease = bench.lease("j")
        _ = bench.tell(.shutdown(.stop))
        let effects = bench.tell(.finished(lease.token, .made(CoreBench.artifact, nil)))
        #expect(
            effects.operations == [
                .complete(Completion(token: lease.token, artifact: CoreBench.artifact))
            ])
    }

    @Test("the node ends when nothing is unfinished, and not while something is")
    func idle() {
        var bench = CoreBench.started { $0.endsWhenIdle = true }
        #expect(bench.survey(unfinished: 1).operations.isEmpty)
        _ = bench.pass(1_000)
        let effects = bench.survey(unfinished: 0)
        #expect(effects.operations == [.retire(NodeID("own"))])
        #expect(bench.tell(.answered(effects.operations, [.noted])) == [.end(.idle)])
        #expect(bench.tell(.tick).isEmpty)
    }

    @Test("a failure becomes one release whose verdict is the retry rule's")
    func failures() throws {
        var bench = CoreBench.started()
        let bad = bench.lease("bad")
        let permanent = Failure(.permanent, .undecodable, "no")
        let dead = try #require(bench.tell(.finished(bad.token, .failed(permanent))).releases.first)
        #expect(dead.verdict == .dead(permanent) && dead.failure == permanent)
        var other = CoreBench.started()
        let large = other.lease("large")
        let memory = Failure(.outOfMemory, .workerOutOfMemory, "too much")
        let split = try #require(other.tell(.finished(large.token, .failed(memory))).releases.first)
        guard case .retry(let delay, true, false, _) = split.verdict else {
            Issue.record("\(split.verdict)")
            return
        }
        #expect((250...500).contains(delay))
        #expect(
            split.reason
                == "worker-out-of-memory: too much; tried again one rendition at a time")
        var third = CoreBench.started()
        let poison = third.lease("poison", attempt: 3, crashes: 2)
        let crash = Failure(.crashed, .workerCrashed, "SIGSEGV")
        let effects = third.tell(.finished(poison.token, .failed(crash)))
        guard case .dead(let reason)? = effects.releases.first?.verdict else {
            Issue.record("not quarantined")
            return
        }
        #expect(reason.code == .quarantined)
    }

    @Test(
        "a unit that waits out a delay is looked for when it is over, not at the next regular look")
    func wake() throws {
        var bench = CoreBench.started()
        let lease = bench.lease("j")
        _ = bench.survey()
        let killed = Failure(.transient, .workerKilled, "killed")
        let release = try #require(
            bench.tell(.finished(lease.token, .failed(killed))).releases.first)
        _ = bench.tell(.answered([.release(release)], [.released(.released(.ready))]))
        _ = bench.survey()
        let wake = try #require(bench.core.wakeAt)
        #expect((11...21).contains(wake - bench.now))
        bench.now = wake - 1
        #expect(bench.tell(.tick).surveys == 0)
        bench.now = wake
        #expect(bench.tell(.tick).surveys == 1)
        #expect(bench.core.wakeAt == nil)
    }

    @Test(
        "a change during a survey is not lost: the ledger is looked at again at once, and only once"
    )
    func stale() {
        var bench = CoreBench.started()
        #expect(bench.tell(.changed).surveys == 0)
        #expect(bench.survey().surveys == 1)
        #expect(bench.survey().surveys == 0)
        #expect(bench.tell(.changed).surveys == 1)
    }
}
