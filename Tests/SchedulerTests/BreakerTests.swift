import Ledger
import Scheduler
import Testing
import TranscodeModel

@Suite("Breakers: what fails for everyone is not leased, but for one trial at a time")
struct BreakerTests {
    private let full = Failure(.transient, .storageFull, "the disk is full. Free some space.")
    private let crash = Failure(.crashed, .workerCrashed, "SIGSEGV")

    /// Fails one unit of each job in turn; returns what was asked about breakers.
    private func fail(
        _ bench: inout CoreBench, _ jobs: [String], _ failure: Failure, kind: UnitKind = .encode
    ) -> [BreakerRecord] {
        var records: [BreakerRecord] = []
        for job in jobs {
            let lease = bench.lease(job, kind: kind)
            let effects = bench.tell(.finished(lease.token, .failed(failure)))
            records += effects.breakers
            bench.answer(effects.operations)
        }
        return records
    }

    @Test("a store that fails four times in a row is not used any more, and the reason is said")
    func store() throws {
        var bench = CoreBench.started()
        let records = fail(&bench, ["a", "a", "a", "a"], full)
        let record = try #require(records.first)
        #expect(records.count == 1)
        #expect(record.key == "store" && record.state == .open && record.generation == 1)
        #expect(
            record.reason
                == "4 failures in a row, the last: the disk is full. Free some space.")
        #expect(
            record.retryAtMilliseconds == bench.now + CoreBench.ledgerOffset + 2_000)
        // While it is open, nothing that writes is leased.
        let during = bench.survey(candidates: [CoreBench.candidate("b")], breakers: [record])
        #expect(during.picks.isEmpty)
    }

    @Test("one bad upload opens no breaker of an encoder; the same crash in two jobs does")
    func encoder() throws {
        var one = CoreBench.started()
        #expect(fail(&one, Array(repeating: "a", count: 9), crash).isEmpty)
        var two = CoreBench.started()
        #expect(fail(&two, ["a", "b", "a", "b"], crash).map(\.key) == ["encoder:h264"])
    }

    @Test("a success between failures breaks the streak; of another kind it proves nothing")
    func streak() {
        var bench = CoreBench.started()
        #expect(fail(&bench, ["a", "b", "c"], full).isEmpty)
        bench.succeed("x")
        #expect(fail(&bench, ["a", "b", "c"], full).isEmpty)
        bench.succeed("y", kind: .publish)
        #expect(fail(&bench, ["d"], full).map(\.key) == ["store"])
    }

    @Test("uploads that cannot be decoded say nothing about anything else")
    func badUploads() {
        var bench = CoreBench.started()
        let bad = Failure(.permanent, .undecodable, "no")
        #expect(fail(&bench, (0..<20).map { "j\($0)" }, bad).isEmpty)
    }

    @Test(
        "after the pause one unit tries it: success closes it, failure keeps it open for twice as long"
    )
    func trial() throws {
        var bench = CoreBench.started()
        var record = try #require(fail(&bench, ["a", "b", "c", "d"], full).first)
        let waiting = ["e", "f"].map { CoreBench.candidate($0) }
        bench.now += 1_999
        #expect(bench.survey(candidates: waiting, breakers: [record]).picks.isEmpty)
        bench.now += 1
        _ = bench.pass(1_000)
        let trial = bench.survey(candidates: waiting, breakers: [record])
        #expect(trial.picks.map(\.unit.job.text) == ["e"])
        let claim = try #require(trial.breakers.first)
        #expect(claim.generation == 2 && claim.state == .open)
        #expect(claim.retryAtMilliseconds > bench.now + CoreBench.ledgerOffset)
        let lease = CoreBench.lease("e")
        _ = bench.tell(.answered(trial.operations, [.breakerSet(true), .leased([lease])]))
        let failed = bench.tell(.finished(lease.token, .failed(full)))
        record = try #require(failed.breakers.first)
        #expect(record.generation == 3 && record.failures == 5)
        #expect(
            record.retryAtMilliseconds == bench.now + CoreBench.ledgerOffset + 4_000)
        bench.answer(failed.operations)
        bench.now += 4_000
        _ = bench.pass(1_000)
        let again = bench.survey(candidates: waiting, breakers: [record])
        _ = bench.tell(.answered(again.operations, [.breakerSet(true), .leased([lease])]))
        let made = bench.tell(.finished(lease.token, .made(CoreBench.artifact, nil)))
        let closed = bench.tell(
            .answered(made.operations, [.completed(.committed(.running))])
        ).breakers
        #expect(closed.map(\.state) == [.closed])
        #expect(closed.map(\.generation) == [5])
    }

    @Test(
        "a trial that was not granted, or not answered for, is tried again",
        arguments: [true, false])
    func trialLost(_ isAnswered: Bool) throws {
        var bench = CoreBench.started()
        let record = try #require(fail(&bench, ["a", "b", "c", "d"], full).first)
        bench.now += 10_000
        _ = bench.pass(1_000)
        let trial = bench.survey(candidates: [CoreBench.candidate("e")], breakers: [record])
        #expect(trial.picks.map(\.unit.job.text) == ["e"])
        _ =
            isAnswered
            ? bench.tell(.answered(trial.operations, [.breakerSet(true), .leased([])]))
            : bench.tell(
                .askFailed(trial.operations, LedgerFailure(.busy, "locked by another process")))
        bench.now += 60_000
        _ = bench.pass(1_000)
        let again = bench.survey(candidates: [CoreBench.candidate("e")], breakers: [record])
        #expect(again.picks.map(\.unit.job.text) == ["e"])
    }
}

extension CoreBench {
    /// Answers what was asked, as a ledger would that has no objections.
    mutating func answer(_ operations: [LedgerOperation]) {
        let answers: [LedgerAnswer] = operations.map { operation in
            switch operation {
            case .register, .retire: .noted
            case .lease, .hedge: .leased([])
            case .renew(let held, _): .renewed(Set(held.map(\.token)))
            case .complete: .completed(.committed(.running))
            case .release: .released(.released(.ready))
            case .setBreaker: .breakerSet(true)
            }
        }
        // Each ask is answered on its own; these tests ask one thing at a time.
        _ = tell(.answered(operations, answers))
    }

    mutating func succeed(_ job: String, kind: UnitKind = .encode) {
        let lease = lease(job, kind: kind)
        answer(tell(.finished(lease.token, .made(Self.artifact, nil))).operations)
    }
}
