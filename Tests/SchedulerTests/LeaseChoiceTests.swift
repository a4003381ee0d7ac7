import ContentDigest
import Ledger
import Scheduler
import SeededRandom
import Testing
import TranscodeModel

@Suite("Lease choice: the order of the scheduling rules")
struct LeaseChoiceTests {
    private func candidate(
        job: String, position: Int = 1, tenant: TenantID = .standard, jobClass: JobClass = .live,
        priority: Int = 0, created: Int64 = 0, virtualTime: Double = 0, weight: Double = 1,
        cap: Int? = nil, leased: Int = 0, cpu: Double = 1, memory: Int64 = 1, critical: Double = 1,
        isUrgent: Bool = false, kind: UnitKind = .encode
    ) -> Candidate {
        Candidate(
            unit: UnitID(job: JobID(job), position: position), tenant: tenant, kind: kind,
            epoch: 0, jobClass: jobClass,
            priority: priority, jobCreatedMilliseconds: created, tenantWeight: weight,
            tenantVirtualTime: virtualTime, tenantCap: cap, tenantLeased: leased,
            estimate: Estimate(cpuSeconds: cpu, memoryBytes: memory, outputBytes: 1),
            remainingCriticalSeconds: critical, profile: Digest.sha256("p"), encoder: "h264",
            isUrgent: isUrgent)
    }

    private func choose(
        _ candidates: [Candidate], workers: Int = 1, memory: Int64 = 1000, isIdle: Bool = false,
        share: Double = 0, aged: Double = 0, headStart: Double = 600, system: Double = 0,
        seed: UInt64 = 1
    ) -> [String] {
        var generator = SplitMix64(seed: seed)
        return LeaseChoice(
            backfillShare: share, agedShare: aged, headStart: headStart
        ).choose(
            from: candidates, systemVirtualTime: system,
            capacity: Capacity(workers: workers, memoryBytes: memory, scratchBytes: 1000),
            isIdle: isIdle, using: &generator
        ).map(\.unit.description)
    }

    @Test("live goes before backfill, then priority, then age, then the critical path")
    func order() {
        let picks = choose(
            [
                candidate(job: "old-backfill", jobClass: .backfill, created: 0),
                candidate(job: "b", position: 1, created: 5, critical: 1),
                candidate(job: "b", position: 2, created: 5, critical: 9),
                candidate(job: "a", created: 3),
                candidate(job: "urgent", priority: 7, created: 9),
            ], workers: 9)
        #expect(picks == ["urgent.1", "a.1", "b.2", "b.1", "old-backfill.1"])
    }

