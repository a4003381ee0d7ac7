import Ledger
import Scheduler
import TranscodeModel

// Workers, and the steps that make their bytes durable.
extension World {
    func start(_ lease: Lease, _ slot: NodeSlot) throws {
        guard let (number, _) = oracle.model.place(lease.unit),
            let upload = oracle.model.jobs[number]?.upload
        else { throw Violation("model", "node \(slot.name) starts a unit that is not there") }
        try checkInputs(of: lease, number)
        try checkCapacity(with: lease, slot)
        let plan = outcome(lease, upload)
        let attempt = Attempt(
            lease, upload: upload, slot: slot, startedAt: now, milliseconds: plan.milliseconds,
            failure: plan.failure)
        slot.attempts[lease.token] = attempt
        queue.add(.step(attempt, .worked), at: now + plan.milliseconds)
    }

    /// No unit starts before what it reads is done and durable (I2, I5).
    private func checkInputs(of lease: Lease, _ number: Int) throws(Violation) {
        let position = lease.unit.position
        guard position > 0, let job = oracle.model.jobs[number] else { return }
        for input in job.upload.shape.units[position - 1].dependencies {
            guard job.units[input].state == .done else {
                throw Violation(
                    "I5", "\(LedgerText.token(lease.token)) starts before unit \(input) is done")
            }
            guard store.holds(StoreModel.key(number, input)) else {
                throw Violation(
                    "I2",
                    "\(LedgerText.token(lease.token)) starts, and the bytes of unit \(input) "
                        + "are gone")
            }
        }
    }

    /// No node does more at a time than it may (I17).
    private func checkCapacity(with lease: Lease, _ slot: NodeSlot) throws(Violation) {
        let policy = scenario.policy(version: slot.version)
        let memory = slot.attempts.values.map(\.lease.estimate.memoryBytes).reduce(
            lease.estimate.memoryBytes, +)
        guard slot.attempts.count < policy.workers,
            memory <= policy.memoryBytes || slot.attempts.isEmpty
        else {
            throw Violation(
                "I17",
                "node \(slot.name) runs \(slot.attempts.count + 1) units with \(memory) bytes "
                    + "on \(policy.workers) workers with \(policy.memoryBytes)")
        }
    }

    /// What a worker comes to, and when. It depends on the unit and the attempt alone.
    private func outcome(
        _ lease: Lease, _ upload: Upload
    ) -> (milliseconds: Int64, failure: Failure?) {
        let token = lease.token
        var chance = Chance(
            seed: scenario.seed,
            purpose: UInt64(
                1_000_000 + upload.number << 20 + token.unit.position << 8 + token.attempt))
        var milliseconds = max(
            1, Int64(lease.estimate.cpuSeconds * 1000 * (0.6 + 0.9 * chance.fraction())))
        if lease.isSplit { milliseconds = milliseconds * 3 / 2 }
        var failure: Failure?
        var isSlow = false
        for trouble in troubles[upload.number] ?? [] where trouble.position == token.unit.position {
            guard trouble.attempt == 0 || trouble.attempt == token.attempt else { continue }
            if trouble.kind == .workerSlow {
                isSlow = true
            } else if let made = trouble.failure(of: lease) {
                failure = made
            } else {
                continue
            }
            tally.count(trouble.kind)
        }
        if isSlow { milliseconds *= 40 }
        switch failure?.category {
        case nil: break
        case .timedOut: milliseconds *= 3
        default: milliseconds = Int64(Double(milliseconds) * chance.fraction())
        }
        return (milliseconds, failure)
    }

    /// Kills a worker. What is past its worker goes on.
    func stop(_ token: LeaseToken, _ slot: NodeSlot) {
        guard let attempt = slot.attempts[token], attempt.isWorking else { return }
        attempt.isWorking = false
        attempt.isEnded = true
        slot.attempts[token] = nil
        let ended = Attempt(
            attempt.lease, upload: attempt.upload, slot: slot, startedAt: now, milliseconds: 0,
            failure: Failure(.cancelled, .cancelled, "stopped"))
        queue.add(.step(ended, .worked), at: now + transit.milliseconds(1...20))
    }

