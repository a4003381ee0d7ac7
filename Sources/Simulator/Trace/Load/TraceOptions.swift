public import TranscodeModel

/// How a trace is wished for.
public struct TraceOptions: Sendable {
    /// Which ledger the nodes work on.
    public enum Driver: String, Sendable, CaseIterable {
        /// Made for traces: live jobs only, and no history.
        case lean
        /// The in-memory reference of the contract.
        case memory
        /// The lean one and the reference, answer by answer.
        case mirrored
    }

    public var uploadsOfDay = 50_000
    /// Of a day, from noon on; above 0.
    public var hours = 24.0
    /// Of each fleet; empty for one of the size that `utilisation` asks for.
    public var workers: [Int] = []
    /// Of the fleet that is sized by it, in the mean, above 0 and below 1.
    public var utilisation = 0.75
    /// Of each node; nil for 16, and 64 in large fleets.
    public var workersOfNode: Int?
    /// What plans count on for one upload.
    var workersOfJob = 16
    public var seed: UInt64 = 1
    /// Predictions are as good as those that were learned, and not only modelled.
    public var isLearned = false
    /// Of all attempts, 0 to 1, and how many times as long they take.
    public var slowShare = 0.0
    public var slowFactor = 8.0
    public var driver = Driver.lean
    /// What the planner is given for every upload.
    public var profile: Profile

    public init(profile: Profile) { self.profile = profile }

    var troubles: TraceTroubles {
        var troubles = TraceTroubles()
        troubles.slowShare = slowShare
        troubles.slowFactor = slowFactor
        return troubles
    }
}
