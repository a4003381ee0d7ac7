public import Ledger
import TranscodeModel

/// When a straggling unit gets a second lease (scheduling rules of the architecture page). The first verified
/// commit wins.
///
/// The prediction is the estimate, times what the same kind of units of the job really took against theirs. A
/// unit that takes a multiple of it is a straggler (Dean, Barroso: The Tail at Scale, 2013). One peer says less than
/// many, since it may itself have been odd: the fewer there are, the larger the multiple. Without any, the bare
/// estimate has to be missed by far.
public struct HedgeRule: Hashable, Sendable {
    /// Of the prediction, with many peers; above 1.
    public var multiple: Double
    /// How much larger it is with one peer, as a part of it; with n peers, the n-th part of that.
    public var doubt: Double
    /// Of the bare estimate, while the job has no finished unit of the kind.
    public var multipleWithoutPeers: Double
    /// No unit is hedged before it has run so long.
    public var floorMilliseconds: Int64

    public init(
        multiple: Double = 1.6, doubt: Double = 0.5, multipleWithoutPeers: Double = 2.5,
        floorMilliseconds: Int64 = 2_000
    ) {
        precondition(doubt >= 0)
        precondition(multiple > 1 && multipleWithoutPeers > 1 && floorMilliseconds >= 0)
        self.multiple = multiple
        self.doubt = doubt
        self.multipleWithoutPeers = multipleWithoutPeers
        self.floorMilliseconds = floorMilliseconds
    }

    /// Whether it is so sure that this unit straggles that its second lease goes before units that wait: a straggler holds
    /// a worker for many times as long as the hedge takes. Predictions alone are not sure.
    ///
    /// Nor are peers that were faster than predicted: some may have been found made already. What is uploaded goes before
    /// any second lease of a backfill's unit.
    public func goesFirst(_ straggler: Straggler) -> Bool {
        straggler.jobClass == .live && straggler.peersDone >= HedgeRule.peersToBeSure
            && reason(straggler, paceLeast: 1) != nil
    }

    private static let peersToBeSure = 2
    /// Peers that took less than this of their predictions were hardly made, and those that are smaller than this part of
    /// the unit say nothing of it.
    private static let paceLeast = 0.5
    private static let peerLeast = 0.1

    /// Why this unit is to be hedged now; nil when it is not.
    public func reason(_ straggler: Straggler) -> String? {
        reason(straggler, paceLeast: HedgeRule.paceLeast)
    }

    private func reason(_ straggler: Straggler, paceLeast: Double) -> String? {
        guard straggler.token.attempt < straggler.attemptsMaximum,
            straggler.elapsedMilliseconds >= floorMilliseconds
        else { return nil }
        let peers = Double(straggler.peersDone)
        let hasPeers =
            peers > 0 && straggler.peersEstimatedSeconds > 0
            && straggler.peersEstimatedSeconds
                >= HedgeRule.peerLeast * peers * straggler.estimate.cpuSeconds
        let pace =
            hasPeers
            ? max(
                paceLeast,
                Double(straggler.peersMilliseconds) / 1000 / straggler.peersEstimatedSeconds) : 1
        let predicted = straggler.estimate.cpuSeconds * pace
        let limit =
            predicted
            * (hasPeers
                ? multiple * (1 + doubt / peers) : multipleWithoutPeers)
        let elapsed = Double(straggler.elapsedMilliseconds) / 1000
        guard elapsed > limit else { return nil }
        return "hedged: it has run for \(tenths(elapsed)) s where \(tenths(predicted)) s were "
            + "predicted; the first result wins"
    }

    private func tenths(_ seconds: Double) -> String {
        let count = Int((seconds * 10).rounded())
        return "\(count / 10).\(count % 10)"
    }
}
