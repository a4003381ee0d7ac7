import ContentDigest
import Ledger
import Testing
import TranscodeModel
import WorkerProtocol

@testable import Node

@Suite("How far a unit has come, by what its worker says, which is not believed")
struct WorkSpanTests {
    @Test(
        "a part is between 0 and nearly 1 until it has ended, whatever is said",
        arguments: [
            (-5, 0.0), (0, 0.0), (25, 0.25), (100, 0.98), (1_000, 0.98), (Int.max, 0.98),
            (Int.min, 0.0),
        ])
    func part(_ done: Int, _ part: Double) {
        #expect(WorkSpan(total: 100).part(WorkProgress(done: done, bytes: 0)) == part)
    }

    @Test("each turn is as much of the whole; nothing to count counts as one")
    func turns() {
        let parts = (0..<4).map {
            WorkSpan(total: 10, turn: $0, turns: 4).part(WorkProgress(done: 5, bytes: 0))
        }
        #expect(parts == [0.125, 0.375, 0.625, 0.875])
        #expect(WorkSpan(total: 0).part(WorkProgress(done: 7, bytes: 0)) == 0.98)
    }

    @Test("two leases of one unit are told apart")
    func board() {
        let board = ProgressBoard()
        func token(_ attempt: Int) -> LeaseToken {
            LeaseToken(
                tenant: .standard, unit: UnitID(job: JobID("j"), position: 1), epoch: 1,
                attempt: attempt)
        }
        func held(_ attempt: Int) -> HeldLease {
            board.held(HeldLease(token: token(attempt), progress: 0))
        }
        board.note(token(1), WorkProgress(done: 30, bytes: 0), part: 0.3)
        board.note(token(2), WorkProgress(done: 10, bytes: 0), part: 0.1)
        #expect(held(1) == HeldLease(token: token(1), progress: 30, part: 0.3))
        #expect(held(2) == HeldLease(token: token(2), progress: 10, part: 0.1))
        #expect(board.done(token(1).unit) == 30)
        board.forget(token(1))
        #expect(held(1).part == nil)
        #expect(board.done(token(1).unit) == 10)
    }
}
