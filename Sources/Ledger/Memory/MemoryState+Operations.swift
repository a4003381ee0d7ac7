import TranscodeModel

extension MemoryLedger.State {
    /// All take effect, or none: what would be refused is found before anything is changed.
    package mutating func perform(
        _ operations: [LedgerOperation], now: Int64
    ) throws(LedgerFailure) -> [LedgerAnswer] {
        for operation in operations { try requireSense(operation) }
        return operations.map { perform($0, now: now) }
    }

    private func requireSense(_ operation: LedgerOperation) throws(LedgerFailure) {
        guard case .complete(let completion) = operation, let planned = completion.planned else {
            return
        }
        let isOrdered = planned.plan.units.enumerated().allSatisfy { index, unit in
            unit.position == index + 1
                && unit.dependencies.allSatisfy { $0 > 0 && $0 < unit.position }
                && Set(unit.dependencies).count == unit.dependencies.count
        }
        guard isOrdered else {
            throw LedgerFailure(.refused, "a plan's units stand in the order of their positions")
        }
    }

    private mutating func perform(_ operation: LedgerOperation, now: Int64) -> LedgerAnswer {
        switch operation {
        case .register(let record):
            if nodes[record.id] == nil {
                nodes[record.id] = NodeRow(record: record, startedAt: now)
                liveNodes = sortedLiveNodes
            }
            return .noted
        case .retire(let node):
            nodes[node]?.isRetired = true
            liveNodes = sortedLiveNodes
            return .noted
        case .lease(let picks, let node, let duration):
            return .leased(picks.compactMap { lease($0, node, duration, now: now) })
        case .hedge(let token, let node, let duration, let reason):
            let granted = hedge(token, node, duration, reason, now: now)
            return .leased(granted.map { [$0] } ?? [])
        case .renew(let held, let duration):
            return .renewed(renew(held, duration, now: now))
        case .complete(let completion):
            return .completed(complete(completion, now: now))
        case .release(let lost):
            return .released(release(lost, now: now))
        case .setBreaker(let record):
            let old = breakers[record.key]
            guard record.generation == (old?.generation ?? 0) + 1 else { return .breakerSet(false) }
            breakers[record.key] = record
            noteBreaker(old, record, now: now)
            return .breakerSet(true)
        }
    }
}
