/// What became of a trace on one fleet.
public struct FleetReport: Sendable, Hashable, Codable {
    /// The same for the same seed, on any machine.
    public struct Outcome: Sendable, Hashable, Codable {
        public var workers: Int
        public var nodes: Int
        public var jobsReady: Int
        public var jobsFailed: Int
        public var units: Int
        public var attempts: Int
        public var hedges: Int
        public var retries: Int
        public var nodesDied: Int
        public var leasesTakenBack: Int
        /// From an upload's arrival, in seconds: of clips of a minute at most, and of all.
        public var playableOfClips: LatencyFigures
        public var playable: LatencyFigures
        public var readyOfClips: LatencyFigures
        public var ready: LatencyFigures
        /// The part of the workers' time that they were occupied, in the hours of the trace.
        public var utilisation: Double
        public var utilisationByHour: [Double]
        /// Core-hours that workers were occupied for, with all that failed or was done twice.
        public var coreHours: Double
        /// What a clairvoyant would need: each unit of each upload that became ready, once, on a core of the usual
        /// speed, without starting a process, without anything else.
        public var boundCoreHours: Double
        /// Attempts that were given up since another one at the unit was faster.
        public var overtaken: Int
        /// Of what was done by those of two attempts at a unit that came to nothing, against the bound: the work, and
        /// the time of the workers, which is more where they are slow.
        public var doubledShare: Double
        public var doubledWorkerShare: Double
        /// Of the work that came to nothing, against the bound.
        public var wastedShare: Double
        /// How far predictions of encodes were off, in the mean.
        public var predictionError: Double
        /// Asked of the ledger: operations and looks.
        public var ledgerOperations: Int
        public var ledgerOperationsOfSecond: Double
        public var ledgerOperationsPeak: Int
        /// Looks of nodes with nothing to do; counted, and not performed.
        public var idleLooks: Int64
        /// Of the trace, until the last upload had ended.
        public var seconds: Double
    }

    /// What the simulation itself cost here.
    public struct Cost: Sendable, Hashable, Codable {
        /// Processor time of the nodes' decisions, and of the ledger.
        public var decisionSeconds: Double
        public var ledgerSeconds: Double
        /// Of the looks that were only counted, by those that were performed.
        public var idleSeconds: Double
        /// All three, against the CPU-seconds of all encodes.
        public var shareOfEncodes: Double
        public var wallSeconds: Double
        public var peakMemoryBytes: Int64
    }

    public var outcome: Outcome
    public var cost: Cost
    /// The first invariant that did not hold.
    public var violation: String?

    public var costRatio: Double {
        outcome.boundCoreHours > 0 ? outcome.coreHours / outcome.boundCoreHours : 0
    }

    init(_ world: TraceWorld, wallSeconds: Double, violation: String?) {
        outcome = Outcome(world)
        let encoded = max(world.tally.encodedSeconds, 1e-9)
        let looks = Double(max(world.idleWatch.calls, 1))
        let idle = world.idleWatch.seconds / looks * Double(world.tally.idleLooks)
        let (decisions, ledger) = (world.coreWatch.seconds, world.ledgerWatch.seconds)
        cost = Cost(
            decisionSeconds: decisions, ledgerSeconds: ledger, idleSeconds: idle,
            shareOfEncodes: (decisions + ledger + idle) / encoded, wallSeconds: wallSeconds,
            peakMemoryBytes: ProcessMemory.peakBytes)
        self.violation = violation
    }
}

extension FleetReport.Outcome {
    private static let clipSeconds = 60.0

    init(_ world: TraceWorld) {
        let tally = world.tally
        let uploads = world.load.uploads
        func times(_ ends: [Int64], clipsOnly: Bool) -> LatencyFigures {
            LatencyFigures(
                zip(uploads, ends).compactMap { upload, end in
                    let length = world.load.shapes[upload.shape].seconds
                    guard end >= 0, !clipsOnly || length <= Self.clipSeconds else { return nil }
                    return Double(end - upload.atMilliseconds) / 1000
                })
        }
        workers = world.fleet.workers
        nodes = world.fleet.nodes
        jobsReady = tally.readyAt.count { $0 >= 0 }
        jobsFailed = tally.jobsFailed
        units = tally.unitsDone
        attempts = tally.attempts
        hedges = tally.hedges
        retries = tally.retried
        nodesDied = tally.nodesDied
        leasesTakenBack = tally.takenBack
        playableOfClips = times(tally.playableAt, clipsOnly: true)
        playable = times(tally.playableAt, clipsOnly: false)
        readyOfClips = times(tally.readyAt, clipsOnly: true)
        ready = times(tally.readyAt, clipsOnly: false)
        let hourSeconds = Double(world.fleet.workers) * 3600
        let hours = max(world.load.hours, 1.0 / 3600)
        utilisation =
            tally.occupiedByHour.reduce(0, +) / (Double(world.fleet.workers) * hours * 3600)
        utilisationByHour = tally.occupiedByHour.enumerated().map { hour, seconds in
            seconds / (hourSeconds * min(1, max(hours - Double(hour), 1.0 / 3600)))
        }
        coreHours = tally.occupiedSeconds / 3600
        boundCoreHours = tally.neededSeconds / 3600
        let needed = max(tally.neededSeconds, 1e-9)
        overtaken = tally.overtaken
        doubledShare = tally.doubledSeconds / needed
        doubledWorkerShare = tally.doubledWorkerSeconds / needed
        wastedShare = tally.wastedSeconds / needed
        predictionError = tally.predictionError / Double(max(tally.predictions, 1))
        ledgerOperations = tally.operations
        idleLooks = tally.idleLooks
        seconds = Double(world.now) / 1000
        ledgerOperationsOfSecond =
            Double(Int64(tally.operations) + tally.idleLooks) / max(seconds, 1)
        ledgerOperationsPeak = tally.operationsPeak
    }
}