    @Test(
        "of jobs that came in one instant the longest path goes first, after what ends one of them")
    func sameInstant() {
        let other = TenantID("other") ?? .standard
        let picks = choose(
            [
                candidate(job: "a", position: 1, created: 5, critical: 3),
                candidate(job: "a", position: 2, created: 5, critical: 1, kind: .stitch),
                candidate(job: "b", position: 1, created: 5, critical: 9),
                candidate(job: "b", position: 2, created: 5, critical: 2),
                candidate(job: "c", created: 5, critical: 3),
                // A millisecond older, or younger, is another instant; and so is another tenant's turn.
                candidate(job: "old", created: 4, critical: 0.1),
                candidate(job: "new", created: 6, critical: 99),
                candidate(job: "theirs", tenant: other, created: 5, virtualTime: 100, critical: 99),
            ], workers: 9)
        #expect(
            picks == ["old.1", "a.2", "b.1", "a.1", "c.1", "b.2", "new.1", "theirs.1"])
        // However they are given: it is an order.
        let mixed = [
            candidate(job: "a", position: 1, created: 5, critical: 3),
            candidate(job: "a", position: 2, created: 5, critical: 1, kind: .stitch),
            candidate(job: "b", position: 1, created: 5, critical: 9),
            candidate(job: "b", position: 2, created: 5, critical: 3, kind: .publish),
            candidate(job: "b", position: 3, created: 5, critical: 3),
        ]
        for turn in mixed.indices {
            let turned = Array(mixed[turn...] + mixed[..<turn])
            #expect(choose(turned, workers: 9) == ["b.2", "a.2", "b.1", "a.1", "b.3"])
        }
        // What makes playable goes job by job.
        #expect(
            choose(
                [
                    candidate(job: "a", created: 5, critical: 1, isUrgent: true),
                    candidate(job: "b", created: 5, critical: 9, isUrgent: true),
                ], workers: 2) == ["a.1", "b.1"])
    }

    @Test(
        "what makes a job playable goes before older jobs and other tenants, but not before a class or a priority"
    )
    func urgent() {
        let other = TenantID("other") ?? .standard
        let candidates = [
            candidate(job: "old", created: 0, critical: 9),
            candidate(job: "new", position: 1, created: 9, critical: 9),
            candidate(job: "new", position: 2, created: 9, critical: 1, isUrgent: true),
            candidate(job: "high", priority: 1, created: 9),
            candidate(job: "fill", jobClass: .backfill, created: 0, isUrgent: true),
            candidate(job: "theirs", tenant: other, virtualTime: 100, isUrgent: true),
            candidate(job: "theirs", position: 2, tenant: other, virtualTime: 100, critical: 9),
        ]
        #expect(
            choose(candidates, workers: 9) == [
                "theirs.1", "high.1", "new.2", "old.1", "new.1", "theirs.2", "fill.1",
            ])
        // Whoever is too far ahead waits until the others have had as much.
        let fair = ["high.1", "new.2", "old.1", "new.1", "theirs.1", "theirs.2", "fill.1"]
        #expect(choose(candidates, workers: 9, headStart: 99) == fair)
        #expect(choose(candidates, workers: 9, headStart: 40, system: 60).first == "theirs.1")
        // In the aged share the order is that of the units of one job alone.
        let aged = ["theirs.1", "high.1", "old.1", "new.2", "new.1", "theirs.2", "fill.1"]
        #expect(choose(candidates, workers: 9, aged: 1) == aged)
    }

    @Test(
        "the order is one, whatever is beside what: no cycle of tenants, classes and priorities",
        arguments: 0..<200)
    func total(seed: UInt64) {
        var generator = SplitMix64(seed: seed)
        let tenants = ["a", "b", "c"].map { TenantID($0)! }
        let times = tenants.map { _ in Double.random(in: 0...20, using: &generator) }
        let ages = (0..<6).map { _ in Int64.random(in: 0...3, using: &generator) }
        let priorities = (0..<6).map { _ in Int.random(in: 0...1, using: &generator) }
        var candidates = (0..<12).map { number in
            let job = Int.random(in: 0..<6, using: &generator)
            return candidate(
                job: "j\(job)", position: number, tenant: tenants[job % 3],
                jobClass: job < 5 ? .live : .backfill, priority: priorities[job],
                created: ages[job], virtualTime: times[job % 3],
                isUrgent: Bool.random(using: &generator))
        }
        let aged = Double(Int.random(in: 0...1, using: &generator))
        let first = choose(candidates, aged: aged, headStart: 10)
        for _ in 0..<20 {
            candidates.shuffle(using: &generator)
            #expect(choose(candidates, aged: aged, headStart: 10) == first)
        }
    }

    @Test("endless bursts that want to be playable do not starve older jobs, nor other tenants")
    func bursts() throws {
        let (busy, calm) = (try #require(TenantID("busy")), try #require(TenantID("calm")))
        let choice = LeaseChoice(backfillShare: 0, agedShare: 0.05, headStart: 50)
        var generator = SplitMix64(seed: 3)
        var times = [busy: 0.0, calm: 0]
        var system = 0.0
        var (old, urgentPicks, calmPicks) = (0, 0, 0)
        var gap = 0.0
        for number in 0..<20_000 {
            let created = Int64(number + 10)
            let picks = choice.choose(
                from: [
                    candidate(
                        job: "new\(number)", tenant: busy, created: created,
                        virtualTime: times[busy]!, isUrgent: true),
                    candidate(job: "old", tenant: busy, virtualTime: times[busy]!),
                    candidate(job: "calm", tenant: calm, virtualTime: times[calm]!),
                ], systemVirtualTime: system,
                capacity: Capacity(workers: 1, memoryBytes: 9, scratchBytes: 9), isIdle: false,
                using: &generator)
            let pick = try #require(picks.first)
            // As ledgers charge it.
            let start = max(system, times[pick.tenant]!)
            times[pick.tenant] = start + pick.estimate.cpuSeconds
            if !pick.isOutOfTurn { system = start }
            if pick.unit.job.text == "old" { old += 1 }
            if pick.isUrgent { urgentPicks += 1 }
            if pick.tenant == calm { calmPicks += 1 }
            gap = max(gap, times[busy]! - times[calm]!)
        }
        // The tenant beside it has had its half, less the head start; the old job its share of the other half.
        #expect(gap > 40 && gap <= 52)
        #expect(calmPicks >= 10_000 - 60)
        #expect((400...600).contains(old))
        #expect(urgentPicks > 9000)
    }

    @Test("backfill gets its guaranteed share beside endless live work")
    func backfillShare() {
        var generator = SplitMix64(seed: 7)
        var backfillPicks = 0
        for _ in 0..<10_000 {
            let pick = LeaseChoice(backfillShare: 0.1).choose(
                from: [
                    candidate(job: "live"), candidate(job: "back", jobClass: .backfill),
                ], capacity: Capacity(workers: 1, memoryBytes: 9, scratchBytes: 9), isIdle: false,
                using: &generator)
            if pick[0].jobClass == .backfill { backfillPicks += 1 }
        }
        #expect((900...1100).contains(backfillPicks))
    }

    @Test("tenants share by weight: CPU-seconds are charged in proportion")
    func fairness() throws {
        let heavy = try #require(TenantID("heavy"))
        let light = try #require(TenantID("light"))
        let candidates = (0..<100).flatMap { index in
            [
                candidate(job: "h", position: index, tenant: heavy, weight: 3, cpu: 2),
                candidate(job: "l", position: index, tenant: light, weight: 1, cpu: 2),
            ]
        }
        let picks = choose(candidates, workers: 40)
        #expect(picks.filter { $0.hasPrefix("h") }.count == 30)
    }

    @Test(
        "a tenant that was away joins at the system's virtual time, without the credit of its absence"
    )
    func newcomer() throws {
        let old = try #require(TenantID("old"))
        let new = try #require(TenantID("new"))
        let candidates = (0..<20).flatMap { index in
            [
                candidate(job: "o", position: index, tenant: old, virtualTime: 100),
                candidate(job: "n", position: index, tenant: new, virtualTime: 0),
            ]
        }
        var generator = SplitMix64(seed: 1)
        let picks = LeaseChoice(backfillShare: 0).choose(
            from: candidates, systemVirtualTime: 98,
            capacity: Capacity(workers: 12, memoryBytes: 1000, scratchBytes: 1000), isIdle: false,
            using: &generator)
        // Two to catch up, then one each.
        #expect(picks.filter { $0.tenant == new }.count == 7)
    }

    @Test("a tenant at its cap gets nothing more")
    func caps() {
        let picks = choose(
            (1...9).map { candidate(job: "j", position: $0, cap: 3, leased: 1) }, workers: 9)
        #expect(picks.count == 2)
    }

    @Test("only what fits in memory is leased, but an idle node takes one oversized unit")
    func capacity() {
        let large = candidate(job: "large", memory: 5000)
        let small = candidate(job: "small", memory: 600)
        let twin = candidate(job: "twin", memory: 600)
        #expect(choose([large, small, twin], workers: 3) == ["small.1"])
        #expect(choose([large], workers: 3) == [])
        #expect(choose([large], workers: 3, isIdle: true) == ["large.1"])
    }

    @Test("picks never exceed the free workers, and never repeat", arguments: 0..<50)
    func bounds(seed: UInt64) {
        var generator = SplitMix64(seed: seed)
        let candidates = (0..<30).map {
            candidate(
                job: "j\(Int.random(in: 0..<4, using: &generator))", position: $0,
                jobClass: Bool.random(using: &generator) ? .live : .backfill,
                memory: Int64.random(in: 1...400, using: &generator))
        }
        let workers = Int.random(in: 0...8, using: &generator)
        let picks = LeaseChoice(backfillShare: 0.3).choose(
            from: candidates,
            capacity: Capacity(workers: workers, memoryBytes: 1000, scratchBytes: 1000),
            isIdle: false, using: &generator)
        #expect(picks.count <= workers)
        #expect(Set(picks.map(\.unit)).count == picks.count)
        #expect(picks.map(\.estimate.memoryBytes).reduce(0, +) <= 1000)
    }
}
