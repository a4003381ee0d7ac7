import Ledger

/// When an attempt will end if it goes on as it went.
struct Projection {
    /// What may delay a note.
    private static let slackMilliseconds: Int64 = 1_000
    /// At least, however often notes are made: frames take their time too.
    private static let youngMilliseconds: Int64 = 6_000
    /// In notes.
    private static let young: Int64 = 3
    private static let fresh: Int64 = 5

    private let partDone: Double
    /// From the begin of its lease until that was noted.
    private let noted: Double
    /// Until when it is known that no more was done: the next note would have told.
    private let known: Double
    private let elapsed: Double
    /// One that has stood still for long is stuck, or gone: its rate says nothing.
    let isFresh: Bool
    /// There was news of it within the last few renewals. Its node is there, as far as can be known.
    let isYoung: Bool

    init(_ progress: LeaseProgress, elapsedMilliseconds: Int64, noteMilliseconds: Int64) {
        let noted = max(0, progress.elapsedMilliseconds)
        let age = elapsedMilliseconds - noted
        let known =
            noted + max(0, age - noteMilliseconds - Projection.slackMilliseconds)
        partDone = progress.part
        self.noted = Double(noted) / 1000
        self.known = Double(known) / 1000
        elapsed = Double(max(noted, elapsedMilliseconds)) / 1000
        isFresh =
            progress.isNew(elapsedMilliseconds: elapsedMilliseconds)
            || age <= Projection.fresh * noteMilliseconds
        isYoung = age <= max(Projection.youngMilliseconds, Projection.young * noteMilliseconds)
    }

    /// For how long it is known what it did.
    var knownSeconds: Double { known }

    /// From the begin of its lease to its end. Without a share for the start, one that has done nothing never ends.
    func wholeSeconds(startShare: Double) -> Double { whole(known, startShare) }

    /// From now on.
    func leftSeconds(startShare: Double) -> Double {
        max(0, whole(known, startShare) - elapsed)
    }

    /// From when its progress was noted on, as if no time had passed since: nobody knows what it did in that.
    func leftSecondsWhenNoted(startShare: Double) -> Double {
        max(0, whole(noted, startShare) - noted)
    }

    private func whole(_ seconds: Double, _ startShare: Double) -> Double {
        let done = (partDone + startShare) / (1 + startShare)
        return done > 0 ? seconds / done : .infinity
    }
}
