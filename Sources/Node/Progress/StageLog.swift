import Logging
import TranscodeModel

/// Debug lines before and after all that a node does for a unit, so that a test can stop it exactly there.
struct StageLog: Sendable {
    let logger: Logger

    func begin(_ stage: String, _ unit: UnitID) { note(stage, "begin", unit) }
    func end(_ stage: String, _ unit: UnitID) { note(stage, "end", unit) }

    private func note(_ stage: String, _ phase: String, _ unit: UnitID) {
        logger.debug(
            "stage", metadata: ["stage": "\(stage)", "phase": "\(phase)", "unit": "\(unit)"])
    }

    /// One change of the ledger.
    func effect<Value, Reason: Error>(
        _ name: String, _ body: () throws(Reason) -> Value
    ) throws(Reason) -> Value {
        logger.debug("performing", metadata: ["effect": "\(name)"])
        let value = try body()
        logger.debug("performed", metadata: ["effect": "\(name)"])
        return value
    }
}
