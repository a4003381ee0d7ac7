import Ledger
import Scheduler
import TranscodeModel

// Node processes: how they start, are told what happens, and end.
extension World {
    func restart(_ slot: NodeSlot) throws {
        guard !slot.isUp, !isClosing else { return }
        slot.incarnation += 1
        let policy = scenario.policy(version: slot.version)
        slot.identity = NodeRecord(
            id: NodeID("n\(slot.number)-\(slot.incarnation)"), host: "host-\(slot.host)",
            bootID: "boot-\(boots[slot.host])", processID: Int32(100 + slot.incarnation),
            processStart: String(now), workers: policy.workers)
        slot.generator = Chance(
            seed: scenario.seed, purpose: 100 + UInt64(slot.number * 1000 + slot.incarnation))
        slot.start(
            NodeCore(
                identity: slot.identity, policy: policy, plantedBug: scenario.options.plantedBug))
        slot.isChangePending = false
        note(slot.name, "node starts on host \(slot.host)")
        queue.add(
            .tick(slot, incarnation: slot.incarnation),
            at: now + transit.milliseconds(1...World.tickMilliseconds))
        try feed(slot, .started)
    }

    func feed(_ slot: NodeSlot, _ event: NodeEvent) throws {
        guard slot.isUp else { return }
        guard !slot.isPaused else {
            slot.backlog.append(.event(event))
            return
        }
        tally.steps += 1
        if case .surveyed(_, _, _, let disk) = event { slot.toldDisk = disk }
        try perform(slot.step(event, now: now)[...], slot)
    }

    func perform(_ effects: ArraySlice<NodeEffect>, _ slot: NodeSlot) throws {
        let incarnation = slot.incarnation
        for index in effects.indices {
            if isInterrupted(slot, .effects(effects[index...])) { return }
            try perform(effects[index], slot)
            guard slot.isUp, slot.incarnation == incarnation else { return }
        }
    }

    /// Whether a fault strikes before the next thing that the node does.
    func isInterrupted(_ slot: NodeSlot, _ next: NodeSlot.Pending) -> Bool {
        if let dying = slot.dying {
            if dying.effects <= 0 {
                die(slot, dying.fault)
                return true
            }
            slot.dying?.effects -= 1
        }
        if let pausing = slot.pausing {
            if pausing.effects <= 0 {
                pause(slot, pausing.fault)
                slot.backlog.append(next)
                return true
            }
            slot.pausing?.effects -= 1
        }
        return false
    }

    private func perform(_ effect: NodeEffect, _ slot: NodeSlot) throws {
        switch effect {
        case .survey(let request): try send(slot, .survey(request))
        case .ask(let operations): try send(slot, .ask(withProgress(operations, slot)))
        case .start(let lease): try start(lease, slot)
        case .stop(let token): stop(token, slot)
        case .sweep: sweep(slot)
        // Nothing is given up in these worlds.
        case .remove: break
        case .note(let nodeNote): count(nodeNote, slot)
        case .end(let ending): try end(slot, ending)
        }
    }

    /// The shell fills in how far each attempt has come.
    private func withProgress(
        _ operations: [LedgerOperation], _ slot: NodeSlot
    ) -> [LedgerOperation] {
        operations.map { operation in
            guard case .renew(let held, let duration) = operation else { return operation }
            return .renew(
                held.map {
                    let progress = slot.attempts[$0.token]?.progress(at: now)
                    return HeldLease(
                        token: $0.token, progress: progress ?? 0,
                        part: progress.map { Double($0) / 1000 })
                }, durationMilliseconds: duration)
        }
    }

    private func sweep(_ slot: NodeSlot) {
        let live: [LeaseToken]
        do {
            live = try oracle.ledger.liveLeases()
        } catch {
            return
        }
        store.sweep(keeping: Set(live))
    }

    private func end(_ slot: NodeSlot, _ ending: NodeEnding) throws {
        note(slot.name, "node ends: \(ending)")
        if case .ledgerFailed(let failure) = ending,
            failure.code != .busy && failure.code != .unreachable && failure.code != .full
        {
            throw Violation("model", "the ledger refused a change of node \(slot.name): \(failure)")
        }
        slot.leave()
        if !isClosing { queue.add(.restart(slot), at: now + transit.milliseconds(50...1_000)) }
    }

    private func count(_ nodeNote: NodeNote, _ slot: NodeSlot) {
        switch nodeNote {
        case .leased, .committed, .jobFailed: return
        case .retried(_, _, let failure, _):
            tally.retried += 1
            if failure.category == .outOfMemory || failure.category == .timedOut {
                tally.split += 1
            }
        case .quarantined: tally.quarantined += 1
        case .hedged(let token, let reason):
            tally.hedged += 1
            note(slot.name, "hedges \(LedgerText.unit(token.unit))", reason)
        case .overtaken(let token, let reason):
            tally.overtaken += 1
            note(slot.name, "gives way in \(LedgerText.unit(token.unit))", reason)
        case .fenced(let token):
            tally.fenced += 1
            note(slot.name, "learns that it lost \(LedgerText.token(token))")
        case .tookBack(let tokens, let reason):
            tally.takenBack += tokens.count
            note(slot.name, "took back \(tokens.count) leases", reason)
        case .breakerOpened(let record):
            tally.breakersOpened += 1
            note(slot.name, "opens the breaker \(record.key)", record.reason)
        case .breakerClosed(let record):
            tally.breakersClosed += 1
            note(slot.name, "closes the breaker \(record.key)", record.reason)
        case .diskShort(let disk, let low, _):
            tally.disksShort += 1
            note(slot.name, "begins nothing new", "\(disk.freeBytes) bytes free of \(low)")
        case .diskWide: note(slot.name, "has room on its disk again")
        case .ledgerTrouble(let failure):
            note(slot.name, "has trouble with the ledger", failure.message)
        }
    }
}
