package import TranscodeModel

/// A lease in hand, with how far its work has come.
public struct HeldLease: Hashable, Sendable {
    public var token: LeaseToken
    /// Frames, or what else the unit counts.
    public var progress: Int
    /// Of all its work, 0 to 1; nil while that is not known.
    public let part: Double?

    /// - Parameter part: what a worker said, believed as far as it can be: below 0 it is 0, above 1 it is 1, and what is
    ///   no number is not known.
    public init(token: LeaseToken, progress: Int, part: Double? = nil) {
        self.token = token
        self.progress = progress
        self.part = part.flatMap { $0.isNaN ? nil : min(max($0, 0), 1) }
    }
}

/// How far an attempt had come when there was news of it last.
public struct LeaseProgress: Hashable, Sendable {
    /// Of its work, 0 to 1; it never goes back.
    public let part: Double
    /// From the begin of the lease until that was noted; a renewal that tells no more than was known is no news.
    public let elapsedMilliseconds: Int64

    /// - Parameter part: what is outside 0 to 1 is as near to it as can be, and what is no number is 0.
    public init(part: Double, elapsedMilliseconds: Int64) {
        self.part = part.isNaN ? 0 : min(max(part, 0), 1)
        self.elapsedMilliseconds = elapsedMilliseconds
    }

    /// How many times as long as it was predicted to take it would take at this rate. While hardly anything is done, less
    /// is known than that.
    package func slowness(_ estimate: Estimate) -> Double {
        Double(elapsedMilliseconds) / 1000
            / (max(part, LeaseProgress.partLeast) * max(estimate.cpuSeconds, 0.001))
    }

    /// The predicted milliseconds of what is done: whole ones, so that sums do not depend on their order.
    func doneMilliseconds(_ estimate: Estimate) -> Int64 {
        Int64((part * min(max(estimate.cpuSeconds, 0), 1e9) * 1000).rounded())
    }

    /// Whether it says something of the pace of other units.
    package var tellsPace: Bool { elapsedMilliseconds >= LeaseProgress.paceMilliseconds }

    /// Whether there was news of it of late: one that stands still is stuck, or its node is gone.
    ///
    /// - Parameter elapsedMilliseconds: since the begin of the lease.
    package func isNew(elapsedMilliseconds elapsed: Int64) -> Bool {
        elapsed - elapsedMilliseconds <= LeaseProgress.newMilliseconds
    }

    private static let newMilliseconds: Int64 = 10_000
    private static let partLeast = 0.05
    private static let paceMilliseconds: Int64 = 1_000
}

/// One of two leases of a unit.
public struct LeaseStanding: Hashable, Sendable {
    public var attempt: Int
    /// Since it was leased.
    public var elapsedMilliseconds: Int64
    /// Nil while it is not known.
    public var progress: LeaseProgress?

    public init(attempt: Int, elapsedMilliseconds: Int64, progress: LeaseProgress?) {
        self.attempt = attempt
        self.elapsedMilliseconds = elapsedMilliseconds
        self.progress = progress
    }
}

/// A lease of the asking node whose unit has another lease beside it.
public struct SharedLease: Hashable, Sendable {
    /// The asking node's.
    public var own: Straggler
    public var other: LeaseStanding

    public init(own: Straggler, other: LeaseStanding) {
        self.own = own
        self.other = other
    }
}

/// How far the units of one kind and job have come that are under way: what their pace is before any is done.
package struct RunningPeers: Hashable, Sendable {
    /// What they have taken until that was noted, and the predicted time of what they had done by then.
    package var milliseconds: Int64 = 0
    package var doneMilliseconds: Int64 = 0

    package init() {}

    package mutating func add(_ progress: LeaseProgress?, _ estimate: Estimate) {
        guard let progress, progress.tellsPace else { return }
        milliseconds += progress.elapsedMilliseconds
        doneMilliseconds += progress.doneMilliseconds(estimate)
    }

    package mutating func remove(_ progress: LeaseProgress?, _ estimate: Estimate) {
        guard let progress, progress.tellsPace else { return }
        milliseconds -= progress.elapsedMilliseconds
        doneMilliseconds -= progress.doneMilliseconds(estimate)
    }
}
