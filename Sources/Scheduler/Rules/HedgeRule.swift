public import Ledger
import TranscodeModel

/// When a straggling unit gets a second lease, and which of the two is given up (scheduling rules of the architecture
/// page). The first verified commit wins.
///
/// The prediction is the estimate, times the pace of the same kind of units of the job: what those that are done took, and
/// those that are under way have taken, against what was predicted for it. One peer says less than many, since it may itself
/// have been odd: the fewer there are, the larger the multiple. Without any, the bare estimate has to be missed by far.
///
/// A unit that takes a multiple of the prediction is a straggler (Dean, Barroso: The Tail at Scale, 2013). Where its worker
/// tells how far it has come, that is known as soon as the rate shows it, and a second lease is given only if it would end
/// much sooner (as in LATE: Zaharia et al., Improving MapReduce Performance in Heterogeneous Environments, 2008). One that stands
/// still is judged by the time that it has taken.
public struct HedgeRule: Hashable, Sendable {
    /// Of the prediction, with many peers; above 1: what a unit must have run for of which no progress is known, or none of
    /// late.
    public var multiple: Double
    /// How much larger it is with one peer, as a part of it; with n peers, the n-th part of that.
    public var doubt: Double
    /// Of the bare estimate, while nothing is known of any peer.
    public var multipleWithoutPeers: Double
    /// No unit is hedged before it has run so long.
    public var floorMilliseconds: Int64
    /// Of the prediction: what a unit must be going to take, by its progress.
    public var projectedMultiple: Double
    /// The same floor where progress is known.
    public var projectedFloorMilliseconds: Int64
    /// Of a unit's work: what it may take to start (to decode from before its first frame, to fill its encoder) without
    /// any progress.
    public var startShare: Double
    /// A second lease is given up for the first, or the first for the second, when it is to take so many times as long.
    public var givingWayMultiple: Double
    /// How often progress is noted; above 0. A node sets it to how often it renews, as it takes the others to do.
    public var noteMilliseconds: Int64

    public init(
        multiple: Double = 1.6, doubt: Double = 0.5, multipleWithoutPeers: Double = 2.5,
        floorMilliseconds: Int64 = 2_000, projectedMultiple: Double = 2,
        projectedFloorMilliseconds: Int64 = 1_000, startShare: Double = 0.1,
        givingWayMultiple: Double = 1.5, noteMilliseconds: Int64 = 2_000
    ) {
        precondition(doubt >= 0 && startShare > 0 && noteMilliseconds > 0)
        precondition(givingWayMultiple > HedgeRule.aheadMultiple)
        precondition(multiple > 1 && multipleWithoutPeers > 1 && floorMilliseconds >= 0)
        precondition(projectedMultiple > 1 && projectedFloorMilliseconds >= 0)
        self.multiple = multiple
        self.doubt = doubt
        self.multipleWithoutPeers = multipleWithoutPeers
        self.floorMilliseconds = floorMilliseconds
        self.projectedMultiple = projectedMultiple
        self.projectedFloorMilliseconds = projectedFloorMilliseconds
        self.startShare = startShare
        self.givingWayMultiple = givingWayMultiple
        self.noteMilliseconds = noteMilliseconds
    }

    /// Whether it is so sure that this unit straggles that its second lease goes before units that wait: a straggler holds
    /// a worker for many times as long as the hedge takes. Predictions alone are not sure.
    ///
    /// Nor are peers that were faster than predicted: some may have been found made already. What is uploaded goes before
    /// any second lease of a backfill's unit.
    public func goesFirst(_ straggler: Straggler) -> Bool {
        straggler.jobClass == .live && Pace(straggler, least: 1).peers >= HedgeRule.peersToBeSure
            && reason(straggler, paceLeast: 1) != nil
    }

    /// Why this unit is to be hedged now; nil when it is not.
    public func reason(_ straggler: Straggler) -> String? {
        reason(straggler, paceLeast: Pace.least)
    }

    private func reason(_ straggler: Straggler, paceLeast: Double) -> String? {
        guard leavesAttempts(straggler) else { return nil }
        let pace = Pace(straggler, least: paceLeast)
        let predicted = straggler.estimate.cpuSeconds * pace.pace
        let elapsed = Double(straggler.elapsedMilliseconds) / 1000
        if let progress = straggler.progress {
            let projection = Projection(
                progress, elapsedMilliseconds: straggler.elapsedMilliseconds,
                noteMilliseconds: noteMilliseconds)
            // Hard work that goes on is no straggler, however long it takes.
            if projection.isFresh {
                return reason(projection, progress, pace, predicted: predicted)
            }
        }
        guard straggler.elapsedMilliseconds >= floorMilliseconds,
            elapsed > predicted * limit(multiple, pace)
        else { return nil }
        return "hedged: it has run for \(tenths(elapsed)) s where \(tenths(predicted)) s were "
            + "predicted; the first result wins"
    }

    /// The last attempt is for real failures, and a unit that several workers are slow with is hard.
    private func leavesAttempts(_ straggler: Straggler) -> Bool {
        straggler.newestAttempt + 2 <= straggler.attemptsMaximum
            && straggler.hedgesSoFar < HedgeRule.hedgesMost
    }

