import Ledger
import TranscodeModel

/// How units of a kind and job do against their predictions.
struct Pace {
    /// Peers that took less than this of their predictions were hardly made, and those that are smaller than this part of
    /// the unit say nothing of it.
    static let least = 0.5
    private static let peerLeast = 0.1

    /// Times the predictions; 1 while nothing is known.
    let pace: Double
    /// How many units of the same size are known; those under way count with what they have done.
    let peers: Double

    /// The ratio of sums: one straggler among many that are under way hardly changes it.
    init(_ straggler: Straggler, least: Double) {
        let done = Double(straggler.peersDone)
        let running = max(0, Double(straggler.runningDoneMilliseconds) / 1000)
        let estimate = straggler.estimate.cpuSeconds
        let predicted = straggler.peersEstimatedSeconds + running
        let count = done + (estimate > 0 ? running / estimate : 0)
        guard count > 0, predicted > 0, predicted >= Pace.peerLeast * count * estimate else {
            pace = 1
            peers = 0
            return
        }
        let took =
            Double(straggler.peersMilliseconds + max(0, straggler.runningMilliseconds)) / 1000
        pace = max(least, took / predicted)
        peers = count
    }
}
