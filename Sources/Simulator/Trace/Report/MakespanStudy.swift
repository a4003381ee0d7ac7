import Planner
import TranscodeModel

/// How long batches of uploads take on a fleet, against the least that any scheduler could need.
///
/// The bound of a batch is the larger of two: all its work spread evenly over all workers, and its longest chain of units
/// that wait for each other. Both count what a unit takes with the start of its worker, so that the rest is order and
/// placement, waiting and the ledger.
public struct MakespanStudy: Sendable {
    public var options: TraceOptions
    public var workers = 64
    /// Uploads that arrive at once.
    public var batchSizes = [1, 8, 64]
    public var batches = 200

    public init(_ options: TraceOptions) { self.options = options }

    public struct Row: Sendable, Hashable, Codable {
        public var uploads: Int
        /// All of a batch are one tenant's. Those of several have even shares of the workers, whatever that costs.
        public var isOneTenants: Bool
        public var batches: Int
        /// Makespan over bound.
        public var p50: Double
        public var p95: Double
        public var maximum: Double
        /// Of the makespans, in seconds.
        public var seconds: LatencyFigures
    }

    public struct Report: Sendable, Hashable, Codable {
        public var workers: Int
        public var isLearned: Bool
        public var rows: [Row]
        public var violation: String?
    }

    public func run() throws -> Report {
        var report = Report(workers: workers, isLearned: options.isLearned, rows: [])
        for size in batchSizes {
            for isOneTenants in size == 1 ? [true] : [true, false] {
                report.rows.append(try row(size, isOneTenants: isOneTenants))
            }
        }
        return report
    }

    private func row(_ size: Int, isOneTenants: Bool) throws -> Row {
        var ratios: [Double] = []
        var spans: [Double] = []
        for load in try loads(of: size, isOneTenants: isOneTenants) {
            let measured = try measure(load)
            ratios.append(measured.seconds / measured.bound)
            spans.append(measured.seconds)
        }
        let figures = LatencyFigures(ratios)
        return Row(
            uploads: size, isOneTenants: isOneTenants, batches: ratios.count, p50: figures.p50,
            p95: figures.p95, maximum: figures.maximum, seconds: LatencyFigures(spans))
    }

    /// Batches of the trace's uploads, all at once and with nothing going wrong.
    private func loads(of size: Int, isOneTenants: Bool) throws -> [TraceLoad] {
        var wished = options
        wished.hours = 24
        wished.uploadsOfDay = size * batches
        wished.workersOfJob = PlanningContext.share(ofWorkers: workers, unfinishedJobs: size)
        // Nobody waits to watch a batch: a film's units need not go in its order.
        wished.profile.publish = PublishSettings(early: false)
        do {
            let load = try TraceLoad(wished)
            var troubles = TraceTroubles.none
            troubles.runSigma = load.troubles.runSigma
            return (0..<batches).map { batch in
                var part = load
                part.seed = options.seed &+ UInt64(batch)
                part.troubles = troubles
                part.hours = 1
                part.uploads = load.uploads[(batch * size)..<((batch + 1) * size)].map {
                    TraceUpload(
                        atMilliseconds: MakespanStudy.startMilliseconds, shape: $0.shape,
                        tenant: isOneTenants ? 0 : $0.tenant, isUnusable: false)
                }
                return part
            }
        } catch {
            throw SimulationError(error.message)
        }
    }

    /// By then all nodes have registered.
    private static let startMilliseconds: Int64 = 5_000

    private func measure(_ load: TraceLoad) throws -> (seconds: Double, bound: Double) {
        let clock = WorldClock()
        let world = TraceWorld(
            load, fleet: TraceFleet(workers: workers, workersOfNode: options.workersOfNode),
            ledger: LeanLedger(clock: clock.ledgerClock), clock: clock)
        try world.run()
        return (
            Double(world.now - MakespanStudy.startMilliseconds) / 1000,
            MakespanBound.seconds(world)
        )
    }
}

/// The least time in which a fleet can do uploads that are all there at once.
enum MakespanBound {
    static func seconds(_ world: TraceWorld) -> Double {
        var total = 0.0
        var longest = 0.0
        for (number, upload) in world.load.uploads.enumerated() {
            let shape = world.load.shapes[upload.shape]
            let times = shape.trueSeconds.indices.map {
                Double(world.outcome(number, $0, attempt: 1).milliseconds) / 1000
            }
            total += times.reduce(0, +)
            longest = max(longest, shape.criticalPath(times))
        }
        return max(total / Double(world.fleet.workers), longest)
    }
}
