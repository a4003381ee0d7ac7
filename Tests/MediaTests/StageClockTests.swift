import Foundation
import Testing

@testable import Media

@Suite("Stages: reading is a stage of its own")
struct StageClockTests {
    /// Uses the thread's CPU until its clock has moved by so much.
    private func work(seconds: Double) {
        let start = ReadClock.threadSeconds
        while ReadClock.threadSeconds - start < seconds {}
    }

    @Test("what is read within a stage is counted once, as read")
    func once() throws {
        var clock = StageClock()
        #expect(clock.secondsByStage.isEmpty)
        let start = clock.now
        work(seconds: 0.01)
        ReadClock.measure { work(seconds: 0.05) }
        clock.add("decode", since: start)
        let stages = clock.secondsByStage
        let (read, decode) = (try #require(stages["read"]), try #require(stages["decode"]))
        #expect(read >= 0.05 && decode >= 0.01)
        #expect(decode < read)
        // A clock that is made later does not tell of it.
        #expect(StageClock().secondsByStage.isEmpty)
    }

    @Test("threads do not read for each other")
    func threads() {
        let before = ReadClock.seconds
        let done = DispatchSemaphore(value: 0)
        Thread {
            ReadClock.measure { work(seconds: 0.01) }
            done.signal()
        }.start()
        done.wait()
        #expect(ReadClock.seconds == before)
    }
}
