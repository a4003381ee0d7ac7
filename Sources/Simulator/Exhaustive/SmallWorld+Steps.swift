import Ledger
import Scheduler
import TranscodeModel

extension SmallWorld {
    /// Takes a step, and holds it against every rule.
    mutating func take(_ move: Move) throws(BrokenRule) {
        if move.isFault { faultsLeft -= 1 }
        switch move {
        case .perform(let seat, let knowsDeaths):
            let request = seats[seat].requests.removeFirst()
            seats[seat].answers.append(try perform(request, knowsDeaths: knowsDeaths))
        case .deliver(let seat): try act(seat, seats[seat].answers.removeFirst())
        case .finish(let seat, let token, let end):
            seats[seat].running.removeAll { $0.token == token }
            if end == .permanent { hasPermanentFailure = true }
            try act(seat, .finished(token, end.result))
        case .tick(let seat): try act(seat, .tick)
        case .pass, .pause: now += Self.stepMilliseconds
        case .lose(let seat, let tookEffect):
            let request = seats[seat].requests.removeFirst()
            if tookEffect { _ = try perform(request, knowsDeaths: false) }
            let failure = LedgerFailure(.unreachable, "the answer is lost")
            switch request {
            case .survey: seats[seat].answers.append(.surveyFailed(failure))
            case .ask(let operations): seats[seat].answers.append(.askFailed(operations, failure))
            }
        case .crash(let seat):
            crashed.append(seats[seat].node)
            let generation = seats[seat].generation + 1
            seats[seat] = Seat(core: core(seat, generation: generation), generation: generation)
            try act(seat, .started)
        }
    }

    private mutating func perform(
        _ request: Request, knowsDeaths: Bool
    ) throws(BrokenRule) -> NodeEvent {
        switch request {
        case .survey(let wanted):
            var survey = ledger.survey(wanted, now: now)
            // How long peers took is beyond the abstraction of time.
            for index in survey.stragglers.indices { survey.stragglers[index].peersDone = 0 }
            for index in survey.shared.indices where configuration.overtakes {
                overtake(&survey.shared[index])
            }
            let present = Set(survey.nodes.map(\.id))
            let dead = knowsDeaths ? crashed.filter { present.contains($0) } : []
            let lost = dead.flatMap { ledger.leases(ofNode: $0) }
            return .surveyed(
                survey, dead: dead, lost: lost,
                disk: DiskSpace(freeBytes: 1 << 40, totalBytes: 1 << 40))
        case .ask(let operations):
            var answers: [LedgerAnswer] = []
            do {
                // One at a time, to see what each does; together they are one step of the world.
                for operation in operations {
                    let before = ledger
                    let answer = try ledger.perform([operation], now: now)
                    answers += answer
                    try TransitionRule(before: before, after: ledger, now: now)
                        .check(operation, answer[0])
                    if case .retire(let node) = operation { crashed.removeAll { $0 == node } }
                }
            } catch let violation as BrokenRule {
                throw violation
            } catch {
                throw BrokenRule("I5", "the ledger refuses what a node asks: \(error)")
            }
            try requireInvariants()
            return .answered(operations, answers)
        }
    }

    /// So is how far attempts have come.
    private func overtake(_ shared: inout SharedLease) {
        let isOlder = shared.own.token.attempt < shared.other.attempt
        func progress(_ isSlow: Bool) -> LeaseProgress {
            LeaseProgress(
                part: isSlow ? 0.01 : 0.5, elapsedMilliseconds: Self.stepMilliseconds)
        }
        shared.own.elapsedMilliseconds = Self.stepMilliseconds
        shared.own.progress = progress(isOlder)
        shared.other.elapsedMilliseconds = Self.stepMilliseconds
        shared.other.progress = progress(!isOlder)
    }

    /// Tells a node what happened, and takes note of what it wants done.
    mutating func act(_ seat: Int, _ event: NodeEvent) throws(BrokenRule) {
        var generator = FixedGenerator()
        let effects = seats[seat].core.step(event, now: now, using: &generator)
        for effect in effects {
            switch effect {
            case .survey(let request): seats[seat].requests.append(.survey(request))
            case .ask(let operations):
                for operation in operations { try requireReason(operation) }
                seats[seat].requests.append(.ask(operations))
            case .start(let lease):
                seats[seat].running.append(SeatAttempt(token: lease.token))
                try require(
                    seats[seat].running.count <= configuration.workers, "I17",
                    "node \(seats[seat].node) runs more units than it has workers")
            case .stop(let token):
                for index in seats[seat].running.indices
                where seats[seat].running[index].token == token {
                    seats[seat].running[index].isStopping = true
                }
            case .end(let ending):
                if case .ledgerFailed(let failure) = ending {
                    throw BrokenRule("I5", "a node gives up: \(failure)")
                }
                seats[seat].isEnded = true
                seats[seat].requests = []
                seats[seat].answers = []
                seats[seat].running = []
            case .sweep, .remove, .note: break
            }
        }
    }

    private func requireReason(_ operation: LedgerOperation) throws(BrokenRule) {
        guard case .release(let release) = operation, release.failure?.category == .permanent,
            case .retry = release.verdict
        else { return }
        throw BrokenRule("I5", "a failure that is permanent is tried again")
    }

    private func requireInvariants() throws(BrokenRule) {
        if let finding = ledger.firstFinding(ofJob: 0) {
            throw BrokenRule(finding.invariant, "\(finding.subject): \(finding.message)")
        }
        let used = configuration.faultsMaximum - faultsLeft
        try require(
            jobState != .failed || hasPermanentFailure || configuration.hedges
                || used >= configuration.attemptsMaximum, "I11",
            "the job failed though no unit can have lost all its attempts")
    }
}

extension SeatAttemptEnd {
    fileprivate var result: AttemptResult {
        switch self {
        case .made: .made(SmallWorld.artifact, nil)
        case .stopped: .stopped
        case .crashed: .failed(Failure(.crashed, .workerCrashed, "crashed"))
        case .transient: .failed(Failure(.transient, .storageFailed, "failed"))
        case .permanent: .failed(Failure(.permanent, .undecodable, "cannot be decoded"))
        }
    }
}
