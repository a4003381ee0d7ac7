public import Ledger
import TranscodeModel

/// What becomes of a unit whose lease was lost with its node, or was not renewed in time. Losing a node is not
/// failing: the unit is ready again at once. The attempt counts (I11), since the unit may be what killed the node.
public enum LossRule {
    public static func release(
        _ sighting: LeaseSighting, ground: Release.Ground, reason: String
    ) -> Release {
        Release(
            token: sighting.token, ground: ground,
            verdict: .retry(
                afterMilliseconds: 0, splits: false, returnsAttempt: false,
                exhausted: Failure(
                    .crashed, .workerKilled,
                    "Unit \(sighting.token.unit) (\(sighting.kind.rawValue)) lost its node in the last "
                        + "of \(sighting.attemptsMaximum) attempts: \(reason). Retry the job once the "
                        + "cause is mended.")),
            failure: nil, reason: reason)
    }
}
