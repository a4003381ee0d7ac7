public import Ledger

/// How many rows of a backfill are looked at next, and when it stops. Pure: the same counts and time give the same answer.
public struct AdmissionRule: Hashable, Sendable {
    /// Jobs of it that may be under way at once: enough for every worker to have the next one ready, and few enough
    /// that a pause, a window's end or a better plan meets little that was begun (I17).
    public var openMaximum: Int

    public init(openMaximum: Int) {
        precondition(openMaximum > 0)
        self.openMaximum = openMaximum
    }

    public enum Decision: Hashable, Sendable {
        /// Look at up to so many rows that are due; each may become a job.
        case admit(Int)
        /// Until a job ends, or something else changes.
        case wait
        /// Until the window opens, in minutes.
        case sleep(minutes: Int)
        case stop(reason: String)
        case done
    }

    /// - Parameters:
    ///   - minute: of the day, 0 to 1439, where the window's hours are meant.
    public func decide(
        _ settings: BackfillSettings, _ counts: BackfillCounts, minute: Int
    ) -> Decision {
        if counts.admittedFailures > 0, counts.admitted <= settings.canary {
            return .stop(
                reason: "\(counts.admittedFailures) of the first \(counts.admitted) encodes failed "
                    + "(--canary \(settings.canary))")
        }
        if let budget = settings.failBudget,
            Double(counts.failures) > budget * Double(counts.total)
        {
            return .stop(
                reason: "\(counts.failures) of \(counts.total) rows failed, more than the budget")
        }
        let running = counts[.running]
        let left = settings.limit.map { max(0, $0 - counts.admitted) } ?? .max
        if running == 0, counts.due == 0 || left == 0 { return .done }
        if let window = settings.window, window.minutesLeft(at: minute) == nil {
            return .sleep(minutes: window.minutesUntilOpen(at: minute))
        }
        let canaryLeft =
            counts.admitted < settings.canary
            ? settings.canary - counts.admitted : (isCanaryUnderWay(settings, counts) ? 0 : .max)
        let room = min(openMaximum - running, left, canaryLeft, counts.due)
        return room > 0 ? .admit(room) : .wait
    }

    /// All of the canary is admitted, and some of it has not ended.
    private func isCanaryUnderWay(
        _ settings: BackfillSettings, _ counts: BackfillCounts
    ) -> Bool {
        settings.canary > 0 && counts.admitted == settings.canary && counts[.running] > 0
    }
}
