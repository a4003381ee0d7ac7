import SeededRandom
import Testing
import TranscodeModel

@testable import Planner

@Suite("The usual rate of a source whose frames do not come evenly")
struct RateEstimateTests {
    private func rate(_ steps: [Int64], _ timeBase: Rational = Rational(1, 1000)) -> Rational {
        var ticks: [Int64] = [0]
        for step in steps { ticks.append(ticks.last! + step) }
        let estimate = RateEstimate.of(ticks: ticks, timeBase: timeBase, average: nil)
        #expect(!estimate.isConstant)
        return estimate.rate
    }

    private func even(_ rate: Rational, _ count: Int, _ timeBase: Rational) -> [Int64] {
        let ticks = PlannerFixture.constantTicks(rate, timeBase: timeBase, count: count)
        return zip(ticks.dropFirst(), ticks).map { $0 - $1 }
    }

    @Test(
        "one pause, however long, changes nothing",
        arguments: [
            Rational(24000, 1001), Rational(25), Rational(30000, 1001), Rational(50), Rational(60),
        ], [Rational(1, 1000), Rational(1, 90_000)])
    func pause(expected: Rational, timeBase: Rational) {
        var steps = even(expected, 1200, timeBase)
        steps[300] += (Rational(90) / timeBase).rounded
        #expect(rate(steps, timeBase) == expected)
    }

    @Test(
        "where most frames are left out, the rate of those that are not counts",
        arguments: [(2, 60), (3, 75), (4, 80)])
    func halved(times: Int64, percent: Int) {
        var generator = SplitMix64(seed: 11)
        let steps = (0..<2000).map { _ in
            Int.random(in: 0..<100, using: &generator) < percent ? 1500 * times : 1500
        }
        #expect(rate(steps, Rational(1, 90_000)) == Rational(60))
    }

    @Test("a camera that jitters has the rate that it has on average", arguments: [3, 6])
    func jitter(spread: Int64) {
        var generator = SplitMix64(seed: 5)
        let steps = (0..<4000).map { _ in
            33 + Int64.random(in: -spread...spread, using: &generator)
        }
        let found = rate(steps)
        #expect(found == Rational(30) || found == Rational(30000, 1001))
    }

    @Test("frames at the same time say nothing of the rate")
    func duplicates() {
        #expect(rate(Array(repeating: [40, 0, 0], count: 200).flatMap { $0 }) == Rational(25))
    }

    @Test("hundredths of a second, with frames of two and of four or five: 50 a second")
    func animation() {
        let steps = Array(repeating: [2, 2, 2, 2, 2, 5, 2, 2, 2, 4], count: 4).flatMap { $0 }
        #expect(rate(steps.map(Int64.init), Rational(1, 100)) == Rational(50))
    }
}
