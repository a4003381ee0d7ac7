import SeededRandom
import Testing
import TranscodeModel

@testable import Planner

@Suite("The grid: exact rates, one output frame for each source frame")
struct GridTests {
    @Test(
        "a constant rate is found exactly, through the rounding of any container",
        arguments: [
            Rational(24000, 1001), Rational(24), Rational(25), Rational(30000, 1001), Rational(30),
            Rational(50), Rational(60000, 1001), Rational(60), Rational(10), Rational(179, 6),
            Rational(1),
        ],
        [Rational(1, 1000), Rational(1, 90_000), Rational(1, 12_800)])
    func constantRates(rate: Rational, timeBase: Rational) throws {
        let count = 3000
        let ticks = PlannerFixture.constantTicks(rate, timeBase: timeBase, count: count, first: 77)
        let track = PlannerFixture.track(ticks: ticks, timeBase: timeBase, average: rate)
        let grid = try GridBuilder.grid(track, rateMaximum: Rational(60))
        #expect(grid.rate == rate)
        #expect(grid.frames == count)
        #expect(grid.timescale >= 10_000)
        // Frame n shows source frame n: it is before its own deadline and after the one before.
        for frame in 0..<count {
            #expect(ticks[frame] < grid.deadlineTicks(frame: frame, timeBase: timeBase))
            if frame > 0 {
                #expect(ticks[frame] >= grid.deadlineTicks(frame: frame - 1, timeBase: timeBase))
            }
        }
    }

    @Test("the rate is found though the container claims a wrong one or none")
    func liars() throws {
        let ticks = PlannerFixture.constantTicks(
            Rational(24000, 1001), timeBase: Rational(1, 1000), count: 500)
        for claim in [nil, Rational(30), Rational(1000), Rational(1, 7)] {
            let track = PlannerFixture.track(
                ticks: ticks, timeBase: Rational(1, 1000), average: claim)
            #expect(
                try GridBuilder.grid(track, rateMaximum: Rational(60)).rate == Rational(24000, 1001)
            )
        }
    }

    @Test(
        "two lost frames do not change the rate, though ticks of a millisecond are coarse",
        arguments: [Rational(60), Rational(60_000, 1001), Rational(50), Rational(30), Rational(24)])
    func coarseTicks(rate: Rational) throws {
        var ticks = PlannerFixture.constantTicks(rate, timeBase: Rational(1, 1000), count: 360)
        ticks.remove(at: 200)
        ticks.remove(at: 40)
        let track = PlannerFixture.track(ticks: ticks, timeBase: Rational(1, 1000), average: rate)
        let grid = try GridBuilder.grid(track, rateMaximum: Rational(60))
        #expect(abs(grid.rate.approximation / rate.approximation - 1) < 0.002)
        #expect(abs(grid.frames - 360) <= 1)
    }

    @Test("a rate above the maximum is divided by a whole number")
    func maximum() throws {
        let ticks = PlannerFixture.constantTicks(
            Rational(60), timeBase: Rational(1, 90_000), count: 601)
        let track = PlannerFixture.track(
            ticks: ticks, timeBase: Rational(1, 90_000), average: Rational(60))
        let grid = try GridBuilder.grid(track, rateMaximum: Rational(25))
        #expect(grid.rate == Rational(20))
        #expect(grid.frames == 200)
    }

    @Test("a variable rate goes to its nominal rate and keeps its length", arguments: 0..<30)
    func variable(seed: UInt64) throws {
        var generator = SplitMix64(seed: seed)
        var ticks: [Int64] = [0]
        for _ in 0..<400 {
            let skipped = Int.random(in: 0..<10, using: &generator) == 0
            ticks.append(
                ticks.last! + (skipped ? Int64.random(in: 50...900, using: &generator) : 33))
        }
        let track = PlannerFixture.track(
            ticks: ticks, timeBase: Rational(1, 1000), lastDuration: 33)
        let grid = try GridBuilder.grid(track, rateMaximum: Rational(60))
        #expect(grid.rate == Rational(30))
        let seconds = Rational(ticks.last! + 33, 1000)
        #expect((grid.duration - seconds) <= Rational(1, 30))
        #expect((seconds - grid.duration) <= Rational(1, 30))
        // A picture on the screen long enough to be a frame is never lost.
        let deadlines = (0..<grid.frames).map {
            grid.deadlineTicks(frame: $0, timeBase: track.timeBase)
        }
        #expect(deadlines == deadlines.sorted())
    }

    @Test("one single frame is a film of one frame")
    func single() throws {
        let track = PlannerFixture.track(ticks: [500], timeBase: Rational(1, 1000))
        let grid = try GridBuilder.grid(track, rateMaximum: Rational(60))
        #expect(grid.frames == 1)
        #expect(grid.origin == Rational(1, 2))
    }
}
