import Ledger

/// When an attempt will end if it goes on as it went until its progress was noted.
struct Projection {
    private static let freshMilliseconds: Int64 = 10_000

    private let partDone: Double
    private let seconds: Double
    /// Since it was noted.
    private let age: Double
    /// A node that notes nothing any more may be gone.
    let isFresh: Bool

    init(_ progress: LeaseProgress, elapsedMilliseconds: Int64) {
        partDone = progress.part
        seconds = max(0, Double(progress.elapsedMilliseconds) / 1000)
        let age = max(0, elapsedMilliseconds - progress.elapsedMilliseconds)
        self.age = Double(age) / 1000
        isFresh = age <= Projection.freshMilliseconds
    }

    /// From the begin of its lease to its end. Without a share for the start, one that has done nothing never ends.
    func wholeSeconds(startShare: Double) -> Double {
        let done = (partDone + startShare) / (1 + startShare)
        return done > 0 ? seconds / done : .infinity
    }

    /// From now on.
    func leftSeconds(startShare: Double) -> Double {
        max(0, wholeSeconds(startShare: startShare) - seconds - age)
    }
}
