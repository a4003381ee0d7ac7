public import TranscodeModel

/// What a plan may be fitted to beside its source and profile: how its work is grouped and what it is estimated at, never
/// what comes of it (I16).
public struct PlanningContext: Hashable, Sendable {
    /// Units of the job that can be done at a time; at least 1.
    public var workers: Int
    /// What the machine's units were found to cost, by kinds of work: what the first predictions are multiplied with.
    public var factors: [String: Double]

    public init(workers: Int = 1, factors: [String: Double] = [:]) {
        self.workers = max(workers, 1)
        self.factors = factors.filter { $0.value.isFinite && $0.value > 0 }
    }

    /// How many workers a job that is planned now can count on, of all that there are, among so many jobs that are under way
    /// or wait: more than an even share, since jobs are unlike, and the longest have the workers of the others once those
    /// have ended. Where as many wait as there are workers, gaps at a job's end are filled by the next.
    public static func share(ofWorkers workers: Int, unfinishedJobs jobs: Int) -> Int {
        let all = max(workers, 1)
        let even = Double(all) / Double(max(jobs, 1))
        return min(all, max(1, Int(even * even.squareRoot())))
    }

    public init(workers: Int, learned: [LearnedCost]) {
        self.init(
            workers: workers,
            factors: Dictionary(
                learned.map { ($0.work, $0.factor) }, uniquingKeysWith: { first, _ in first }))
    }
}
