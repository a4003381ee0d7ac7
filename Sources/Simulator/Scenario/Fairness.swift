import Ledger
import TranscodeModel

/// A thousand tenants with more work than there are workers: who gets what, and who waits how long.
///
/// Tenants have weights of 1, 2 and 4, and as much work; one in ten has a cap; one in two has backfill only, beside
/// live work that never ends. It is measured until three fifths of all units are done, while everybody waits.
public struct Fairness: Sendable {
    public var tenants = 1_000
    public var nodes = 4
    public var workers = 16
    /// Jobs of a tenant of weight 1.
    public var jobsOfWeight = 3
    public var seed: UInt64 = 1

    public init() {}

    public struct Report: Sendable, Hashable, Codable {
        public var tenants: Int
        public var jobs: Int
        public var units: Int
        public var workers: Int
        /// Of the CPU-seconds of each live tenant without a cap, by its weight (Jain, Chiu, Hawe 1984); 1 is even.
        public var jainIndex: Double
        /// The furthest that one of them is behind its weighted share, in its largest units.
        public var largestLagUnits: Double
        /// The part of all CPU-seconds that backfill got; at least 0.1 is promised.
        public var backfillShare: Double
        /// The most that a tenant's leases were above its cap.
        public var overCap: Int
        /// The longest that a tenant with ready units waited for its next lease, in the time that its weight gives
        /// it for one.
        public var longestWaitTurns: Double
        public var seconds: Double
        /// Bounds that do not hold.
        public var findings: [String]
    }

    /// What the report's figures must keep to.
    public static let jainMinimum = 0.98
    public static let lagMaximumUnits = 3.0
    public static let backfillMinimum = 0.09
    public static let waitMaximumTurns = 6.0

    func scenario() -> Scenario {
        var options = SimulationOptions()
        options.faults = .none
        options.uploads = 0
        options.nodes = nodes
        options.workers = workers
        var scenario = Scenario(seed: seed, options: options)
        scenario.tenants = (0..<tenants).map {
            SimulatedTenant(
                number: $0, weight: Fairness.weight($0), cap: Fairness.cap($0))
        }
        var uploads: [Upload] = []
        for tenant in 0..<tenants {
            for _ in 0..<jobsOfWeight * Int(Fairness.weight(tenant)) {
                uploads.append(
                    Upload(
                        number: uploads.count, atMilliseconds: 0, tenant: tenant,
                        jobClass: Fairness.isBackfill(tenant) ? .backfill : .live, priority: 0,
                        isRepeated: false, shape: JobShape.all[0]))
            }
        }
        scenario.uploads = uploads
        scenario.keepsHistory = false
        return scenario
    }

    static func weight(_ tenant: Int) -> Double { [1, 2, 4][tenant % 3] }
    static func isBackfill(_ tenant: Int) -> Bool { tenant % 2 == 1 }
    static func cap(_ tenant: Int) -> Int? { tenant % 10 == 4 ? 1 + tenant / 10 % 3 : nil }

    public func run() throws -> Report {
        let start = ContinuousClock.now
        let scenario = scenario()
        let clock = WorldClock()
        let world = World(
            scenario,
            ledger: MemoryLedger(clock: clock.ledgerClock, keepsHistory: false, plantedBug: nil),
            mirror: nil, clock: clock, isTracing: false)
        let meter = FairnessMeter(self)
        world.observer = { world, operations, answers in meter.see(world, operations, answers) }
        try world.run()
        var report = meter.report
        report.jobs = scenario.uploads.count
        report.units = world.tally.units
        report.seconds = (ContinuousClock.now - start) / .seconds(1)
        report.judge()
        return report
    }
}

extension Fairness.Report {
    fileprivate mutating func judge() {
        func require(_ holds: Bool, _ finding: String) { if !holds { findings.append(finding) } }
        require(jainIndex >= Fairness.jainMinimum, "the shares are uneven")
        require(largestLagUnits <= Fairness.lagMaximumUnits, "a tenant is far behind its share")
        require(backfillShare >= Fairness.backfillMinimum, "backfill got less than its share")
        require(overCap <= 0, "a tenant held more leases than its cap")
        require(longestWaitTurns <= Fairness.waitMaximumTurns, "a tenant waited too long")
    }
}
