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
/// much sooner (as in LATE: Zaharia et al., Improving MapReduce Performance in Heterogeneous Environments, 2008).
public struct HedgeRule: Hashable, Sendable {
    /// Of the prediction, with many peers; above 1: what a unit must have run for of which no progress is known.
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

    public init(
        multiple: Double = 1.6, doubt: Double = 0.5, multipleWithoutPeers: Double = 2.5,
        floorMilliseconds: Int64 = 2_000, projectedMultiple: Double = 2,
        projectedFloorMilliseconds: Int64 = 1_000, startShare: Double = 0.1,
        givingWayMultiple: Double = 1.5
    ) {
        precondition(doubt >= 0 && startShare > 0 && givingWayMultiple > 1)
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
        guard straggler.token.attempt < straggler.attemptsMaximum else { return nil }
        let pace = Pace(straggler, least: paceLeast)
        let predicted = straggler.estimate.cpuSeconds * pace.pace
        let elapsed = Double(straggler.elapsedMilliseconds) / 1000
        if let progress = straggler.progress {
            let projection = Projection(
                progress, elapsedMilliseconds: straggler.elapsedMilliseconds)
            if projection.isFresh,
                let reason = reason(projection, progress, pace, predicted: predicted)
            {
                return reason
            }
        }
        // One that says how far it has come may be stuck there.
        let isHeard = straggler.progress != nil
        guard straggler.elapsedMilliseconds >= floorMilliseconds,
            elapsed > predicted * limit(multiple, pace) * (isHeard ? HedgeRule.patience : 1)
        else { return nil }
        return "hedged: it has run for \(tenths(elapsed)) s where \(tenths(predicted)) s were "
            + "predicted; the first result wins"
    }

    private func reason(
        _ projection: Projection, _ progress: LeaseProgress, _ pace: Pace, predicted: Double
    ) -> String? {
        let whole = projection.wholeSeconds(startShare: startShare)
        guard progress.elapsedMilliseconds >= projectedFloorMilliseconds,
            whole > predicted * limit(projectedMultiple, pace),
            projection.leftSeconds(startShare: startShare)
                > predicted * HedgeRule.gainLeast
        else { return nil }
        return "hedged: it has done \(percent(progress)) % in "
            + "\(tenths(Double(progress.elapsedMilliseconds) / 1000)) s where "
            + "\(tenths(predicted)) s were predicted for all; the first result wins"
    }

    private func limit(_ multiple: Double, _ pace: Pace) -> Double {
        guard pace.peers > 0 else { return max(multiple, multipleWithoutPeers) }
        return min(multiple * (1 + doubt / pace.peers), max(multiple, multipleWithoutPeers))
    }

    /// Why an attempt of ours is to be given up for the other one at its unit; nil when it is not.
    ///
    /// When the other has come as far, and is to end it sooner by much. Or when both take many times as long as their peers
    /// tell, and ours is the later one: then a third may be begun, if attempts are left for it and for a failure.
    public func reasonToGiveWay(_ shared: SharedLease) -> String? {
        let own = shared.own
        guard let mine = own.progress, let other = shared.other.progress else { return nil }
        let ours = Projection(mine, elapsedMilliseconds: own.elapsedMilliseconds)
        let theirs = Projection(other, elapsedMilliseconds: shared.other.elapsedMilliseconds)
        guard ours.isFresh, theirs.isFresh else { return nil }
        // Of the two, ours may still be in its start, and the other may not.
        let left = ours.leftSeconds(startShare: startShare)
        let leftOfOther = theirs.leftSeconds(startShare: 0)
        if other.part >= max(mine.part, HedgeRule.partToBeSure),
            left > leftOfOther * givingWayMultiple
        {
            return "overtaken: attempt \(shared.other.attempt) is to end in "
                + "\(tenths(leftOfOther)) s, and this one in \(tenths(left)) s"
        }
        return reasonOfBothSlow(shared, mine, other, ours, theirs)
    }

    private func reasonOfBothSlow(
        _ shared: SharedLease, _ mine: LeaseProgress, _ other: LeaseProgress, _ ours: Projection,
        _ theirs: Projection
    ) -> String? {
        let own = shared.own
        let pace = Pace(own, least: 1)
        let predicted = own.estimate.cpuSeconds * pace.pace
        let (left, leftOfOther) = (
            ours.leftSeconds(startShare: 0), theirs.leftSeconds(startShare: 0)
        )
        let isLater =
            left != leftOfOther
            ? left > leftOfOther : own.token.attempt > shared.other.attempt
        let attempts = max(own.token.attempt, shared.other.attempt)
        let least = min(mine.elapsedMilliseconds, other.elapsedMilliseconds)
        guard isLater, attempts + 2 <= own.attemptsMaximum,
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

    private static let peersToBeSure = 2.0
    /// How many times as long a unit may take that says how far it has come, before that is not believed.
    private static let patience = 2.0
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
