import Dispatch
import Foundation
import Ledger
import TranscodeModel

/// Looks at the ledger again and again, and makes a view of what it sees and of how that has changed.
final class TopSampler {
    private let workplace: Workplace
    /// The first sight of each attempt: speeds count from there.
    private var sights: [String: Sight] = [:]
    /// Of jobs that were looked at; a plan never changes.
    private var plans: [JobID: Plan] = [:]
    private var names: [JobID: String] = [:]
    private var counts: [String: (counts: BackfillCounts, at: UInt64)] = [:]

    private struct Sight {
        var progress: Int
        var milliseconds: Int64
    }

    private static let recentMilliseconds: Int64 = 300_000
    private static let plansMaximum = 200
    /// Counting the rows of a large catalogue takes a while.
    private static let countNanoseconds: UInt64 = 5_000_000_000

    init(_ workplace: Workplace) { self.workplace = workplace }

    /// - Parameter jobsMaximum: jobs that there is room for.
    func view(_ tab: TopView.Tab, jobsMaximum: Int) throws -> TopView {
        let overview = try workplace.ledger.overview(recentMilliseconds: Self.recentMilliseconds)
        var view = TopView(
            state: workplace.settings.stateDirectory, overview: overview,
            clock: Self.clock(overview.nowMilliseconds), tab: tab)
        if plans.count > Self.plansMaximum { (plans, names) = ([:], [:]) }
        view.units = try overview.underWay.map { try unit($0, overview.nowMilliseconds) }
        let live = Set(overview.underWay.map(Self.key))
        sights = sights.filter { live.contains($0.key) }
        view.jobs = try jobs(tab, jobsMaximum)
        view.backfills = try overview.backfills.filter {
            $0.state == .running || $0.state == .paused || $0.state == .stopped
        }.map { ($0, try rowCounts($0.name)) }
        return view
    }

    private static func clock(_ milliseconds: Int64) -> String {
        var seconds = time_t(milliseconds / 1000)
        var local = tm()
        localtime_r(&seconds, &local)
        return String(format: "%02d:%02d:%02d", local.tm_hour, local.tm_min, local.tm_sec)
    }

    private func rowCounts(_ name: String) throws -> BackfillCounts {
        let now = DispatchTime.now().uptimeNanoseconds
        if let known = counts[name], now - known.at < Self.countNanoseconds { return known.counts }
        let fresh = try workplace.ledger.rowCounts(of: name)
        counts[name] = (fresh, now)
        return fresh
    }

    private static func key(_ unit: UnitUnderWay) -> String { "\(unit.unit)/\(unit.attempt)" }

    private func plan(_ job: JobID) throws -> Plan? {
        if let known = plans[job] { return known }
        let plan = try workplace.ledger.plan(ofJob: job)
        plans[job] = plan
        return plan
    }

    private func unit(_ underWay: UnitUnderWay, _ now: Int64) throws -> TopView.Unit {
        let job = underWay.unit.job
        if names[job] == nil { names[job] = try workplace.ledger.job(job)?.source.displayName }
        var unit = TopView.Unit(underWay: underWay, source: names[job] ?? "")
        let key = Self.key(underWay)
        // At first all that it has done counts, and from the second look on what it does now.
        let first =
            sights[key] ?? Sight(progress: 0, milliseconds: underWay.startedMilliseconds)
        if sights[key] == nil {
            sights[key] = Sight(progress: underWay.progress, milliseconds: now)
        }
        guard let plan = try plan(job), let pace = UnitPace(underWay.work, plan) else {
            return unit
        }
        unit.fraction = min(1, Double(underWay.progress) / Double(max(1, pace.total)))
        let seconds = Double(now - first.milliseconds) / 1000
        guard seconds > 0.5, underWay.progress > first.progress else { return unit }
        let speed = Double(underWay.progress - first.progress) / seconds
        if underWay.kind == .encode { unit.framesPerSecond = speed }
        unit.realtimeFactor = speed * pace.secondsEach
        return unit
    }

    private func jobs(_ tab: TopView.Tab, _ most: Int) throws -> [TopView.Job] {
        func page(_ state: JobState, _ limit: Int) throws -> [JobRecord] {
            limit > 0
                ? try workplace.ledger.jobs(JobQuery(states: [state], limit: limit)) : []
        }
        switch tab {
        case .underWay:
            let running = try page(.running, most)
            return try running.map { try job($0) }
                + page(.planning, most - running.count).map { TopView.Job(record: $0) }
        case .failed:
            let query = JobQuery(states: [.failed, .cancelled], limit: most)
            return try workplace.ledger.jobs(query).map { TopView.Job(record: $0) }
        case .ended: return try page(.ready, most).map { TopView.Job(record: $0) }
        }
    }

    private func job(_ record: JobRecord) throws -> TopView.Job {
        let progress = JobProgress(
            record, units: try workplace.ledger.units(ofJob: record.id),
            plan: try plan(record.id))
        return TopView.Job(record: record, fraction: progress.fraction)
    }
}

/// What a unit's progress counts.
struct UnitPace: Equatable {
    /// Up to here.
    var total: Int
    /// Seconds of the source that each stands for.
    var secondsEach: Double

    /// Nil for units that do not tell how far they have come.
    init?(_ work: Work?, _ plan: Plan) {
        switch work {
        case .encode(let chunk, _):
            guard let video = plan.video, video.chunks.indices.contains(chunk),
                video.grid.averageRate.approximation > 0
            else { return nil }
            total = video.chunks[chunk].frames.count
            secondsEach = 1 / video.grid.averageRate.approximation
        case .audio(let name):
            guard let sound = plan.audio.first(where: { $0.name == name }), sound.sampleRate > 0
            else { return nil }
            let samples = sound.codec == .aac ? 1024 : 960
            total = max(1, sound.samples / samples)
            secondsEach = Double(samples) / Double(sound.sampleRate)
        default: return nil
        }
    }
}
