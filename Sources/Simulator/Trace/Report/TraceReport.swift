import TranscodeModel

/// A trace, on each fleet that was asked for.
public struct TraceReport: Sendable, Hashable, Codable {
    public var seed: UInt64
    public var hours: Double
    public var uploads: Int
    public var videoHours: Double
    /// Lengths of uploads, in seconds.
    public var lengths: LatencyFigures
    public var isLearned: Bool
    public var slowShare: Double
    public var slowFactor: Double
    public var fleets: [FleetReport]
    /// Where a part of the attempts is slow: the same fleets with none slow.
    public var undisturbed: [FleetReport]

    public var violation: String? {
        (fleets + undisturbed).lazy.compactMap(\.violation).first
    }

    /// How much later the last of a hundred uploads is ready than with none slow, by fleet.
    public var slowdowns: [Double] {
        zip(fleets, undisturbed).map {
            $1.outcome.ready.p99 > 0 ? $0.outcome.ready.p99 / $1.outcome.ready.p99 : 0
        }
    }
}

/// Runs traces.
public struct TraceRun: Sendable {
    public var options: TraceOptions

    public init(_ options: TraceOptions) { self.options = options }

    /// - Throws: `SimulationError` when there is nothing to simulate.
    public func run() throws -> TraceReport {
        let load = try load(options)
        let sizes = options.workers.isEmpty ? [fleetSize(load)] : options.workers
        let lengths = load.uploads.map { load.shapes[$0.shape].seconds }
        var report = TraceReport(
            seed: options.seed, hours: options.hours, uploads: load.uploads.count,
            videoHours: lengths.reduce(0, +) / 3600, lengths: LatencyFigures(lengths),
            isLearned: options.isLearned, slowShare: options.slowShare,
            slowFactor: options.slowFactor, fleets: [], undisturbed: [])
        for workers in sizes {
            let fleet = TraceFleet(workers: workers, workersOfNode: options.workersOfNode)
            report.fleets.append(run(load, fleet))
            guard options.slowShare > 0 else { continue }
            var quiet = load
            quiet.troubles.slowShare = 0
            report.undisturbed.append(run(quiet, fleet))
        }
        return report
    }

    private func load(_ options: TraceOptions) throws -> TraceLoad {
        do {
            return try TraceLoad(options)
        } catch {
            throw SimulationError(error.message)
        }
    }

    /// As many workers as the work needs at that utilisation.
    private func fleetSize(_ load: TraceLoad) -> Int {
        let seconds = load.workerSeconds / options.utilisation
        return max(1, Int((seconds / (load.hours * 3600)).rounded(.up)))
    }

    private func run(_ load: TraceLoad, _ fleet: TraceFleet) -> FleetReport {
        ProcessMemory.reset()
        let start = ContinuousClock.now
        let clock = WorldClock()
        let driver = TraceDriver(options.driver, clock)
        let world = TraceWorld(load, fleet: fleet, ledger: driver.ledger, clock: clock)
        var violation: String?
        do {
            try world.run()
            violation = driver.difference
        } catch {
            violation = "\(error)"
        }
        return FleetReport(
            world, wallSeconds: (ContinuousClock.now - start) / .seconds(1), violation: violation)
    }
}
