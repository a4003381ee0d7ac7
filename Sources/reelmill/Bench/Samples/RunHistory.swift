import Ledger
import TranscodeModel

/// What the ledger tells of a run once it is over.
struct RunHistory {
    private(set) var bars: [UnitBar] = []
    /// Of committed artifacts, each counted once though several jobs may use it.
    private(set) var stages: [String: Double] = [:]
    private(set) var workerCPUSeconds = 0.0
    private(set) var nodeStageCPUSeconds = 0.0
    private(set) var unitCPUSeconds: [String: Double] = [:]
    private(set) var workerPeakBytes: Int64 = 0
    /// The longest that an upload took until its first seconds could be played; nil where nothing is played early.
    private(set) var firstPlayableSeconds: Double?
    /// Frames that are due before they have arrived; nil where no rendition's encoder keeps to a buffer.
    private(set) var bufferViolations: Int?
    private var counted: Set<Digest> = []
    private var createdMilliseconds = Int64.max
    private var readyMilliseconds = Int64.min

    private static let page = 10_000

    mutating func add(
        _ job: JobRecord, _ plan: Plan, _ artifacts: [CommittedArtifact], _ ledger: any Ledger
    ) throws {
        var events: [EventRecord] = []
        while true {
            let more = try ledger.events(
                ofJob: job.id, after: events.last?.sequence ?? 0, limit: RunHistory.page)
            events += more
            if more.count < RunHistory.page { break }
        }
        if plan.units.contains(where: { $0.work.kind == .preview }),
            let seconds = PlaybackTimes(job, units: try ledger.units(ofJob: job.id)).playableSeconds
        {
            firstPlayableSeconds = max(firstPlayableSeconds ?? 0, seconds)
        }
        let labels = Dictionary(plan.units.map { ($0.position, $0.work.benchLabel) }) { $1 }
        bars += UnitBar.bars(events).map { bar in
            var bar = bar
            bar.label = labels[bar.position] ?? ""
            return bar
        }
        for made in artifacts where counted.insert(made.artifact.digest).inserted { add(made) }
        createdMilliseconds = min(createdMilliseconds, job.createdMilliseconds)
        readyMilliseconds = max(
            readyMilliseconds, job.finishedMilliseconds ?? job.createdMilliseconds)
    }

    private mutating func add(_ made: CommittedArtifact) {
        let usage = made.artifact.usage
        unitCPUSeconds[made.kind.rawValue, default: 0] += usage.cpuSeconds
        for proof in made.artifact.pieces.compactMap(\.bufferProof) where proof.model.isEnforced {
            bufferViolations = (bufferViolations ?? 0) + proof.violations
        }
        // Only a worker is confined.
        guard usage.confinement != nil else {
            nodeStageCPUSeconds += usage.cpuSeconds
            return
        }
        workerCPUSeconds += usage.cpuSeconds
        workerPeakBytes = max(workerPeakBytes, usage.peakMemoryBytes)
        stages.merge(usage.stageCPUSeconds, uniquingKeysWith: +)
    }

    var sortedBars: [UnitBar] {
        bars.sorted {
            ($0.startMilliseconds, $0.endMilliseconds, $0.job.text, $0.position)
                < ($1.startMilliseconds, $1.endMilliseconds, $1.job.text, $1.position)
        }
    }

    var readySeconds: Double { Double(max(0, readyMilliseconds - createdMilliseconds)) / 1000 }

    /// From the first lease to the last commit.
    var spanSeconds: Double {
        let start = bars.map(\.startMilliseconds).min() ?? 0
        let end = bars.filter { $0.ending == .done }.map(\.endMilliseconds).max() ?? start
        return Double(max(0, end - start)) / 1000
    }
}
