import Testing
import TranscodeModel

@testable import Simulator

/// What a trace asks of a fleet.
struct TraceLoadTests {
    @Test("There are as many uploads as were asked for, in order, within the day")
    func arrivals() {
        var chance = Chance(seed: 1)
        let times = DayCurve(hours: 24, seed: 1).arrivals(20_000, &chance)
        #expect(times.count == 20_000)
        #expect(times == times.sorted())
        #expect(times.allSatisfy { (0...86_400_000).contains($0) })
    }

    @Test("In a burst there come ten times as many as around it")
    func bursts() throws {
        let curve = DayCurve(hours: 24, seed: 2)
        #expect(curve.burstStarts.count == 4)
        var chance = Chance(seed: 2)
        let times = curve.arrivals(400_000, &chance)
        let start = try #require(
            curve.burstStarts.first { first in
                curve.burstStarts.allSatisfy { $0 == first || abs($0 - first) > 1200 }
                    && first > 600 && first < 85_000
            })
        func count(_ from: Double, _ seconds: Double) -> Double {
            Double(times.count { Double($0) / 1000 >= from && Double($0) / 1000 < from + seconds })
        }
        let ratio = count(start + 10, 160) / count(start - 340, 320) * 2
        #expect(ratio > 8 && ratio < 12)
    }

    @Test(
        "Half of the uploads last less than a minute, and the few long ones are most of the hours")
    func lengths() {
        var chance = Chance(seed: 3)
        let mix = UploadMix()
        let lengths = (0..<50_000).map { _ in mix.seconds(&chance) }.sorted()
        #expect((45.0...65.0).contains(lengths[25_000]))
        let mean = lengths.reduce(0, +) / 50_000
        #expect((150.0...300.0).contains(mean))
        #expect(lengths.last ?? 0 <= 10_800 && lengths[0] >= 2)
        #expect(lengths.suffix(5_000).reduce(0, +) > lengths.reduce(0, +) / 2)
    }

    @Test("A class stands for lengths close to its own")
    func classes() {
        for seconds in stride(from: 2.0, through: 10_800, by: 7.3) {
            let own = Double(UploadMix.classSeconds(seconds))
            #expect(abs(own - seconds) <= max(1, 0.06 * seconds))
        }
    }

    @Test("Tenants differ as Zipf's law says")
    func tenants() {
        var chance = Chance(seed: 4)
        let mix = UploadMix()
        var counts = [Int](repeating: 0, count: UploadMix.tenants)
        for _ in 0..<100_000 { counts[mix.tenant(&chance)] += 1 }
        let ratio = Double(counts[0]) / Double(counts[9])
        #expect(ratio > 8.5 && ratio < 11.5)
    }

    @Test("An upload can be played with its first preview, and without any when it is ready")
    func firstPlayable() throws {
        let index = SyntheticSource(seconds: 40, width: 1280, height: 720).index
        var plan = try TraceFixture.plan(index)
        let place = FirstPlayable.position(plan)
        #expect(plan.units[place - 1].work == .preview(chunk: 0))
        #expect(plan.units[..<(place - 1)].allSatisfy { $0.work.kind != .preview })
        plan.units.removeAll { $0.work.kind == .preview }
        #expect(FirstPlayable.position(plan) == plan.units.count)
    }

    @Test("Learned predictions are nearer to the truth, which they do not change")
    func learnedPredictions() throws {
        var options = TraceFixture.options(seed: 7)
        let cold = try TraceLoad(options)
        options.isLearned = true
        let learned = try TraceLoad(options)
        #expect(cold.shapes.map(\.trueSeconds) == learned.shapes.map(\.trueSeconds))
        func error(_ load: TraceLoad) -> Double {
            load.shapes.reduce(0) { sum, shape in
                sum
                    + shape.units.reduce(0) {
                        $0 + abs($1.estimate.cpuSeconds - shape.trueSeconds[$1.position])
                    }
            }
        }
        #expect(error(learned) < 1e-6)
        #expect(error(cold) > 1)
    }

    @Test("Percentiles are values that occur: the least that is not below so many of a hundred")
    func percentiles() {
        let figures = LatencyFigures((1...200).map(Double.init).shuffled())
        #expect(figures.p50 == 100 && figures.p95 == 190 && figures.p99 == 198)
        #expect(LatencyFigures([]).p99 == 0)
        #expect(LatencyFigures([7]).p50 == 7 && LatencyFigures([7]).p99 == 7)
    }
}
