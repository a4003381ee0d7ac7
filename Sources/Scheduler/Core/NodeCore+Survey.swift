import Ledger
import TranscodeModel

// What to do about what there is: recovery first, then leases, then hedges.
extension NodeCore {
    mutating func decide(
        _ survey: LedgerSurvey, dead: [NodeID], lost: [LeaseSighting], disk: DiskSpace,
        now: Int64, using generator: inout some RandomNumberGenerator
    ) -> [NodeEffect] {
        ledgerOffset = survey.nowMilliseconds - now
        breakers.see(survey.breakers)
        var effects = fence(survey.own) + giveWay(survey.shared, lost) + look(at: disk)
        var operations =
            takeBack(dead, lost) + expire(survey.overdue, besides: Set(lost.map(\.token)))
        operations += giveBackOrphans(survey.own)
        if survey.overdue.contains(where: { members[$0.token] != nil }) { lastRenewal = .min / 2 }
        if isIdle(survey), operations.isEmpty {
            ending = .idle
            return effects + [.ask([.retire(identity.id)])]
        }
        refusedHedges = refusedHedges.filter { $0.value > now }
        if hasRoom {
            operations += choose(survey, disk, using: &generator)
        }
        effects += renewIfDue(now)
        guard !operations.isEmpty else { return effects }
        isLooking = true
        pendingLook = operations
        return effects + [.ask(operations)]
    }

    /// Says so once when there is too little room, and once when there is enough again.
    private mutating func look(at disk: DiskSpace) -> [NodeEffect] {
        let wasShort = isDiskShort
        isDiskShort =
            policy.disk.isShort(disk, wasShort: wasShort) && plantedBug != .ignoresDisk
        guard isDiskShort != wasShort else { return [] }
        return [
            .note(
                isDiskShort
                    ? .diskShort(
                        disk, lowBytes: policy.disk.lowBytes(of: disk),
                        highBytes: policy.disk.highBytes(of: disk)) : .diskWide(disk))
        ]
    }

    private func isIdle(_ survey: LedgerSurvey) -> Bool {
        policy.endsWhenIdle && shutdown == .none && ending == nil && members.isEmpty
            && survey.unfinishedJobs == 0
    }

    /// Stops what the ledger does not count as ours any more.
    private mutating func fence(_ own: [LeaseToken]) -> [NodeEffect] {
        let ours = Set(own)
        var effects: [NodeEffect] = []
        for token in members.keys.sorted(by: Self.precedes) where !ours.contains(token) {
            effects += lose(token)
        }
        return effects
    }

    /// Stops attempts of ours that another one at the same unit is to end sooner, if its node is not known to be dead.
    private mutating func giveWay(
        _ shared: [SharedLease], _ lost: [LeaseSighting]
    ) -> [NodeEffect] {
        let dead = Set(lost.map(\.token))
        var effects: [NodeEffect] = []
        for lease in shared where members[lease.own.token]?.phase == .running {
            var other = lease.own.token
            other.attempt = lease.other.attempt
            guard !dead.contains(other), let reason = policy.hedge.reasonToGiveWay(lease) else {
                continue
            }
            members[lease.own.token]?.phase = .stopping(.overtaken(reason: reason))
            effects.append(.stop(lease.own.token))
        }
        return effects
    }

    mutating func lose(_ token: LeaseToken) -> [NodeEffect] {
        switch members[token]?.phase {
        case .running:
            members[token]?.phase = .stopping(.fenced)
            return [.stop(token), .note(.fenced(token))]
        case .stopping:
            members[token]?.phase = .stopping(.fenced)
            return []
        // The answer to its end says what became of it.
        case .ending, nil: return []
        }
    }

    private func takeBack(_ dead: [NodeID], _ lost: [LeaseSighting]) -> [LedgerOperation] {
        lost.map { sighting in
            .release(
                LossRule.release(
                    sighting, ground: .nodeDied(sighting.node),
                    reason: "node \(sighting.node) died"))
        } + dead.map { .retire($0) }
    }

    /// Those of others only: what is ours is renewed.
    private func expire(
        _ overdue: [LeaseSighting], besides done: Set<LeaseToken>
    ) -> [LedgerOperation] {
        overdue.filter { $0.node != identity.id && !done.contains($0.token) }.map {
            .release(
                LossRule.release(
                    $0, ground: .overdue, reason: "the lease was not renewed in time"))
        }
    }

