import SeededRandom
import Testing
import TranscodeModel

@testable import Planner

@Suite("How work is grouped: whole where it can be, parted where cores would stand idle")
struct GroupingTests {
    private static func plan(seconds: Int, workers: Int, height: Int = 720) throws -> Plan {
        let track = PlannerFixture.track(
            ticks: PlannerFixture.constantTicks(
                Rational(25), timeBase: Rational(1, 1000), count: seconds * 25),
            timeBase: Rational(1, 1000), width: height * 16 / 9, height: height)
        return try Planning.plan(
            index: PlannerFixture.index([track]), source: PlannerFixture.source,
            profile: PlannerFixture.profile, context: PlanningContext(workers: workers))
    }

    private static func encodes(_ plan: Plan) -> [PlannedUnit] {
        plan.units.filter { $0.work.kind == .encode }
    }

    @Test(
        "taken the longest first, the work of a long film ends within 3 % of an even share",
        arguments: [(2, 600), (3, 613), (4, 600), (4, 613), (7, 1800), (16, 1800), (64, 7200)])
    func even(workers: Int, seconds: Int) throws {
        let plan = try Self.plan(seconds: seconds, workers: workers)
        let lengths = Self.encodes(plan).map(\.estimate.cpuSeconds)
        let whole = try Self.plan(seconds: seconds, workers: 1)
        let ideal = Makespan.ideal(
            Self.encodes(whole).map(\.estimate.cpuSeconds), workers: workers)
        #expect(Makespan(lengths, workers: workers).seconds <= 1.03 * ideal)
    }

    @Test("as they are leased, too: by critical seconds, then by position", arguments: [2, 3, 4])
    func leased(workers: Int) throws {
        let plan = try Self.plan(seconds: 600, workers: workers)
        let critical = Planning.criticalSeconds(plan.units)
        let order = plan.units.filter { $0.dependencies.isEmpty }.sorted {
            let (left, right) = (critical[$0.position - 1], critical[$1.position - 1])
            return left != right ? left > right : $0.position < $1.position
        }
        var free = [Double](repeating: 0, count: workers)
        for unit in order {
            let next = free.indices.min { free[$0] < free[$1] } ?? 0
            free[next] += unit.estimate.cpuSeconds
        }
        let sum = order.reduce(0) { $0 + $1.estimate.cpuSeconds }
        #expect(free.max() ?? 0 <= 1.03 * sum / Double(workers))
    }

    @Test("for one worker nothing is parted, nor where the chunks are even enough")
    func whole() throws {
        for (seconds, workers) in [(12, 1), (600, 1), (7200, 2), (576, 2)] {
            let plan = try Self.plan(seconds: seconds, workers: workers)
            #expect(Self.encodes(plan).count == plan.video?.chunks.count)
        }
    }

    @Test("a part is worth a process: three seconds at least", arguments: 1...12)
    func parts(workers: Int) throws {
        for seconds in [8, 12, 20, 60, 130] {
            let plan = try Self.plan(seconds: seconds, workers: workers, height: 1080)
            let chunks = try #require(plan.video).chunks.count
            let units = Self.encodes(plan)
            guard units.count > chunks else { continue }
            let parted = units.filter { unit in
                guard case .encode(_, let names) = unit.work else { return false }
                return names.count < plan.video?.renditions.count ?? 0
            }
            #expect(!parted.isEmpty)
            #expect(parted.allSatisfy { $0.estimate.cpuSeconds >= 3 })
        }
    }

    @Test("of equal chunks the last are parted, so that what is small comes at the end")
    func last() throws {
        let plan = try Self.plan(seconds: 12 * 9, workers: 2)
        let parted = Self.encodes(plan).compactMap { unit -> Int? in
            guard case .encode(let chunk, let names) = unit.work, names.count < 2 else {
                return nil
            }
            return chunk
        }
        let count = Set(parted).count
        #expect((1...4).contains(count) && Set(parted) == Set(9 - count..<9))
    }

    @Test("units of nearly one length stay in the order of the film; longer ones come first")
    func order() {
        func unit(_ position: Int, _ seconds: Double) -> PlannedUnit {
            PlannedUnit(
                position: position, work: .encode(chunk: position - 1, renditions: ["v"]),
                dependencies: [], content: PlannerFixture.source,
                estimate: Estimate(cpuSeconds: seconds, memoryBytes: 1, outputBytes: 1))
        }
        let critical = Planning.criticalSeconds([unit(1, 10.1), unit(2, 10.3), unit(3, 20)])
        #expect(critical[0] == critical[1])
        #expect(critical[2] > critical[0])
        #expect(critical[0] <= 10.1 && critical[0] > 10.1 / 1.16)
    }

    @Test(
        "a job counts on more than an even share of the workers, on all when it is alone, and on one in a crowd"
    )
    func share() {
        func share(_ workers: Int, _ jobs: Int) -> Int {
            PlanningContext.share(ofWorkers: workers, unfinishedJobs: jobs)
        }
        #expect(
            [1, 2, 4, 8, 16, 32, 64, 1000].map { share(64, $0) } == [64, 64, 64, 22, 8, 2, 1, 1])
        #expect(share(2, 1) == 2 && share(2, 2) == 1)
        // Numbers that make no sense.
        #expect(share(0, 0) == 1 && share(-1, -1) == 1)
    }

    @Test("the longest first is what a simple simulation says", arguments: 0..<50)
    func makespan(seed: UInt64) {
        var generator = SplitMix64(seed: seed)
        let lengths = (0..<Int.random(in: 0...40, using: &generator)).map { _ in
            Double(Int.random(in: 1...60, using: &generator))
        }
        let workers = Int.random(in: 1...9, using: &generator)
        var free = [Double](repeating: 0, count: workers)
        for length in lengths.sorted(by: >) {
            free.sort()
            free[0] += length
        }
        #expect(Makespan(lengths, workers: workers).seconds == free.max() ?? 0)
    }
}
