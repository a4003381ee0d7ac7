import Ledger
import Scheduler
import TranscodeModel

// How faults begin and end.
extension World {
    func begin(_ fault: Fault) throws {
        guard !isSafe, !isClosing else { return }
        let slot = slots[fault.node % slots.count]
        switch fault.kind {
        case .nodeCrash, .lostWrites: if slot.isUp { slot.dying = (fault.count, fault) }
        case .nodePause: if slot.isUp { slot.pausing = (fault.count, fault) }
        case .storeSync: slot.failingSyncs += fault.count
        case .storeFull, .storeDown: beginWindow(fault, slot)
        case .ledgerBusy:
            arm(
                slot, fault,
                .refused(LedgerFailure(.busy, "the ledger is locked by another process")))
        case .ledgerIO:
            arm(slot, fault, .refused(LedgerFailure(.unreachable, "input/output error")))
        case .ledgerMemory:
            arm(slot, fault, .refused(LedgerFailure(.unreachable, "out of memory")))
        case .commitUnknown: arm(slot, fault, .unanswered)
        case .duplicate:
            arm(slot, fault, .twice(fault.milliseconds, answersLast: fault.isSecondForm))
        case .delay: arm(slot, fault, .late(fault.milliseconds, isAnswer: fault.isSecondForm))
        case .reorder: arm(slot, fault, .overtaken(fault.milliseconds))
        case .clockJump:
            ledgerOffset += fault.milliseconds
            setLedgerClock()
            tally.count(.clockJump)
            note("world", "the ledger's clock jumps by \(seconds(fault.milliseconds))")
        case .cancel:
            guard try oracle.model.jobs[fault.upload] != nil && oracle.cancel(fault.upload) else {
                return
            }
            tally.count(.cancel)
            note("world", "somebody cancels u\(fault.upload)")
            announce()
        case .drain: try drain(slot, fault)
        case .upgrade:
            for slot in slots {
                slot.version += 1
                try drain(slot, fault)
            }
        case .workerCrash, .workerSlow, .workerMemory, .workerTimeout, .poisonUnit, .permanent:
            break
        }
    }

    private func arm(_ slot: NodeSlot, _ fault: Fault, _ fate: Fate) {
        for _ in 0..<fault.count { slot.armed.append((fault.target, fate, fault.kind)) }
    }

    private func beginWindow(_ fault: Fault, _ slot: NodeSlot) {
        if fault.kind == .storeDown {
            store.isDown = true
        } else {
            for other in slots where other.host == slot.host { other.isFull = true }
        }
        note("world", fault.summary)
        guard let index = scenario.faults.firstIndex(where: { $0.number == fault.number }) else {
            return
        }
        queue.add(.faultEnds(index), at: now + fault.milliseconds)
    }

    func end(_ fault: Fault) {
        if fault.kind == .storeDown {
            store.isDown = false
        } else {
            let host = slots[fault.node % slots.count].host
            for other in slots where other.host == host { other.isFull = false }
        }
        note("world", "\(fault.kind.rawValue) is over")
    }

    private func drain(_ slot: NodeSlot, _ fault: Fault) throws {
        guard slot.isUp else { return }
        tally.count(fault.kind)
        let level: ShutdownLevel = fault.isSecondForm ? .drain : .stop
        note("world", "asks node \(slot.name) to end (\(fault.kind.rawValue))")
        try feed(slot, .shutdown(level))
    }

    /// A node's process dies. With its host's power gone, so do the other nodes there and what was not synced.
    func die(_ slot: NodeSlot, _ fault: Fault) {
        tally.count(fault.kind)
        guard fault.kind == .lostWrites else {
            note("world", "node \(slot.name) dies")
            slot.leave()
            queue.add(.restart(slot), at: now + fault.milliseconds)
            return
        }
        note("world", "host \(slot.host) loses its power")
        boots[slot.host] += 1
        store.losePower(host: slot.host)
        for other in slots where other.host == slot.host {
            other.leave()
            queue.add(.restart(other), at: now + fault.milliseconds)
        }
    }

    func pause(_ slot: NodeSlot, _ fault: Fault) {
        tally.count(.nodePause)
        slot.isPaused = true
        slot.pausing = nil
        note("world", "node \(slot.name) stops for \(seconds(fault.milliseconds))")
        queue.add(.resume(slot, incarnation: slot.incarnation), at: now + fault.milliseconds)
    }

    /// It goes on where it was, and knows nothing of the time that has passed.
    func resume(_ slot: NodeSlot) throws {
        guard slot.isPaused else { return }
        note("world", "node \(slot.name) goes on")
        slot.isPaused = false
        let waiting = slot.backlog
        slot.backlog = []
        let incarnation = slot.incarnation
        for (index, pending) in waiting.enumerated() {
            guard slot.isUp, slot.incarnation == incarnation else { return }
            if slot.isPaused {
                slot.backlog += waiting[index...]
                return
            }
            switch pending {
            case .event(let event): try feed(slot, event)
            case .effects(let effects): try perform(effects, slot)
            case .step(let attempt, let step): try advance(attempt, step)
            }
        }
    }

    /// The liveness phase: nothing goes wrong any more.
    func makeSafe() throws {
        isSafe = true
        note("world", "no more faults; everything must come to its end")
        store.isDown = false
        for slot in slots {
            slot.isFull = false
            slot.failingSyncs = 0
            slot.armed = []
            slot.dying = nil
            slot.pausing = nil
            try resume(slot)
        }
    }
}
