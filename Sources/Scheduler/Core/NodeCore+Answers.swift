import Ledger
import TranscodeModel

// What the ledger answered, or did not.
extension NodeCore {
    mutating func digest(
        _ operations: [LedgerOperation], _ answers: [LedgerAnswer], _ now: Int64,
        using generator: inout some RandomNumberGenerator
    ) -> [NodeEffect] {
        precondition(operations.count == answers.count, "an answer for each operation")
        var effects: [NodeEffect] = []
        var taken: [String: [LeaseToken]] = [:]
        lookIsOver(operations)
        for (operation, answer) in zip(operations, answers) {
            switch (operation, answer) {
            case (.register, _):
                isRegistering = false
                isRegistered = true
                effects.append(.sweep)
                effects += look(now)
            case (.retire(let node), _):
                if node == identity.id, let ending { return effects + end(ending) }
            case (.hedge(_, _, _, let reason), .leased(let leases)):
                effects += take(leases, now)
                effects += leases.map { .note(.hedged($0.token, reason: reason)) }
                if leases.isEmpty, case .hedge(let token, _, _, _) = operation {
                    refusedHedges[token] = now + Self.refusedMilliseconds
                }
            case (.lease(let picks, _, _), .leased(let leases)):
                let granted = Set(leases.map(\.unit))
                for pick in picks where !granted.contains(pick.unit) {
                    breakers.endTrials(pick.unit)
                }
                effects += take(leases, now)
            case (.renew(let held, _), .renewed(let kept)):
                for lease in held where !kept.contains(lease.token) { effects += lose(lease.token) }
            case (.complete(let completion), .completed(.condemned)):
                effects += retry(completion, now, using: &generator)
            case (.complete(let completion), .completed(let outcome)):
                effects += settle(completion, outcome)
            case (.release(let release), .released(let outcome)):
                if members[release.token] != nil {
                    effects += settle(release, outcome, now)
                } else if case .released = outcome {
                    taken[release.reason, default: []].append(release.token)
                }
            case (.setBreaker(let record), .breakerSet(true)):
                effects.append(
                    .note(record.state == .open ? .breakerOpened(record) : .breakerClosed(record)))
            case (.setBreaker, _): break
            default: preconditionFailure("the ledger answered \(answer) to \(operation)")
            }
        }
        for (reason, tokens) in taken.sorted(by: { $0.key < $1.key }) {
            effects.append(.note(.tookBack(tokens, reason: reason)))
            effects.append(.sweep)
        }
        // There may be room now, or work that was taken back. A hedge that was refused is not asked for again for a while.
        if hasRoom { effects += look(now) }
        return effects
    }

    private mutating func lookIsOver(_ operations: [LedgerOperation]) {
        guard !pendingLook.isEmpty, operations == pendingLook else { return }
        pendingLook = []
        isLooking = false
    }

    private mutating func take(_ leases: [Lease], _ now: Int64) -> [NodeEffect] {
        var effects: [NodeEffect] = []
        for lease in leases {
            precondition(members[lease.token] == nil, "a lease is granted once")
            members[lease.token] = Member(lease: lease, startedAt: now)
            effects.append(.start(lease))
            effects.append(.note(.leased(lease)))
        }
        return effects
    }

    private mutating func settle(
        _ completion: Completion, _ outcome: CommitOutcome
    ) -> [NodeEffect] {
        guard let member = members.removeValue(forKey: completion.token) else { return [] }
        switch outcome {
        case .committed(let state):
            return [.note(.committed(completion.token, member.lease.kind, state))]
                + succeed(member.lease)
        case .alreadyDone: return succeed(member.lease)
        case .fenced, .condemned:
            breakers.endTrials(member.lease.unit)
            return [.note(.fenced(completion.token))]
        }
    }

