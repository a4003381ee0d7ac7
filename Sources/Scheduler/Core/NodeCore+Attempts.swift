import Ledger
import TranscodeModel

// What becomes of an attempt that has ended.
extension NodeCore {
    mutating func conclude(
        _ token: LeaseToken, _ result: AttemptResult, _ now: Int64,
        using generator: inout some RandomNumberGenerator
    ) -> [NodeEffect] {
        guard let member = members[token] else { return [] }
        switch (member.phase, result) {
        case (.ending, _): return []
        case (.stopping(.fenced), _):
            members[token] = nil
            breakers.endTrials(token.unit)
            return hasRoom ? look(now) : []
        // What was made before the stop is not thrown away.
        case (_, .made(let artifact, let planned, let lesson)):
            return ask(
                .complete(
                    Completion(token: token, artifact: artifact, planned: planned, lesson: lesson)),
                token)
        case (.stopping(.handBack), _), (.running, .stopped):
            breakers.endTrials(token.unit)
            return ask(release(handingBack: token, "the node stops"), token)
        // Whatever it came to after it was stopped: the other attempt goes on.
        case (.stopping(.overtaken(let reason)), _):
            breakers.endTrials(token.unit)
            return ask(
                release(handingBack: token, reason), token,
                note: .overtaken(token, reason: reason))
        case (.running, .failed(let failure)):
            return settle(member.lease, failure, now, using: &generator)
        }
    }

    private mutating func ask(
        _ operation: LedgerOperation, _ token: LeaseToken, note: NodeNote? = nil,
        also others: [LedgerOperation] = []
    ) -> [NodeEffect] {
        members[token]?.phase = .ending(operation, note: note)
        return [.ask([operation] + others)]
    }

    mutating func settle(
        _ lease: Lease, _ failure: Failure, _ now: Int64,
        using generator: inout some RandomNumberGenerator
    ) -> [NodeEffect] {
        let token = lease.token
        let change = breakers.fail(lease, failure, ledgerNow: now + ledgerOffset)
        let others = change.map { [LedgerOperation.setBreaker($0)] } ?? []
        var decision = policy.retry.decide(
            after: failure, kind: lease.kind, attempt: token.attempt,
            attemptsMaximum: lease.attemptsMaximum, crashes: lease.crashes, using: &generator)
        if plantedBug == .retriesPermanent, failure.category == .permanent {
            decision = .retry(afterMilliseconds: 0, splits: false, exhausted: failure)
        }
        switch decision {
        case .stop:
            return ask(release(handingBack: token, failure.message), token, also: others)
        case .giveUp(let reason):
            let note: NodeNote =
                reason.code == .quarantined
                ? .quarantined(token, lease.kind, reason) : .jobFailed(token, lease.kind, reason)
            return ask(
                .release(
                    Release(
                        token: token, ground: .holder, verdict: .dead(reason), failure: failure,
                        reason: reason.message)), token, note: note, also: others)
        case .retry(let delay, let splits, let exhausted):
            let next = splits && !lease.isSplit ? "; tried again one rendition at a time" : ""
            return ask(
                .release(
                    Release(
                        token: token, ground: .holder,
                        verdict: .retry(
                            afterMilliseconds: delay, splits: splits, returnsAttempt: false,
                            exhausted: exhausted), failure: failure,
                        reason: "\(failure.code.rawValue): \(failure.message)\(next)")), token,
                note: .retried(token, lease.kind, failure, afterMilliseconds: delay), also: others)
        }
    }
}
