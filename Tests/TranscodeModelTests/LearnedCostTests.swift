import Foundation
import Testing
import TranscodeModel

@Suite("Costs are learned from what units took")
struct LearnedCostTests {
    private static func learned(_ ratios: some Sequence<Double>, seconds: Double = 10)
        -> LearnedCost
    {
        var cost = LearnedCost(machine: "m", work: "w")
        for ratio in ratios {
            cost.learn(
                CostSample(
                    work: "w", predictedSeconds: seconds, measuredSeconds: seconds * ratio))
        }
        return cost
    }

    /// As content differs: by a tenth up and down.
    private static func varied(_ ratio: Double, count: Int) -> [Double] {
        (0..<count).map { ratio * (1 + 0.1 * sin(Double($0) * 2.4)) }
    }

    @Test(
        "it converges on what work takes, from far below and far above",
        arguments: [0.1, 0.7, 1, 3, 9])
    func converges(ratio: Double) {
        #expect(abs(Self.learned(Self.varied(ratio, count: 200)).factor / ratio - 1) < 0.05)
        #expect(abs(Self.learned(Self.varied(ratio, count: 20)).factor / ratio - 1) < 0.2)
    }

    @Test("nothing learned is what was reckoned with; the first sample counts half")
    func first() {
        #expect(Self.learned([]).factor == 1)
        #expect(abs(Self.learned([4]).factor - 2) < 1e-9)
    }

    @Test("a stopped or starved worker does not spoil it", arguments: [0.001, 30, 1e4])
    func outliers(outlier: Double) {
        var ratios = Self.varied(2, count: 60)
        let before = Self.learned(ratios).factor
        ratios.append(outlier)
        #expect(abs(Self.learned(ratios).factor / before - 1) < 0.01)
        // One in ten, all the time.
        let dirty = Self.varied(2, count: 300).enumerated().map { $0 % 10 == 9 ? outlier : $1 }
        #expect(abs(Self.learned(dirty).factor / 2 - 1) < 0.1)
    }

    @Test("it follows a machine that changes")
    func follows() {
        let changed = Self.varied(1, count: 500) + Self.varied(2, count: 300)
        #expect(abs(Self.learned(changed).factor / 2 - 1) < 0.1)
    }

    @Test("work of a moment weighs little")
    func moments() {
        var cost = Self.learned(Self.varied(1, count: 10))
        cost.learn(CostSample(work: "w", predictedSeconds: 0.001, measuredSeconds: 0.1))
        #expect(abs(cost.factor - 1) < 0.05)
    }

    @Test(
        "what is no measurement is not learned from",
        arguments: [(0, 1), (1, 0), (-1, 1), (.nan, 1), (1, .infinity), (1, -1)])
    func nonsense(predicted: Double, measured: Double) {
        var cost = Self.learned([2, 2])
        let before = cost
        cost.learn(CostSample(work: "w", predictedSeconds: predicted, measuredSeconds: measured))
        #expect(cost == before)
    }

    @Test("what it keeps stays within what a ledger takes")
    func bounded() {
        for ratio in [1e-6, 1e6] {
            let cost = Self.learned((0..<1000).map { _ in ratio }, seconds: 1)
            #expect((-3.0...3.0).contains(cost.bias) && cost.spread >= 0)
        }
    }

    @Test("bytes of a span are shared by time")
    func density() {
        let density = PacketDensity(spanTicks: 100, bytes: [10, 20, 40])
        #expect(density.bytes(in: 0..<300) == 70)
        #expect(density.bytes(in: 50..<150) == 15)
        #expect(density.bytes(in: 250..<900) == 20)
        #expect(density.bytes(in: 300..<400) == 0)
        #expect(!PacketDensity(spanTicks: 0, bytes: [1]).isInRange)
        #expect(!PacketDensity(spanTicks: 1, bytes: [-1]).isInRange)
    }
}
