import Testing
import TranscodeModel
import WorkerProtocol

@testable import WorkerHost

@Suite("What a worker says it made: bounded before anything is computed with it")
struct ResultCheckTests {
    private func result(_ counts: [Int]) -> WorkResult {
        WorkResult(
            pieces: [],
            damage: counts.map { Damage(kind: .decodeErrors, streamIndex: 1, count: $0) })
    }

    @Test("a count of damage that cannot be added up is a fault")
    func counts() {
        #expect(ResultCheck.fault(in: result([0, 1, 1 << 40])) == nil)
        for wrong in [-1, Int.min, Int.max] {
            #expect(ResultCheck.fault(in: result([1, wrong])) != nil)
        }
    }

    @Test("of a long list of damage the first some hundreds are told")
    func length() {
        let told = ResultCheck.sanitised(result(Array(1...100_000)))
        #expect(told.damage.map(\.count) == Array(1...Damage.entriesMaximum))
    }
}
