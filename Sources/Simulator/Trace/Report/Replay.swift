public import Ledger
import Planner
public import TranscodeModel

/// A job that really ran, simulated: its plan, with what its units really took, on as many workers.
public struct Replay: Sendable {
    /// A unit as it ran.
    public struct Unit: Sendable, Hashable, Codable {
        public var position: Int
        public var kind: UnitKind
        public var wallSeconds: Double
        public var cpuSeconds: Double

        public init(position: Int, kind: UnitKind, usage: Usage) {
            self.position = position
            self.kind = kind
            wallSeconds = usage.wallSeconds
            cpuSeconds = usage.cpuSeconds
        }
    }

    public struct Report: Sendable, Hashable, Codable {
        public var job: String
        public var workers: Int
        public var units: Int
        /// From the first lease to the last commit.
        public var realSeconds: Double
        /// The same in the simulation, where each unit takes as long as it did, and where it takes its processor time
        /// only, as on cores that nothing else uses.
        public var simulatedSeconds: Double
        public var simulatedCPUSeconds: Double

        /// Of the simulation, against the real time: 0.01 is a hundredth longer.
        public var difference: Double { simulatedSeconds / realSeconds - 1 }
    }

    private let job: JobID
    private let plan: Plan
    private let profile: Profile
    private let probeEstimate: Estimate
    private let units: [Unit]
    private let realSeconds: Double

    /// - Throws: `SimulationError` for a job that is not ready, or of which another attempt than the first was needed: then
    ///   there is nothing to compare.
    public init(
        job: JobRecord, plan: Plan, records: [UnitRecord], artifacts: [CommittedArtifact],
        events: [EventRecord]
    ) throws {
        guard job.state == .ready else {
            throw SimulationError(
                "job \(job.id) is \(job.state.rawValue): only a ready one can be replayed")
        }
        guard records.allSatisfy({ $0.attempt == 1 }), records.count == plan.units.count + 1,
            artifacts.count == records.count, let probe = records.first
        else {
            throw SimulationError(
                "job \(job.id) needed more than one attempt at a unit, or its artifacts were given up"
            )
        }
        let starts = events.filter { $0.to == UnitState.leased.rawValue }.map(\.atMilliseconds)
        let ends = events.filter { $0.to == UnitState.done.rawValue }.map(\.atMilliseconds)
        guard let start = starts.min(), let end = ends.max(), end > start else {
            throw SimulationError("job \(job.id) has no history of its units")
        }
        self.job = job.id
        self.plan = plan
        profile = job.profile
        probeEstimate = probe.estimate
        units = artifacts.map {
            Unit(position: $0.position, kind: $0.kind, usage: $0.artifact.usage)
        }.sorted { $0.position < $1.position }
        realSeconds = Double(end - start) / 1000
    }

    public func run(workers: Int) throws -> Report {
        Report(
            job: job.text, workers: workers, units: units.count, realSeconds: realSeconds,
            simulatedSeconds: try simulate(workers, \.wallSeconds),
            simulatedCPUSeconds: try simulate(workers, \.cpuSeconds))
    }

    private func simulate(_ workers: Int, _ cost: KeyPath<Unit, Double>) throws -> Double {
        let shape = TraceShape(
            seconds: plan.duration.approximation,
            planned: PlannedJob(
                plan: plan, criticalSeconds: Planning.criticalSeconds(plan.units)),
            probeEstimate: probeEstimate, trueSeconds: units.map { $0[keyPath: cost] },
            firstPlayable: plan.units.count)
        let start: Int64 = 5_000
        let load = TraceLoad(
            uploads: [
                TraceUpload(atMilliseconds: start, shape: 0, tenant: 0, isUnusable: false)
            ], shapes: [shape], profile: profile, troubles: .none, seed: 1,
            countsStarts: false)
        let clock = WorldClock()
        let world = TraceWorld(
            load, fleet: TraceFleet(workers: workers, workersOfNode: workers),
            ledger: LeanLedger(clock: clock.ledgerClock), clock: clock)
        try world.run()
        guard let first = world.firstLease else {
            throw SimulationError("the simulation leased nothing")
        }
        return Double(world.now - first) / 1000
    }
}