    func advance(_ attempt: Attempt, _ step: Attempt.Step) throws {
        let slot = attempt.slot
        guard !attempt.isEnded, slot.isUp, slot.incarnation == attempt.incarnation else { return }
        guard !slot.isPaused else {
            slot.backlog.append(.step(attempt, step))
            return
        }
        if isInterrupted(slot, .step(attempt, step)) { return }
        let token = attempt.lease.token
        switch step {
        case .worked: try leaveWorker(attempt)
        case .synced:
            if let failure = storeFailure(slot, isSync: true) {
                store.discard(token)
                return try finish(attempt, .failed(failure))
            }
            store.sync(token)
            queue.add(.step(attempt, .renamed), at: now + transit.milliseconds(0...2))
        case .renamed: try rename(attempt)
        case .settled:
            store.settle(StoreModel.key(attempt.upload.number, token.unit.position))
            try finish(
                attempt,
                .made(attempt.artifact, attempt.lease.kind == .probe ? attempt.upload.plan() : nil))
        }
    }

    private func leaveWorker(_ attempt: Attempt) throws {
        attempt.isWorking = false
        let token = attempt.lease.token
        if let failure = attempt.failure {
            let isStopped = failure.category == .cancelled
            if !isStopped { reasons.fail(token, failure) }
            return try finish(attempt, isStopped ? .stopped : .failed(failure))
        }
        if let failure = storeFailure(attempt.slot, isSync: false) {
            return try finish(attempt, .failed(failure))
        }
        store.write(token, host: attempt.slot.host)
        let skipsSync = scenario.options.plantedBug == .noSyncBeforeCommit
        queue.add(
            .step(attempt, skipsSync ? .renamed : .synced), at: now + transit.milliseconds(1...8))
    }

    private func rename(_ attempt: Attempt) throws {
        let token = attempt.lease.token
        guard store.rename(token, StoreModel.key(attempt.upload.number, token.unit.position)) else {
            let failure = Failure(.transient, .storageFailed, "the staged bytes are gone")
            reasons.fail(token, failure)
            return try finish(attempt, .failed(failure))
        }
        if attempt.lease.kind == .publish { store.publish(attempt.upload.number) }
        queue.add(.step(attempt, .settled), at: now + transit.milliseconds(1...4))
    }

    /// What the store fails with now, if it does.
    private func storeFailure(_ slot: NodeSlot, isSync: Bool) -> Failure? {
        if store.isDown {
            tally.count(.storeDown)
            return Failure(.transient, .storageFailed, "the store does not answer")
        }
        if slot.isFull {
            tally.count(.storeFull)
            return Failure(.transient, .storageFull, "the disk of host \(slot.host) is full")
        }
        if isSync, slot.failingSyncs > 0 {
            slot.failingSyncs -= 1
            tally.count(.storeSync)
            return Failure(.transient, .storageFailed, "a sync failed")
        }
        return nil
    }

    private func finish(_ attempt: Attempt, _ result: AttemptResult) throws {
        attempt.isEnded = true
        let token = attempt.lease.token
        attempt.slot.attempts[token] = nil
        if case .failed(let failure) = result {
            reasons.fail(token, failure)
            note(attempt.slot.name, "attempt of \(LedgerText.token(token)) fails", failure.message)
        }
        try feed(attempt.slot, .finished(token, result))
    }
}

extension Fault {
    /// What a worker's trouble makes of an attempt; nil when it does not fail.
    func failure(of lease: Lease) -> Failure? {
        let unit = LedgerText.unit(lease.unit)
        switch kind {
        case .workerCrash: return Failure(.crashed, .workerCrashed, "the worker of \(unit) crashed")
        case .poisonUnit:
            return Failure(.crashed, .workerCrashed, "\(unit) crashes every worker")
        case .workerMemory where !lease.isSplit:
            return Failure(.outOfMemory, .workerOutOfMemory, "\(unit) ran out of memory")
        case .workerTimeout: return Failure(.timedOut, .workerStalled, "\(unit) made no progress")
        case .permanent: return Failure(.permanent, .undecodable, "\(unit) cannot be decoded")
        default: return nil
        }
    }
}
