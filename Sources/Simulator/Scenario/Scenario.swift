import Ledger
import Scheduler
package import TranscodeModel

/// How a simulation is wished for; what is nil is drawn from the seed.
public struct SimulationOptions: Sendable {
    public enum Driver: String, Sendable, CaseIterable {
        /// The in-memory reference.
        case memory
        /// The SQLite driver in a temporary directory, beside the reference, answer by answer.
        case sqlite
    }

    public var nodes: Int?
    /// Of each node.
    public var workers: Int?
    public var uploads: Int?
    public var tenants: Int?
    public var faults = FaultSelection.all
    public var driver = Driver.memory
    /// Leave out all other faults and uploads of the seed, by number.
    public var faultsKept: Set<Int>?
    public var uploadsKept: Set<Int>?
    package var plantedBug: PlantedBug?

    public init() {}
}

/// A world before it starts: everything that is drawn ahead, so that it can be made smaller.
public struct Scenario: Sendable {
    public var seed: UInt64
    public var options: SimulationOptions
    public var nodes: Int
    public var workers: Int
    /// Nodes of a host see each other die.
    var nodesOfHost: Int
    var tenants: [SimulatedTenant]
    public var uploads: [Upload]
    public var faults: [Fault]
    /// Faults happen before then; afterwards everything must come to its end.
    var safetyMilliseconds: Int64
    var attemptsMaximum: Int
    var leaseMilliseconds: Int64
    /// Record every event, and compare with what the model expects.
    var keepsHistory: Bool

    public init(seed: UInt64, options: SimulationOptions) {
        var chance = Chance(seed: seed, purpose: 1)
        self.seed = seed
        self.options = options
        // All is drawn, whatever the options say, so that they do not move the rest.
        let drawnCounts = (
            nodes: chance.element([1, 2, 2, 3, 3, 4]), workers: chance.integer(1...5),
            tenants: chance.integer(1...4), uploads: chance.integer(2...16)
        )
        nodes = options.nodes ?? drawnCounts.nodes
        workers = options.workers ?? drawnCounts.workers
        nodesOfHost = chance.integer(1...2)
        leaseMilliseconds = chance.element([3_000, 6_000, 12_000])
        attemptsMaximum = chance.element([3, 5, 5, 8])
        keepsHistory = chance.happens(0.03) || options.driver == .sqlite
        let tenantCount = options.tenants ?? drawnCounts.tenants
        tenants = (0..<tenantCount).map { SimulatedTenant(number: $0, chance: &chance) }
        let uploadCount = options.uploads ?? drawnCounts.uploads
        safetyMilliseconds = Int64(3_000 + 500 * uploadCount)
        var drawn: [Upload] = []
        for number in 0..<uploadCount {
            drawn.append(
                Upload(
                    number: number,
                    atMilliseconds: chance.milliseconds(0...safetyMilliseconds * 2 / 3),
                    tenant: chance.integer(0...tenantCount - 1),
                    jobClass: chance.happens(0.3) ? .backfill : .live,
                    priority: chance.integer(-1...1), isRepeated: chance.happens(0.15),
                    shape: chance.element(JobShape.all)))
        }
        var draw = FaultDraw(
            seed: seed, selection: options.faults, uploads: drawn,
            safetyMilliseconds: safetyMilliseconds, leaseMilliseconds: leaseMilliseconds)
        faults = draw.schedule()
        uploads = drawn
        keep()
    }

    /// Leaves out what the options do not keep.
    private mutating func keep() {
        if let kept = options.faultsKept { faults.removeAll { !kept.contains($0.number) } }
        if let kept = options.uploadsKept { uploads.removeAll { !kept.contains($0.number) } }
        let left = Set(uploads.map(\.number))
        faults.removeAll { $0.isOfUpload && !left.contains($0.upload) }
    }

    /// The command that makes this very world again.
    public var command: String {
        var words = ["reelmill simulate --seed \(seed)"]
        func add(_ name: String, _ value: Int?) {
            if let value { words.append("--\(name) \(value)") }
        }
        func add(_ name: String, _ numbers: Set<Int>?) {
            guard let numbers else { return }
            let list = numbers.sorted().map(String.init).joined(separator: ",")
            words.append("--\(name) \(list.isEmpty ? "none" : list)")
        }
        add("nodes", options.nodes)
        add("workers", options.workers)
        add("uploads", options.uploads)
        add("tenants", options.tenants)
        if options.faults != .all { words.append("--faults \(options.faults.text)") }
        if options.driver != .memory { words.append("--ledger \(options.driver.rawValue)") }
        add("keep-uploads", options.uploadsKept)
        add("keep-faults", options.faultsKept)
        return words.joined(separator: " ")
    }

    /// The policy of a node; every upgrade brings another.
    func policy(version: Int) -> NodePolicy {
        let isEven = version % 2 == 0
        let lease = isEven ? leaseMilliseconds : leaseMilliseconds * 2 / 3
        return NodePolicy(
            workers: workers, memoryBytes: Int64(workers) * 1_000_000_000, endsWhenIdle: false,
            leaseMilliseconds: lease, renewMilliseconds: lease / 3,
            careMilliseconds: isEven ? 2_000 : 1_000,
            drainSeconds: isEven ? 2 : 0.5, ledgerPatienceMilliseconds: 5_000,
            leaseChoice: LeaseChoice(backfillShare: isEven ? 0.1 : 0.3),
            retry: RetryRule(delayMaximumMilliseconds: isEven ? 8_000 : 4_000),
            hedge: HedgeRule(multiple: isEven ? 3 : 2, multipleWithoutPeers: isEven ? 10 : 5),
            breaker: BreakerRule(coolMilliseconds: 1_000, coolMaximumMilliseconds: 8_000),
            disk: .standard)
    }

    /// By then everything must have ended, whatever went wrong before.
    var deadlineMilliseconds: Int64 {
        let work = uploads.map(\.shape.cpuSeconds).reduce(0, +)
        return safetyMilliseconds + 600_000 + Int64(work * 100_000)
    }
}

/// A tenant of a simulated world.
struct SimulatedTenant: Sendable {
    var id: TenantID
    var weight: Double
    var cap: Int?

    init(number: Int, weight: Double, cap: Int?) {
        guard let id = TenantID("t\(number)") else { preconditionFailure("a plain name") }
        self.id = id
        self.weight = weight
        self.cap = cap
    }

    init(number: Int, chance: inout Chance) {
        self.init(
            number: number, weight: chance.element([0.5, 1, 1, 2, 4]),
            cap: chance.happens(0.3) ? chance.integer(1...3) : nil)
    }
}
