import Foundation
import TranscodeModel

/// A plan as it is kept.
enum PlanWriting {
    /// Refuses a plan whose units do not stand in the order of their positions, or wait for one that is not there.
    static func requireOrder(_ plan: Plan) throws(LedgerFailure) {
        for (index, unit) in plan.units.enumerated() {
            let isOrdered =
                unit.position == index + 1 && unit.position <= Schema.positionMask
                && unit.dependencies.allSatisfy { $0 > 0 && $0 < unit.position }
                && (unit.dependencies.count < 2
                    || Set(unit.dependencies).count == unit.dependencies.count)
            guard isOrdered else {
                throw LedgerFailure(
                    .refused, "a plan's units stand in the order of their positions")
            }
        }
    }

    /// Its JSON, keys sorted.
    static func text(_ plan: Plan) throws -> String { try json(plan) }
}
