import Testing
import TranscodeModel

@testable import Planner

@Suite("What work is predicted to cost, and what is learned of it")
struct CostModelTests {
    private static func plan(
        _ density: PacketDensity? = nil, factors: [String: Double] = [:]
    ) throws -> Plan {
        var track = PlannerFixture.track(
            ticks: PlannerFixture.constantTicks(
                Rational(25), timeBase: Rational(1, 1000), count: 1500),
            timeBase: Rational(1, 1000))
        track.density = density
        return try Planning.plan(
            index: PlannerFixture.index([track], [PlannerFixture.audio(1, start: 0, end: 60_000)]),
            source: PlannerFixture.source, profile: PlannerFixture.profile,
            context: PlanningContext(factors: factors))
    }

    @Test("a chunk on which the source spends more is predicted to cost more, and cut no otherwise")
    func hardness() throws {
        // Two seconds of usual pictures take so many bytes; the second half of the film takes twice as many.
        let usual = Int64(0.03 * 1280 * 720 * 50 / 8)
        let density = PacketDensity(
            spanTicks: 2000, bytes: (0..<30).map { $0 < 15 ? usual : 2 * usual })
        let (plain, hard) = (try Self.plan(), try Self.plan(density))
        #expect(plain.video == hard.video)
        let pairs = zip(plain.units, hard.units).filter { $0.0.work.kind == .encode }
        #expect(pairs.count == 5)
        for (index, pair) in pairs.enumerated() {
            #expect(pair.0.content == pair.1.content)
            let ratio = pair.1.estimate.cpuSeconds / pair.0.estimate.cpuSeconds
            #expect(index < 2 ? abs(ratio - 1) < 0.01 : ratio > 1.08)
        }
    }

    @Test("an estimate is the sum of its kinds of work, each times what was learned of it")
    func sums() throws {
        let factors = ["encode/h264/medium": 1.7, "decode/h264": 0.4, "audio/aac": 3]
        let plan = try Self.plan(factors: factors)
        let costs = try #require(plan.costs)
        #expect(costs.seconds.count == plan.units.count)
        for unit in plan.units {
            let own = costs.costs(ofUnit: unit.position)
            switch unit.work {
            case .encode: #expect(own.count == 4)
            case .audio, .images: #expect(own.count == 1)
            default: #expect(own.isEmpty)
            }
            guard !own.isEmpty else { continue }
            let sum = own.reduce(0) { $0 + $1.seconds * (factors[$1.work] ?? 1) }
            #expect(abs(sum - unit.estimate.cpuSeconds) < 0.001)
        }
    }

    @Test("what a worker measured goes to the kind of work that it was")
    func samples() {
        let costs = [
            WorkCost(work: "decode/h264", seconds: 2), WorkCost(work: "scale", seconds: 1),
            WorkCost(work: "encode/h264/medium", seconds: 6),
            WorkCost(work: "encode/h264/fast", seconds: 2), WorkCost(work: "start", seconds: 0.1),
        ]
        let usage = Usage(
            cpuSeconds: 10,
            stageCPUSeconds: ["decode": 1, "scale": 2, "encode": 6, "mux": 0.5])
        let samples = CostLessons.samples(costs, usage)
        func measured(_ work: String) -> Double? {
            samples.first { $0.work == work }?.measuredSeconds
        }
        #expect(measured("decode/h264") == 1)
        #expect(measured("scale") == 2)
        #expect(measured("encode/h264/medium") == 4.5)
        #expect(measured("encode/h264/fast") == 1.5)
        #expect(measured("start") == 1)
        // Of threads of its own a worker knows nothing: what is left is the encoder's.
        let threaded = CostLessons.samples(
            [
                WorkCost(work: "decode/h264", seconds: 2),
                WorkCost(work: "encode/av1/8", seconds: 6),
                WorkCost(work: "start", seconds: 0.5),
            ], usage)
        #expect(
            threaded == [
                CostSample(work: "decode/h264", predictedSeconds: 2, measuredSeconds: 1),
                CostSample(work: "encode/av1/8", predictedSeconds: 6, measuredSeconds: 6.5),
            ])
        let whole = CostLessons.samples([WorkCost(work: "audio/aac", seconds: 2)], usage)
        #expect(whole == [CostSample(work: "audio/aac", predictedSeconds: 2, measuredSeconds: 10)])
        #expect(CostLessons.samples(costs, Usage()).isEmpty)
    }

    @Test("a table keeps what each unit costs by kind, to a tenth of a millisecond")
    func table() {
        var table = CostTable()
        table.append([WorkCost(work: "a", seconds: 1.23456), WorkCost(work: "b", seconds: 2)])
        table.append([])
        table.append([WorkCost(work: "c", seconds: 3), WorkCost(work: "a", seconds: 0)])
        #expect(table.works == ["a", "b", "c"])
        #expect(table.seconds == [[1.2346, 2], [], [0, 0, 3]])
        #expect(table.costs(ofUnit: 3) == [WorkCost(work: "c", seconds: 3)])
        #expect(table.costs(ofUnit: 2).isEmpty && table.costs(ofUnit: 4).isEmpty)
        #expect(table.costs(ofUnit: 0).isEmpty)
    }
}
