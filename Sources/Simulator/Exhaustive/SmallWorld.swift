import ContentDigest
import Ledger
import Scheduler
import TranscodeModel

/// The whole state of an exhaustive check: the ledger, the nodes, and all that is under way between them. Time moves
/// in steps only; a lease outlives one and not two, so that one step makes everything else due.
struct SmallWorld: Sendable {
    static let stepMilliseconds: Int64 = 1000
    static let job = JobID("j1")
    static let leaseMilliseconds: Int64 = 1500

    let configuration: ExhaustiveConfiguration
    var ledger: MemoryLedger.State
    var now: Int64 = 1_000_000
    var seats: [Seat] = []
    /// Nodes that crashed and have not been retired.
    var crashed: [NodeID] = []
    var faultsLeft: Int
    /// Whether an attempt has failed for good.
    var hasPermanentFailure = false

    /// A job that is planned, and nodes that have registered. (In what order they do is seen after a crash.)
    init(_ configuration: ExhaustiveConfiguration) throws(BrokenRule) {
        self.configuration = configuration
        faultsLeft = configuration.faultsMaximum
        ledger = MemoryLedger.State(
            keepsHistory: false, plantedBug: configuration.plantedBug)
        do {
            try plan()
        } catch { throw BrokenRule("I5", "the job cannot be planned: \(error)") }
        for seat in 0..<configuration.nodes {
            seats.append(Seat(core: core(seat, generation: 1), generation: 1))
            try act(seat, .started)
            try take(.perform(seat: seat, knowsDeaths: false))
            try take(.deliver(seat: seat))
        }
    }

    func core(_ seat: Int, generation: Int) -> NodeCore {
        let letters = Array("abcdefgh")
        let identity = NodeRecord(
            id: NodeID("\(letters[seat % letters.count])\(generation)"), host: "h", bootID: "b",
            processID: Int32(seat), processStart: "\(generation)", workers: configuration.workers)
        let policy = NodePolicy(
            workers: configuration.workers, memoryBytes: 1 << 40, endsWhenIdle: true,
            leaseMilliseconds: Self.leaseMilliseconds, renewMilliseconds: Self.stepMilliseconds,
            careMilliseconds: Self.stepMilliseconds, ledgerPatienceMilliseconds: .max / 4,
            leaseChoice: LeaseChoice(backfillShare: 0),
            retry: RetryRule(
                firstDelayMilliseconds: 1, delayMaximumMilliseconds: 1, killedDelayMilliseconds: 1,
                crashesMaximum: configuration.attemptsMaximum + 1),
            hedge: HedgeRule(floorMilliseconds: configuration.hedges ? 0 : .max),
            breaker: BreakerRule(failuresToOpen: 1000))
        return NodeCore(
            identity: identity, policy: policy, plantedBug: configuration.plantedBug)
    }

    private mutating func plan() throws(LedgerFailure) {
        let profile = Profile(
            name: "p", summary: "", video: nil, audio: nil, images: nil, packaging: .cmaf)
        let digest = Digest.sha256("s")
        let estimate = Estimate(cpuSeconds: 0.01, memoryBytes: 1, outputBytes: 1)
        let submission = JobSubmission(
            id: Self.job, tenant: .standard, key: nil,
            source: SourceReference(
                locator: "/s", displayName: "s", digest: digest, byteCount: 1,
                modificationMilliseconds: 1), profile: profile, profileDigest: digest,
            destination: "/o", jobClass: .live, priority: 0, content: digest, probeContent: digest,
            probeEstimate: estimate, attemptsMaximum: configuration.attemptsMaximum)
        let stitch = configuration.encodes + 1
        var units = (1..<stitch).map { position in
            PlannedUnit(
                position: position, work: .encode(chunk: position - 1, renditions: ["v"]),
                dependencies: [], content: Digest.sha256("\(position)"), estimate: estimate)
        }
        units.append(
            PlannedUnit(
                position: stitch, work: .stitch(rendition: "v"), dependencies: Array(1..<stitch),
                content: Digest.sha256("stitch"), estimate: estimate))
        units.append(
            PlannedUnit(
                position: stitch + 1, work: .publish, dependencies: [stitch],
                content: Digest.sha256("publish"), estimate: estimate))
        let plan = Plan(
            source: digest, profile: profile, packaging: .cmaf, video: nil, audio: [], images: nil,
            units: units, warnings: [])
        let planner = NodeID("planner")
        let probe = UnitID(job: Self.job, position: 0)
        _ = try ledger.enqueue([submission], now: now)
        let pick = LeasePick(tenant: .standard, unit: probe, epoch: 0)
        _ = try ledger.perform(
            [.lease([pick], node: planner, durationMilliseconds: 1)], now: now)
        let attempt = ledger.unit(probe)?.attempt ?? 1
        let token = LeaseToken(tenant: .standard, unit: probe, epoch: 1, attempt: attempt)
        let planned = PlannedJob(plan: plan, criticalSeconds: units.map { -Double($0.position) })
        _ = try ledger.perform(
            [.complete(Completion(token: token, artifact: Self.artifact, planned: planned))],
            now: now)
    }

    static let artifact = Artifact(
        digest: Digest.sha256("bytes"), byteCount: 5, pieces: [], usage: Usage(cpuSeconds: 0.01),
        warnings: [])

    var units: [UnitRow] { ledger.jobs[0].units }
    var jobState: JobState { ledger.jobs[0].state }
}
