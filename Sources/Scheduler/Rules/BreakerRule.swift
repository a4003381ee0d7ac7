/// When a breaker opens, and when it is tried again (scheduling rules of the architecture page; the pattern is
/// Nygard's, in Release It!, 2007).
public struct BreakerRule: Hashable, Sendable {
    /// Failures in a row, without a success between, that open a breaker.
    public var failuresToOpen: Int
    /// From so many different jobs, so that one bad upload opens none. The store's breaker needs one only.
    public var jobsToOpen: Int
    /// Until one unit may try it, at first; doubled each time that fails.
    public var coolMilliseconds: Int64
    public var coolMaximumMilliseconds: Int64

    public init(
        failuresToOpen: Int = 4, jobsToOpen: Int = 2, coolMilliseconds: Int64 = 2_000,
        coolMaximumMilliseconds: Int64 = 60_000
    ) {
        precondition(failuresToOpen > 0 && jobsToOpen > 0 && coolMilliseconds > 0)
        precondition(coolMaximumMilliseconds >= coolMilliseconds)
        self.failuresToOpen = failuresToOpen
        self.jobsToOpen = jobsToOpen
        self.coolMilliseconds = coolMilliseconds
        self.coolMaximumMilliseconds = coolMaximumMilliseconds
    }

    /// How long a breaker stays open that has been tried in vain so many times.
    func coolMilliseconds(afterTrials trials: Int) -> Int64 {
        min(coolMilliseconds << Int64(min(max(trials, 0), 30)), coolMaximumMilliseconds)
    }
}