    /// The unit made, or found, an artifact that was given up meanwhile. What is left of it is removed at once, whatever
    /// else was given up with it and by whom; a later lease makes it anew.
    private mutating func retry(
        _ completion: Completion, _ now: Int64, using generator: inout some RandomNumberGenerator
    ) -> [NodeEffect] {
        guard let member = members[completion.token] else { return [] }
        let failure = Failure(
            .transient, .artifactCondemned,
            "Unit \(member.lease.unit) counted on an artifact that is just being removed since no job "
                + "needed it any more. It is made again.")
        return [.remove(completion.artifact.digest, member.lease.tenant), .sweep]
            + settle(member.lease, failure, now, using: &generator)
    }

    private mutating func succeed(_ lease: Lease) -> [NodeEffect] {
        let changes = breakers.succeed(lease)
        return changes.isEmpty ? [] : [.ask(changes.map { .setBreaker($0) })]
    }

    private mutating func settle(
        _ release: Release, _ outcome: ReleaseOutcome, _ now: Int64
    ) -> [NodeEffect] {
        guard let member = members.removeValue(forKey: release.token),
            case .ending(_, let note) = member.phase
        else { return [] }
        switch outcome {
        case .fenced: return [.note(.fenced(release.token))]
        case .rivalGoesOn:
            if case .overtaken? = note { return note.map { [.note($0)] } ?? [] }
            return []
        case .released(let state):
            if case .retry(let delay, _, _, _) = release.verdict, state == .ready {
                // Not before the ledger's clock has passed it too.
                wakeAt = min(wakeAt ?? .max, now + delay + 1)
            }
            if state == .dead, case .retried(let token, let kind, let failure, _)? = note {
                return [.note(.jobFailed(token, kind, failure))]
            }
            // The other attempt had ended meanwhile: the unit is begun anew.
            if case .overtaken? = note { return [] }
            return note.map { [.note($0)] } ?? []
        }
    }

    /// An ask that failed may have taken effect all the same. Ends are asked again, for they are idempotent; a lease
    /// that was granted unheard is found by the next survey.
    mutating func recover(
        _ operations: [LedgerOperation], _ failure: LedgerFailure, _ now: Int64
    ) -> [NodeEffect] {
        lookIsOver(operations)
        for operation in operations {
            switch operation {
            case .register: isRegistering = false
            case .retire(let node):
                // The others see that we are gone.
                if node == identity.id, let ending { return end(ending) }
            case .renew: lastRenewal = now - policy.renewMilliseconds + Self.resendMilliseconds
            case .complete(let completion): resendLater(completion.token, now)
            case .release(let release): resendLater(release.token, now)
            // Who tried a breaker with one of these does not any more.
            case .lease(let picks, _, _): for pick in picks { breakers.endTrials(pick.unit) }
            case .hedge, .setBreaker: break
            }
        }
        return suffer(failure, \.writingSince, now)
    }

    private static let resendMilliseconds: Int64 = 200
    private static let refusedMilliseconds: Int64 = 5_000

    private mutating func resendLater(_ token: LeaseToken, _ now: Int64) {
        members[token]?.resendAt = now + Self.resendMilliseconds
    }

    /// A ledger that is busy or full for a while is waited for; one that refuses what we ask, or is damaged, is not.
    mutating func suffer(
        _ failure: LedgerFailure, _ what: WritableKeyPath<LedgerTrouble, Int64?>, _ now: Int64
    ) -> [NodeEffect] {
        switch failure.code {
        case .refused, .corrupt, .olderSchema, .newerSchema:
            return end(.ledgerFailed(failure))
        case .busy, .full, .unreachable:
            let isNew = trouble == LedgerTrouble()
            let start = trouble[keyPath: what] ?? now
            trouble[keyPath: what] = start
            if now - start > policy.ledgerPatienceMilliseconds {
                return end(.ledgerFailed(failure))
            }
            return isNew ? [.note(.ledgerTrouble(failure))] : []
        }
    }
}

/// Since when the ledger cannot be used, by the node's clock. A full or failing disk often still can be read.
struct LedgerTrouble: Hashable {
    var readingSince: Int64?
    var writingSince: Int64?
}
