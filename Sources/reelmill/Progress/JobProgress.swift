import Ledger
import TranscodeModel

/// How far a job has come: a pure reading of the ledger, so that it is right after a resume and from
/// any process.
struct JobProgress: Equatable, Encodable {
    var state: JobState
    /// What the job is at: the first kind of unit in the flow that is not all done.
    var stage: UnitKind
    /// Frames of the grid that are encoded in every rendition of their chunk; 0 of 0 without pictures.
    var framesDone: Int
    var framesTotal: Int
    /// Of the predicted work, from 0 to 1.
    var fraction: Double
    /// Attempts beyond the first of each unit.
    var retries: Int
    /// Frames a second of the grid; nil before the plan.
    var frameRate: Rational?

    /// `live` tells how far a unit has come that this process runs, where that is newer than the ledger.
    init(
        _ job: JobRecord, units: [UnitRecord], plan: Plan?, live: (UnitID) -> Int? = { _ in nil }
    ) {
        state = job.state
        retries = units.reduce(0) { $0 + max(0, $1.attempt - 1) }
        stage =
            units.filter { !$0.state.isFinal }.map(\.kind)
            .min { JobProgress.order($0) < JobProgress.order($1) } ?? .publish
        framesTotal = plan?.video?.grid.frames ?? 0
        frameRate = plan?.video?.grid.averageRate
        // A chunk may have several units, for some rungs each: its frames count when all have them.
        var framesByChunk: [Int: Int] = [:]
        var (worked, work) = (0.0, 0.0)
        for unit in units {
            let amount = JobProgress.amount(unit, plan)
            let noted = max(unit.progress, live(UnitID(job: job.id, position: unit.position)) ?? 0)
            let done = unit.state == .done ? amount : unit.state == .leased ? min(noted, amount) : 0
            if case .encode(let chunk, _) = unit.work {
                framesByChunk[chunk] = min(framesByChunk[chunk] ?? done, done)
            }
            let weight = max(unit.estimate.cpuSeconds, 0.01)
            work += weight
            worked += amount > 0 ? weight * Double(done) / Double(amount) : 0
        }
        framesDone = framesByChunk.values.reduce(0, +)
        // Before the plan there is nothing to measure by.
        fraction = plan == nil || work == 0 ? 0 : worked / work
    }

    private static func order(_ kind: UnitKind) -> Int {
        UnitKind.allCases.firstIndex(of: kind) ?? 0
    }

    /// What the unit counts up to in its progress; 1 for what does not tell.
    private static func amount(_ unit: UnitRecord, _ plan: Plan?) -> Int {
        switch unit.work {
        case .encode(let chunk, _): return plan?.video?.chunks[chunk].frames.count ?? 1
        case .audio(let name):
            guard let sound = plan?.audio.first(where: { $0.name == name }) else { return 1 }
            return max(1, sound.samples / (sound.codec == .aac ? 1024 : 960))
        default: return 1
        }
    }
}