    /// Leases of ours that we do not know: the answer that granted them was lost.
    private func giveBackOrphans(_ own: [LeaseToken]) -> [LedgerOperation] {
        guard plantedBug != .forgetsOrphans else { return [] }
        return own.filter { members[$0] == nil }.map {
            release(handingBack: $0, "an answer was lost")
        }
    }

    func release(handingBack token: LeaseToken, _ reason: String) -> LedgerOperation {
        .release(
            Release(
                token: token, ground: .holder,
                verdict: .retry(
                    afterMilliseconds: 0, splits: false, returnsAttempt: true,
                    exhausted: Failure(
                        .transient, .leaseLost, "Unit \(token.unit) was handed back: \(reason).")),
                failure: nil, reason: reason))
    }

    private mutating func choose(
        _ survey: LedgerSurvey, _ disk: DiskSpace,
        using generator: inout some RandomNumberGenerator
    ) -> [LedgerOperation] {
        var capacity = members.values.map(\.lease.estimate).reduce(
            Capacity(
                workers: policy.workers, memoryBytes: policy.memoryBytes,
                scratchBytes: disk.freeBytes
            )
        ) { $0.less($1) }
        if plantedBug == .ignoresCapacity { capacity.workers += 1 }
        let affordable =
            isDiskShort ? onShortDisk(survey, disk, capacity) : survey.candidates
        let admitted = breakers.admit(affordable, ledgerNow: survey.nowMilliseconds)
        // What clearly straggles holds a worker for long, and a second lease frees it.
        let stragglers = isDiskShort ? [] : survey.stragglers
        let first = hedged(stragglers.filter { policy.hedge.goesFirst($0) }, capacity, atMost: 1)
        for straggler in first { capacity = capacity.less(straggler.estimate) }
        let picks = policy.leaseChoice.choose(
            from: admitted, systemVirtualTime: survey.virtualTime, capacity: capacity,
            workers: policy.workers, isIdle: members.isEmpty && !isDiskShort && first.isEmpty,
            using: &generator)
        var operations = breakers.claim(picks, ledgerNow: survey.nowMilliseconds).map {
            LedgerOperation.setBreaker($0)
        }
        if !picks.isEmpty {
            operations.append(
                .lease(
                    picks.map {
                        LeasePick(
                            tenant: $0.tenant, unit: $0.unit, epoch: $0.epoch,
                            isOutOfTurn: $0.isOutOfTurn)
                    },
                    node: identity.id, durationMilliseconds: policy.leaseMilliseconds))
        }
        for pick in picks { capacity = capacity.less(pick.estimate) }
        // Any other hedge doubles work, so it only takes what no unit of its own waits for.
        let others =
            admitted.isEmpty
            ? hedged(stragglers.filter { !first.contains($0) }, capacity, atMost: .max) : []
        return operations + (first + others).map(hedge)
    }

    private mutating func onShortDisk(
        _ survey: LedgerSurvey, _ disk: DiskSpace, _ capacity: Capacity
    ) -> [Candidate] {
        let unbroken = Set(
            breakers.admit(
                survey.candidates.filter(\.kind.endsJob), ledgerNow: survey.nowMilliseconds
            ).map(\.unit))
        let shares = BackfillLoads(workers: policy.workers)
        return policy.disk.admitted(survey.candidates, on: disk) {
            capacity.fits($0.estimate) && unbroken.contains($0.unit) && shares.admits($0)
        }
    }

    /// Those that are to be hedged now, as far as they fit.
    private func hedged(
        _ stragglers: [Straggler], _ capacity: Capacity, atMost most: Int
    ) -> [Straggler] {
        var left = capacity
        var found: [Straggler] = []
        for straggler in stragglers where found.count < most {
            guard left.fits(straggler.estimate), breakers.admits(straggler),
                refusedHedges[straggler.token] == nil,
                policy.hedge.reason(straggler) != nil
            else { continue }
            left = left.less(straggler.estimate)
            found.append(straggler)
        }
        return found
    }

    private func hedge(_ straggler: Straggler) -> LedgerOperation {
        .hedge(
            straggler.token, node: identity.id, durationMilliseconds: policy.leaseMilliseconds,
            reason: policy.hedge.reason(straggler) ?? "")
    }
}