    private func reason(
        _ projection: Projection, _ progress: LeaseProgress, _ pace: Pace, predicted: Double
    ) -> String? {
        let whole = projection.wholeSeconds(startShare: startShare)
        guard projection.knownSeconds * 1000 >= Double(projectedFloorMilliseconds),
            whole > predicted * limit(projectedMultiple, pace),
            projection.leftSeconds(startShare: startShare)
                > predicted * HedgeRule.gainLeast
        else { return nil }
        return "hedged: it has done \(percent(progress)) % in "
            + "\(tenths(projection.knownSeconds)) s where "
            + "\(tenths(predicted)) s were predicted for all; the first result wins"
    }

    private func limit(_ multiple: Double, _ pace: Pace) -> Double {
        guard pace.peers > 0 else { return max(multiple, multipleWithoutPeers) }
        return min(multiple * (1 + doubt / pace.peers), max(multiple, multipleWithoutPeers))
    }

    /// Why an attempt of ours is to be given up for the other one at its unit; nil when it is not.
    ///
    /// When the other has come as far, and is to end it sooner by much. Or when both take many times as long as their peers
    /// tell, and ours is the later one: then a third may be begun, if attempts are left for it and for a failure. Never for one
    /// of which there was no news of late: it may be stuck, or its node dead.
    public func reasonToGiveWay(_ shared: SharedLease) -> String? {
        let own = shared.own
        guard let mine = own.progress, let other = shared.other.progress else { return nil }
        let ours = Projection(
            mine, elapsedMilliseconds: own.elapsedMilliseconds, noteMilliseconds: noteMilliseconds)
        let theirs = Projection(
            other, elapsedMilliseconds: shared.other.elapsedMilliseconds,
            noteMilliseconds: noteMilliseconds)
        guard theirs.isYoung else { return nil }
        // Of the two, ours may still be in its start, and the other may not.
        let left = ours.leftSeconds(startShare: startShare)
        let leftOfOther = theirs.leftSecondsWhenNoted(startShare: 0)
        if other.part >= max(mine.part, HedgeRule.partToBeSure),
            left > leftOfOther * givingWayMultiple
        {
            return "overtaken: attempt \(shared.other.attempt) is to end in "
                + "\(tenths(leftOfOther)) s, and this one in \(tenths(left)) s"
        }
        return ours.isYoung ? reasonOfBothSlow(shared, mine, other, ours, theirs) : nil
    }

    private func reasonOfBothSlow(
        _ shared: SharedLease, _ mine: LeaseProgress, _ other: LeaseProgress, _ ours: Projection,
        _ theirs: Projection
    ) -> String? {
        let own = shared.own
        let pace = Pace(own, least: 1)
        let predicted = own.estimate.cpuSeconds * pace.pace
        let least = min(mine.elapsedMilliseconds, other.elapsedMilliseconds)
        guard isLater(shared, ours, theirs), leavesAttempts(own),
            pace.peers >= HedgeRule.peersToBeSure, least >= projectedFloorMilliseconds,
            min(
                ours.wholeSeconds(startShare: startShare),
                theirs.wholeSeconds(startShare: startShare))
                > predicted * HedgeRule.multipleOfBoth,
            theirs.leftSeconds(startShare: startShare) > predicted * HedgeRule.gainLeast
        else { return nil }
        return "both attempts are slow, and this is the later one: it has done "
            + "\(percent(mine)) % in \(tenths(Double(mine.elapsedMilliseconds) / 1000)) s where "
            + "\(tenths(predicted)) s were predicted for all"
    }

    /// The second gives way unless it is ahead, and the first only to one that is clearly so. Their two nodes look at different
    /// moments: between the two multiples neither gives way, so that they do not both.
    private func isLater(
        _ shared: SharedLease, _ ours: Projection, _ theirs: Projection
    ) -> Bool {
        let left = ours.leftSecondsWhenNoted(startShare: 0)
        let leftOfOther = theirs.leftSecondsWhenNoted(startShare: 0)
        return shared.own.token.attempt > shared.other.attempt
            ? leftOfOther <= left * HedgeRule.aheadMultiple
            : left > leftOfOther * givingWayMultiple
    }

    private static let peersToBeSure = 2.0
    /// Second leases of a unit in all.
    private static let hedgesMost = 3
    /// So many times as long as the second the first must take for the second to be ahead; below `givingWayMultiple`.
    private static let aheadMultiple = 1.2
    /// Of a prediction: what must be left at least for a second attempt to pay.
    private static let gainLeast = 1.3
    /// Done by an attempt before another gives way to it: what enters an encoder at first is not encoded yet.
    private static let partToBeSure = 0.2
    /// Two workers that are slow with the same unit may mean that it is hard: no unit of a job is so much harder.
    private static let multipleOfBoth = 3.0

    private func percent(_ progress: LeaseProgress) -> Int {
        Int((progress.part * 100).rounded(.down))
    }

    private func tenths(_ seconds: Double) -> String {
        let count = Int((min(seconds, 1e12) * 10).rounded())
        return "\(count / 10).\(count % 10)"
    }
}
