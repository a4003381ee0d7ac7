public import TranscodeModel

/// What to do after an attempt that failed.
public enum RetryDecision: Hashable, Sendable {
    case retry(afterMilliseconds: Int64)
    /// The unit is dead and its job fails with this reason.
    case giveUp(Failure)
    /// The lease is not ours any more, or the job was cancelled: nothing is left to decide.
    case stop
}

/// When to try again (scheduling rules of the architecture page).
///
/// Permanent failures end the job at once. All others back off exponentially with full jitter, until
/// the attempts, which were counted at each lease (I11), are used up.
public struct RetryRule: Hashable, Sendable {
    public var firstDelayMilliseconds: Int64
    public var delayMaximumMilliseconds: Int64

    public init(firstDelayMilliseconds: Int64 = 500, delayMaximumMilliseconds: Int64 = 60_000) {
        precondition(firstDelayMilliseconds > 0)
        precondition(delayMaximumMilliseconds >= firstDelayMilliseconds)
        self.firstDelayMilliseconds = firstDelayMilliseconds
        self.delayMaximumMilliseconds = delayMaximumMilliseconds
    }

    public func decide(
        after failure: Failure, attempt: Int, attemptsMaximum: Int,
        using generator: inout some RandomNumberGenerator
    ) -> RetryDecision {
        switch failure.category {
        case .fenced, .cancelled:
            return .stop
        case .permanent:
            return .giveUp(failure)
        case .transient, .crashed, .timedOut, .outOfMemory:
            guard attempt < attemptsMaximum else { return .giveUp(exhausted(failure, attempt)) }
            return .retry(afterMilliseconds: delay(attempt: attempt, using: &generator))
        }
    }

    /// Between half of and the whole of `first × 2^(attempt − 1)`, at most the maximum.
    private func delay(attempt: Int, using generator: inout some RandomNumberGenerator) -> Int64 {
        let doublings = min(max(attempt - 1, 0), 30)
        let whole = min(firstDelayMilliseconds << Int64(doublings), delayMaximumMilliseconds)
        return Int64.random(in: (whole + 1) / 2...whole, using: &generator)
    }

    private func exhausted(_ failure: Failure, _ attempt: Int) -> Failure {
        let verdict =
            failure.category == .crashed
            ? "set aside because it crashed its workers in \(attempt) attempts"
            : "given up after \(attempt) attempts"
        return Failure(failure.category, failure.code, "\(failure.message) (\(verdict))")
    }
}
