public import TranscodeModel

/// What to do after an attempt that failed.
public enum RetryDecision: Hashable, Sendable {
    /// `splits`: the next attempt is done in smaller parts. `exhausted`: the reason if no attempt is left then.
    case retry(afterMilliseconds: Int64, splits: Bool, exhausted: Failure)
    /// The unit is dead and its job fails with this reason.
    case giveUp(Failure)
    /// The lease is not ours any more, or the job was cancelled: nothing is left to decide.
    case stop
}

/// When to try again (scheduling rules of the architecture page).
///
/// Permanent failures end the job at once. All others back off exponentially with full jitter, until the attempts,
/// which were counted at each lease (I11), are used up. A unit that keeps crashing its workers is quarantined, long
/// before. An encode that ran out of memory or time is split.
public struct RetryRule: Hashable, Sendable {
    public var firstDelayMilliseconds: Int64
    public var delayMaximumMilliseconds: Int64
    /// The first delay after a worker that was killed from outside, which says nothing about the unit.
    public var killedDelayMilliseconds: Int64
    /// Crashes of a unit's workers that quarantine it.
    public var crashesMaximum: Int

    public init(
        firstDelayMilliseconds: Int64 = 500, delayMaximumMilliseconds: Int64 = 60_000,
        killedDelayMilliseconds: Int64 = 20, crashesMaximum: Int = 3
    ) {
        precondition(firstDelayMilliseconds > 0 && killedDelayMilliseconds > 0)
        precondition(delayMaximumMilliseconds >= firstDelayMilliseconds)
        precondition(crashesMaximum > 0)
        self.firstDelayMilliseconds = firstDelayMilliseconds
        self.delayMaximumMilliseconds = delayMaximumMilliseconds
        self.killedDelayMilliseconds = killedDelayMilliseconds
        self.crashesMaximum = crashesMaximum
    }

    /// - Parameters:
    ///   - attempt: the one that failed, from 1.
    ///   - crashes: earlier attempts of the unit that ended in a crash.
    public func decide(
        after failure: Failure, kind: UnitKind, attempt: Int, attemptsMaximum: Int, crashes: Int,
        using generator: inout some RandomNumberGenerator
    ) -> RetryDecision {
        switch failure.category {
        case .fenced, .cancelled:
            return .stop
        case .permanent:
            return .giveUp(failure)
        case .crashed where crashes + 1 >= crashesMaximum:
            return .giveUp(quarantined(failure, crashes + 1))
        case .transient, .crashed, .timedOut, .outOfMemory:
            guard attempt < attemptsMaximum else { return .giveUp(exhausted(failure, attempt)) }
            let splits =
                kind == .encode
                && (failure.category == .timedOut || failure.category == .outOfMemory)
            return .retry(
                afterMilliseconds: delay(after: failure, attempt: attempt, using: &generator),
                splits: splits, exhausted: exhausted(failure, attemptsMaximum))
        }
    }

    /// Between half of and the whole of `first × 2^(attempt − 1)`, at most the maximum.
    private func delay(
        after failure: Failure, attempt: Int, using generator: inout some RandomNumberGenerator
    ) -> Int64 {
        let first =
            failure.code == .workerKilled ? killedDelayMilliseconds : firstDelayMilliseconds
        let doublings = min(max(attempt - 1, 0), 30)
        let whole = min(first << Int64(doublings), delayMaximumMilliseconds)
        return Int64.random(in: (whole + 1) / 2...whole, using: &generator)
    }

    private func quarantined(_ failure: Failure, _ crashes: Int) -> Failure {
        Failure(
            .crashed, .quarantined,
            "\(failure.message) (quarantined: it crashed its workers in \(crashes) attempts)")
    }

    private func exhausted(_ failure: Failure, _ attempts: Int) -> Failure {
        Failure(
            failure.category, failure.code,
            "\(failure.message) (given up after \(attempts) attempts)")
    }
}
