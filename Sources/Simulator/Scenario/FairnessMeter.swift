import Ledger
import TranscodeModel

/// Watches who gets what in a fairness world.
final class FairnessMeter {
    private let fairness: Fairness
    private let unitsTotal: Int
    /// By tenant, while everybody waits.
    private var cpuSeconds: [Double]
    private var lastGrant: [Int64]
    private var longestGap: [Int64]
    private var overCap = Int.min
    private var isOver = false
    private var elapsed: Int64 = 0
    /// In which a tenant of weight 1 is due one of its largest units.
    private let turnSeconds: Double

    init(_ fairness: Fairness) {
        self.fairness = fairness
        let shape = JobShape.all[0]
        let jobs = (0..<fairness.tenants).map { fairness.jobsOfWeight * Int(Fairness.weight($0)) }
        unitsTotal = jobs.reduce(0, +) * (shape.units.count + 1)
        cpuSeconds = Array(repeating: 0, count: fairness.tenants)
        lastGrant = Array(repeating: 0, count: fairness.tenants)
        longestGap = Array(repeating: 0, count: fairness.tenants)
        let weights = (0..<fairness.tenants).map(Fairness.weight).reduce(0, +)
        let largest = shape.units.map(\.estimate.cpuSeconds).max() ?? 1
        turnSeconds = largest * weights / Double(fairness.nodes * fairness.workers)
    }

    func see(_ world: World, _ operations: [LedgerOperation], _ answers: [LedgerAnswer]) {
        guard !isOver else { return }
        for (operation, answer) in zip(operations, answers) {
            switch (operation, answer) {
            case (.complete(let completion), .completed(.committed)):
                guard let tenant = tenant(completion.token, world) else { continue }
                cpuSeconds[tenant] += completion.artifact.usage.cpuSeconds
            case (.lease, .leased(let leases)):
                for lease in leases { grant(lease, world) }
            default: break
            }
        }
        guard world.oracle.model.unitsDone * 5 >= unitsTotal * 3 else { return }
        isOver = true
        finish(world)
    }

    private func tenant(_ token: LeaseToken, _ world: World) -> Int? {
        world.oracle.model.place(token.unit).flatMap {
            world.oracle.model.jobs[$0.job]?.upload.tenant
        }
    }

    private func grant(_ lease: Lease, _ world: World) {
        guard let tenant = tenant(lease.token, world) else { return }
        longestGap[tenant] = max(longestGap[tenant], world.now - lastGrant[tenant])
        lastGrant[tenant] = world.now
        if let cap = world.oracle.model.tenants[tenant].cap {
            overCap = max(overCap, world.oracle.model.tenants[tenant].leased - cap)
        }
    }

    /// What runs counts as far as it has come, and who still waits has waited until now.
    private func finish(_ world: World) {
        elapsed = world.now
        for slot in world.slots {
            for attempt in slot.attempts.values where attempt.isWorking {
                guard let tenant = tenant(attempt.lease.token, world) else { continue }
                cpuSeconds[tenant] += Double(world.now - attempt.startedAt) / 1000
            }
        }
        for tenant in longestGap.indices {
            longestGap[tenant] = max(longestGap[tenant], world.now - lastGrant[tenant])
        }
    }

    var report: Fairness.Report {
        let live = cpuSeconds.indices.filter {
            !Fairness.isBackfill($0) && Fairness.cap($0) == nil
        }
        let shares = live.map { cpuSeconds[$0] / Fairness.weight($0) }
        let sum = shares.reduce(0, +)
        let squares = shares.map { $0 * $0 }.reduce(0, +)
        let mean = sum / Double(max(shares.count, 1))
        let largest = JobShape.all[0].units.map(\.estimate.cpuSeconds).max() ?? 1
        let lag = live.map { (mean - cpuSeconds[$0] / Fairness.weight($0)) * Fairness.weight($0) }
        let backfill = cpuSeconds.indices.filter(Fairness.isBackfill).map { cpuSeconds[$0] }
        let turns = cpuSeconds.indices.map {
            Double(longestGap[$0]) / 1000 * Fairness.weight($0) / turnSeconds
                * (Fairness.isBackfill($0) ? 0.1 : 1)
        }
        return Fairness.Report(
            tenants: fairness.tenants, jobs: 0, units: 0,
            workers: fairness.nodes * fairness.workers,
            jainIndex: squares > 0 ? sum * sum / (Double(shares.count) * squares) : 0,
            largestLagUnits: (lag.max() ?? 0) / largest,
            backfillShare: backfill.reduce(0, +) / max(cpuSeconds.reduce(0, +), 1e-9),
            overCap: max(overCap, 0), longestWaitTurns: turns.max() ?? 0, seconds: 0, findings: [])
    }
}
