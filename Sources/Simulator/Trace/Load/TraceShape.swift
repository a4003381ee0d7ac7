import Ledger
import TranscodeModel

/// A class of uploads: what is planned for them, and what it really costs. All uploads of a class share it.
final class TraceShape: Sendable {
    /// Of the source, in seconds.
    let seconds: Double
    let planned: PlannedJob
    let probeEstimate: Estimate
    /// What the units take on a machine of the usual speed, by position; the probe is 0.
    let trueSeconds: [Double]
    let dependents: [[Int]]
    /// With the commit of this unit it can be played.
    let firstPlayable: Int
    var units: [PlannedUnit] { planned.plan.units }

    init(
        seconds: Double, planned: PlannedJob, probeEstimate: Estimate, trueSeconds: [Double],
        firstPlayable: Int
    ) {
        precondition(trueSeconds.count == planned.plan.units.count + 1, "a time for each unit")
        self.seconds = seconds
        self.planned = planned
        self.probeEstimate = probeEstimate
        self.trueSeconds = trueSeconds
        self.firstPlayable = firstPlayable
        var dependents = [[Int]](repeating: [], count: trueSeconds.count)
        for unit in planned.plan.units {
            for dependency in unit.dependencies { dependents[dependency].append(unit.position) }
        }
        self.dependents = dependents
    }

    func kind(_ position: Int) -> UnitKind {
        position == 0 ? .probe : units[position - 1].work.kind
    }

    func unmet(_ position: Int) -> Int {
        position == 0 ? 0 : units[position - 1].dependencies.count
    }

    func estimate(_ position: Int) -> Estimate {
        position == 0 ? probeEstimate : units[position - 1].estimate
    }

    /// CPU-seconds of all units, once.
    var totalSeconds: Double { trueSeconds.reduce(0, +) }

    /// The shortest time from a job's start to its end, with as many workers as it can use.
    ///
    /// - Parameter seconds: what each unit takes, by position.
    func criticalPath(_ seconds: [Double]) -> Double {
        var ends = seconds
        for unit in units {
            let start = unit.dependencies.map { ends[$0] }.max() ?? seconds[0]
            ends[unit.position] = max(start, seconds[0]) + seconds[unit.position]
        }
        return ends.max() ?? 0
    }
}
