import Ledger
import TranscodeModel

/// What stands on the screen of `reelmill top`, as values: the same view gives the same lines.
struct TopView {
    /// A unit under way, with its speed.
    struct Unit: Equatable {
        var underWay: UnitUnderWay
        var source: String
        /// 0 to 1; nil where the unit does not tell.
        var fraction: Double?
        var framesPerSecond: Double?
        /// Seconds of the source a second.
        var realtimeFactor: Double?
    }

    struct Job: Equatable {
        var record: JobRecord
        /// Of the predicted work, 0 to 1; nil before the plan.
        var fraction: Double?
    }

    /// Which jobs are listed.
    enum Tab: String, CaseIterable {
        case underWay = "under way"
        /// And cancelled: what can be retried.
        case failed
        case ended = "done"

        var next: Tab {
            let all = Tab.allCases
            return all[((all.firstIndex(of: self) ?? 0) + 1) % all.count]
        }
    }

    var state: String
    var overview: LedgerOverview
    var clock: String
    var units: [Unit] = []
    var jobs: [Job] = []
    var backfills: [(record: BackfillRecord, counts: BackfillCounts)] = []
    var tab = Tab.underWay
    /// An index of `jobs`; nil when there is none.
    var selected: Int?
    /// What was done last, or is asked.
    var message = ""

    // Sums

    /// All units under way that encode pictures.
    var framesPerSecond: Double { units.compactMap(\.framesPerSecond).reduce(0, +) }

    /// Rows of backfills that are no jobs yet.
    var rowsToCome: Int {
        backfills.filter { $0.record.state == .running }.reduce(0) { $0 + $1.counts.due }
    }

    /// Seconds until nothing is left, by what was really done of late; nil while nothing was.
    var remainingSeconds: Double? {
        let (backlog, done) = (overview.backlog, overview.throughput)
        let toPlan = backlog.planningJobs + rowsToCome
        if backlog.units == 0, toPlan == 0 { return 0 }
        guard done.milliseconds >= 1000, done.cpuSeconds > 0 else { return nil }
        let speed = done.cpuSeconds / (Double(done.milliseconds) / 1000)
        // A job without a plan costs what those with one cost.
        let known = backlog.runningJobs > 0 ? backlog.cpuSeconds / Double(backlog.runningJobs) : 0
        let mean = max(
            known, done.publishedJobs > 0 ? done.cpuSeconds / Double(done.publishedJobs) : 0)
        guard mean > 0 || toPlan == 0 else { return nil }
        return (backlog.cpuSeconds + Double(toPlan) * mean) / speed
    }
}
