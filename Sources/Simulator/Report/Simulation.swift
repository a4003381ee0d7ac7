import Synchronization

/// Many worlds, several at a time.
public struct Simulation: Sendable {
    /// A seed that violated an invariant, and the smallest world that still does.
    public struct Failing: Sendable {
        public var seed: UInt64
        public var violation: Violation
        /// Makes the whole world again.
        public var command: String
        /// Makes the smallest one again.
        public var shrunkCommand: String
        /// What goes wrong in the smallest one.
        public var faults: [String]
        public var trace: [TraceLine]
    }

    public struct Report: Sendable {
        public var tally = Tally()
        public var failing: [Failing] = []
        /// Of the wall clock.
        public var seconds = 0.0

        public var unitsPerMinute: Double {
            seconds > 0 ? Double(tally.units) * 60 / seconds : 0
        }
    }

    public var seeds: ClosedRange<UInt64>
    public var options: SimulationOptions
    /// Worlds at a time.
    public var threads: Int
    /// Stops after so many failing seeds.
    public var failingMaximum = 3

    public init(seeds: ClosedRange<UInt64>, options: SimulationOptions, threads: Int = 2) {
        self.seeds = seeds
        self.options = options
        self.threads = max(threads, 1)
    }

    public func run() async throws -> Report {
        let start = ContinuousClock.now
        let course = Course()
        var report = try await withThrowingTaskGroup(of: Report.self) { group in
            for _ in 0..<threads {
                group.addTask { try await run(course) }
            }
            return try await group.reduce(into: Report()) { whole, part in
                whole.tally.add(part.tally)
                whole.failing += part.failing
            }
        }
        report.failing.sort { $0.seed < $1.seed }
        report.seconds = (ContinuousClock.now - start) / .seconds(1)
        return report
    }

    /// How far all threads have come together.
    private final class Course: Sendable {
        let next = Atomic<UInt64>(0)
        let failed = Atomic<Int>(0)
    }

    /// One seed after another, until none is left.
    private func run(_ course: Course) async throws -> Report {
        var part = Report()
        while course.failed.load(ordering: .relaxed) < failingMaximum {
            let offset = course.next.wrappingAdd(1, ordering: .relaxed).oldValue
            guard offset <= seeds.upperBound - seeds.lowerBound else { break }
            if let failing = try run(seeds.lowerBound + offset, &part.tally) {
                part.failing.append(failing)
                course.failed.wrappingAdd(1, ordering: .relaxed)
            }
            await Task.yield()
        }
        return part
    }

    /// One world; what failed is shrunk at once.
    private func run(_ seed: UInt64, _ tally: inout Tally) throws -> Failing? {
        let scenario = Scenario(seed: seed, options: options)
        let outcome = try WorldRun.run(scenario, isTracing: false)
        tally.add(outcome.tally)
        guard outcome.violation != nil else { return nil }
        return try Simulation.shrunk(scenario, outcome)
    }

    static func shrunk(_ scenario: Scenario, _ outcome: WorldRun.Outcome) throws -> Failing? {
        var shrinker = Shrinker(scenario, outcome)
        try shrinker.shrink()
        guard let violation = shrinker.outcome.violation else { return nil }
        return Failing(
            seed: scenario.seed, violation: violation, command: scenario.command,
            shrunkCommand: shrinker.scenario.command,
            faults: shrinker.scenario.faults.map(\.summary), trace: shrinker.outcome.trace)
    }
}
