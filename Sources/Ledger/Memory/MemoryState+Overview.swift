import TranscodeModel

extension MemoryLedger.State {
    func overview(recentMilliseconds: Int64, now: Int64) -> LedgerOverview {
        let counts = jobs.reduce(into: [JobState: Int]()) { $0[$1.state, default: 0] += 1 }
        let open = jobs.filter { $0.state == .running }.flatMap(\.units).filter {
            !$0.state.isFinal
        }
        return LedgerOverview(
            nowMilliseconds: now, jobs: counts, underWay: underWay,
            backlog: Backlog(
                planningJobs: counts[.planning] ?? 0, units: open.count,
                cpuSeconds: open.reduce(0) { $0 + $1.facts.estimate.cpuSeconds },
                runningJobs: counts[.running] ?? 0),
            throughput: throughput(recentMilliseconds, now), nodes: liveNodes,
            breakers: sortedBreakers, tenants: tenantRecords,
            backfills: backfills.values.map(\.record).sorted { $0.name < $1.name })
    }

    private var underWay: [UnitUnderWay] {
        leased.sorted().compactMap { place in
            guard let holder = self[place].holder else { return nil }
            let submission = jobs[place.job].facts.submission
            let row = self[place]
            return UnitUnderWay(
                unit: UnitID(job: submission.id, position: place.position),
                tenant: submission.tenant, kind: row.facts.kind, work: row.facts.work,
                node: holder.node, attempt: holder.attempt, rivalNode: row.rival?.node,
                startedMilliseconds: row.startedAt ?? 0, progress: row.progress,
                estimate: row.facts.estimate)
        }
    }

    private func throughput(_ recent: Int64, _ now: Int64) -> Throughput {
        let late = events.suffix(Int(Throughput.eventsMaximum)).filter {
            $0.atMilliseconds >= now - recent
        }
        let done = late.compactMap { event -> UnitRow? in
            guard event.to == UnitState.done.rawValue, let job = event.job,
                let position = event.position
            else { return nil }
            return unit(UnitID(job: job, position: position))
        }
        func ended(_ state: JobState) -> Int {
            late.count { $0.kind == "job" && $0.to == state.rawValue }
        }
        return Throughput(
            milliseconds: min(recent, now - (late.first?.atMilliseconds ?? now)),
            units: done.count, cpuSeconds: done.reduce(0) { $0 + $1.facts.estimate.cpuSeconds },
            publishedJobs: ended(.ready), failedJobs: ended(.failed))
    }
}
