import Ledger
import Testing
import TranscodeModel

@Suite("A hedge shares the unit's epoch, and one of the two completes it")
struct HedgeTests {
    private func hedged() throws -> (LedgerFixture, holder: Lease, rival: Lease) {
        let fixture = try LedgerFixture()
        try fixture.runningJob()
        let holder = try #require(try fixture.leaseNext("a"))
        let rival = try #require(try fixture.hedge(holder, "b"))
        return (fixture, holder, rival)
    }

    @Test("it has the next attempt, counts it (I11), and is noted with its reason")
    func terms() throws {
        let (fixture, holder, rival) = try hedged()
        #expect(rival.isHedge && !holder.isHedge)
        #expect(rival.token.epoch == holder.token.epoch)
        #expect((holder.token.attempt, rival.token.attempt) == (1, 2))
        let unit = try #require(try fixture.unit(1))
        #expect(unit.attempt == 2 && unit.node == NodeID("a") && unit.rivalNode == NodeID("b"))
        let event = try #require(try fixture.events().last)
        #expect(event.from == "leased" && event.to == "leased" && event.detail == "slow")
        #expect(event.attempt == 2 && event.node == "b" && event.epoch == holder.token.epoch)
        #expect(try fixture.ledger.audit().findings == [])
    }

    @Test(
        "whoever completes first wins; the other is fenced and can do nothing more",
        arguments: [true, false])
    func winner(isRival: Bool) throws {
        let (fixture, holder, rival) = try hedged()
        let (winner, loser) = isRival ? (rival, holder) : (holder, rival)
        #expect(try fixture.complete(winner, LedgerFixture.artifact("w")) == .committed(.running))
        #expect(try fixture.complete(loser, LedgerFixture.artifact("l")) == .fenced)
        #expect(try !fixture.renew(loser))
        #expect(try fixture.release(loser.token) == .fenced)
        #expect(try fixture.complete(winner, LedgerFixture.artifact("w")) == .alreadyDone)
        let made = try #require(try fixture.ledger.artifacts(ofJob: JobID("j1")).last)
        #expect(made.artifact == LedgerFixture.artifact("w"))
        #expect(made.attempt == winner.token.attempt)
        let event = try #require(try fixture.events().last { $0.to == "done" })
        #expect(event.attempt == winner.token.attempt && event.node == (isRival ? "b" : "a"))
        #expect(try fixture.ledger.audit().findings == [])
    }

    @Test("when one is lost the other goes on at the same epoch", arguments: [true, false])
    func loss(isRival: Bool) throws {
        let (fixture, holder, rival) = try hedged()
        let (lost, left) = isRival ? (rival, holder) : (holder, rival)
        let crash = Failure(.crashed, .workerCrashed, "signal 11")
        #expect(
            try fixture.release(
                lost.token, .holder, .dead(crash), failure: crash, reason: "crashed")
                == .rivalGoesOn)
        let unit = try #require(try fixture.unit(1))
        #expect(unit.state == .leased && unit.epoch == left.token.epoch && unit.rivalNode == nil)
        #expect(unit.node == NodeID(isRival ? "a" : "b"))
        #expect(unit.crashes == 1 && unit.failure == crash)
        let event = try #require(try fixture.events().last)
        #expect(event.detail == "crashed" && event.attempt == lost.token.attempt)
        #expect(try fixture.complete(lost) == .fenced)
        #expect(try fixture.renew(left))
        // A third attempt is left, so that it can be hedged again, by the attempt that goes on.
        #expect(try fixture.hedge(lost) == nil)
        let third = try #require(try fixture.hedge(left))
        #expect(third.token.attempt == 3)
        #expect(try fixture.complete(left) == .committed(.running))
        #expect(try fixture.ledger.audit().findings == [])
    }

    @Test("there is one at most, never without an attempt left, and only of the newest lease")
    func refusals() throws {
        let (fixture, holder, rival) = try hedged()
        #expect(try fixture.hedge(holder) == nil)
        #expect(try fixture.hedge(rival) == nil)
        #expect(try fixture.release(rival.token) == .rivalGoesOn)
        let third = try #require(try fixture.hedge(holder))
        #expect(try fixture.release(third.token) == .rivalGoesOn)
        #expect(try fixture.hedge(holder) == nil)
        #expect(try fixture.unit(1)?.attempt == 3)
        // The decider did not see that the hedges used the attempts: the retry finds none left.
        #expect(try fixture.release(holder.token) == .released(.dead))
        #expect(try fixture.ledger.job(JobID("j1"))?.failure == LedgerFixture.exhausted)
        #expect(try fixture.ledger.audit().findings == [])
    }

    @Test("each of the two is renewed, and is overdue, for itself")
    func times() throws {
        let (fixture, holder, rival) = try hedged()
        fixture.time.pass(900)
        #expect(try fixture.renew(rival, progress: 5))
        #expect(try fixture.renew(rival, progress: 3))
        #expect(try fixture.unit(1)?.progress == 5)
        fixture.time.pass(500)
        let overdue = try fixture.survey().overdue
        #expect(overdue.map(\.token) == [holder.token])
        #expect(overdue[0].hasRival && overdue[0].node == NodeID("a"))
        #expect(try fixture.release(rival.token, .overdue) == .fenced)
        #expect(try fixture.release(rival.token, .nodeDied(NodeID("a"))) == .fenced)
        #expect(try fixture.release(holder.token, .overdue) == .rivalGoesOn)
        #expect(try fixture.survey("b").own == [rival.token])
        #expect(try fixture.survey("a").own == [])
    }

    @Test("a job's end takes a unit from both")
    func cancelled() throws {
        let (fixture, holder, rival) = try hedged()
        #expect(try fixture.ledger.cancel(JobID("j1"), reason: "test"))
        #expect(try fixture.unit(1)?.epoch == holder.token.epoch + 1)
        #expect(try fixture.complete(holder) == .fenced)
        #expect(try fixture.complete(rival) == .fenced)
        #expect(try fixture.ledger.liveLeases() == [])
        #expect(try fixture.ledger.audit().findings == [])
    }
}
