import ContentDigest
import Ledger
import Planner
import TranscodeModel

/// Makes the classes of uploads that a trace has, by the production planner, each once.
final class ShapeCatalogue {
    /// A length and a size, with one of the contents.
    struct Key: Hashable {
        var seconds: Int
        var size: Int
        var content: Int
    }

    private struct Picture: Hashable {
        var seconds: Int
        var size: Int
    }

    private let profile: Profile
    private let isLearned: Bool
    private let seed: UInt64
    /// As many units of one upload as are thought to be done at a time.
    private let workersOfJob: Int
    private var plans: [Picture: Plan] = [:]
    private var places: [Key: Int] = [:]
    private(set) var shapes: [TraceShape] = []

    init(profile: Profile, workersOfJob: Int, isLearned: Bool, seed: UInt64) {
        self.workersOfJob = workersOfJob
        self.profile = profile
        self.isLearned = isLearned
        self.seed = seed
    }

    /// The number of a class. Fails when the profile has nothing to make of such a source.
    func place(_ key: Key) throws(Failure) -> Int {
        if let place = places[key] { return place }
        let picture = Picture(seconds: key.seconds, size: key.size)
        let planned: Plan
        if let known = plans[picture] { planned = known } else { planned = try plan(picture) }
        plans[picture] = planned
        shapes.append(shape(key, planned))
        places[key] = shapes.count - 1
        return shapes.count - 1
    }

    private func plan(_ picture: Picture) throws(Failure) -> Plan {
        let size = UploadMix.sizes[picture.size]
        let index = SyntheticSource(
            seconds: picture.seconds, width: size.width, height: size.height
        ).index
        let source = Digest.sha256("trace \(picture.seconds) \(picture.size)")
        return try Planning.plan(
            index: index, source: source, profile: profile,
            context: PlanningContext(workers: workersOfJob))
    }

    /// What the units really take, and what is predicted of it: the planner's estimates, or what was learned.
    private func shape(_ key: Key, _ plan: Plan) -> TraceShape {
        var chance = Chance(
            seed: seed, purpose: UInt64(40 + key.seconds * 64 + key.size * 8 + key.content))
        let content = CostSpread.content.value(
            at: (Double(key.content) + 0.5) / Double(CostSpread.contents))
        let probe = Estimate(cpuSeconds: 0.2, memoryBytes: 128 << 20, outputBytes: 1 << 20)
        var seconds = [probe.cpuSeconds]
        var units = plan.units
        for index in units.indices {
            let kind = units[index].work.kind
            let spread =
                kind == .encode ? content * chance.logNormal(sigma: CostSpread.chunkSigma) : 1
            seconds.append(units[index].estimate.cpuSeconds * spread)
            if isLearned { units[index].estimate.cpuSeconds = seconds[index + 1] }
        }
        var plan = plan
        plan.units = units
        // Names the class, so that a ledger can tell its plan from those of others.
        plan.source = Digest.sha256(
            "trace \(key.seconds) \(key.size) \(key.content) \(isLearned)")
        plan.video = nil
        return TraceShape(
            seconds: Double(key.seconds),
            planned: PlannedJob(plan: plan, criticalSeconds: Planning.criticalSeconds(units)),
            probeEstimate: probe,
            trueSeconds: seconds, firstPlayable: FirstPlayable.position(plan))
    }
}
