import Ledger
import Scheduler
import Simulator
import Testing
import TranscodeModel

/// Tenants with endless work, one worker, and nothing but the choice and the charge.
private struct Market {
    struct Seller {
        var id: TenantID
        var weight: Double
        var jobClass: JobClass
        var virtualTime = 0.0
        var cpuSeconds = 0.0
        var cost = 1.0
        var picks: [Int] = []
        var isAway = false
    }

    var sellers: [Seller]
    var virtualTime = 0.0
    var chance: Chance
    let choice = LeaseChoice(backfillShare: 0.1)

    init(seed: UInt64, _ sellers: [(weight: Double, jobClass: JobClass)]) {
        chance = Chance(seed: seed)
        self.sellers = sellers.enumerated().map { number, seller in
            Seller(
                id: TenantID("t\(number)")!, weight: seller.weight, jobClass: seller.jobClass)
        }
    }

    /// One pick, charged as the ledger does.
    mutating func sell(_ number: Int, costs: [Double]) {
        for index in sellers.indices { sellers[index].cost = chance.pick(costs) }
        let candidates = sellers.filter { !$0.isAway }.map { seller in
            Candidate(
                unit: UnitID(job: JobID("j-\(seller.id)"), position: 0), tenant: seller.id,
                kind: .encode, epoch: 0, jobClass: seller.jobClass, priority: 0,
                jobCreatedMilliseconds: 0, tenantWeight: seller.weight,
                tenantVirtualTime: seller.virtualTime, tenantCap: nil, tenantLeased: 0,
                estimate: Estimate(cpuSeconds: seller.cost, memoryBytes: 1, outputBytes: 1),
                remainingCriticalSeconds: 1, profile: SimulatorFixture.digest, encoder: "")
        }
        let picks = choice.choose(
            from: candidates, systemVirtualTime: virtualTime,
            capacity: Capacity(workers: 1, memoryBytes: 10, scratchBytes: 10), isIdle: true,
            using: &chance)
        guard let pick = picks.first,
            let index = sellers.firstIndex(where: { $0.id == pick.tenant })
        else { return }
        let start = max(virtualTime, sellers[index].virtualTime)
        virtualTime = start
        sellers[index].virtualTime = start + sellers[index].cost / sellers[index].weight
        sellers[index].cpuSeconds += sellers[index].cost
        sellers[index].picks.append(number)
    }
}

extension Chance {
    fileprivate mutating func pick(_ values: [Double]) -> Double {
        values.randomElement(using: &self) ?? 1
    }
}

@Suite("Fair shares, by the choice and the charge alone")
struct FairShareTests {
    @Test(
        "no two tenants with work drift apart by more than their largest units (start-time fair queueing)",
        arguments: UInt64(1)...4)
    func bound(_ seed: UInt64) {
        var chance = Chance(seed: seed)
        let weights: [Double] = (0..<20).map { _ in chance.pick([0.5, 1, 2, 4]) }
        var market = Market(seed: seed, weights.map { (weight: $0, jobClass: .live) })
        for number in 0..<600 {
            market.sell(number, costs: [0.5, 1, 3])
            for left in market.sellers {
                for right in market.sellers where left.weight != right.weight {
                    let gap: Double =
                        left.cpuSeconds / left.weight - right.cpuSeconds / right.weight
                    let bound: Double = 3 / left.weight + 3 / right.weight
                    if abs(gap) > bound + 1e-9 {
                        Issue.record("\(left.id) and \(right.id) are \(gap) apart")
                    }
                }
            }
        }
    }

    @Test("backfill gets its share beside endless live work, and every backfill tenant some of it")
    func backfill() {
        var market = Market(
            seed: 7, [(1, .live), (4, .live)] + Array(repeating: (1, .backfill), count: 20))
        for number in 0..<4_000 { market.sell(number, costs: [1]) }
        let shares = market.sellers.dropFirst(2).map(\.picks.count)
        let all = shares.reduce(0, +)
        // One in ten of 4,000, with three standard deviations of chance.
        #expect(abs(all - 400) <= 57, "\(all)")
        #expect(shares.max()! - shares.min()! <= 2, "\(shares)")
    }

    @Test("who was away gets no credit for the absence")
    func newcomer() {
        var market = Market(seed: 3, Array(repeating: (1, .live), count: 4))
        market.sellers[3].isAway = true
        for number in 0..<300 { market.sell(number, costs: [1]) }
        market.sellers[3].isAway = false
        for number in 300..<340 { market.sell(number, costs: [1]) }
        #expect((9...11).contains(market.sellers[3].picks.count), "\(market.sellers[3].picks)")
    }

    @Test("forty tenants on eight workers: shares, caps, backfill and waits keep to their bounds")
    func world() throws {
        var fairness = Fairness()
        fairness.tenants = 40
        fairness.nodes = 2
        fairness.workers = 4
        fairness.jobsOfWeight = 2
        let report = try fairness.run()
        print(report.text)
        #expect(report.findings == [])
        #expect(report.overCap == 0)
    }
}
