import Planner
import TranscodeModel

/// When an upload can first be played: the one place that says so.
///
/// Where the planner plans a preview, it is the commit of the first one. Where it does not, the plan is given one: the
/// smallest rendition of the first segment as a unit of its own, and a short step after it and the sound, which would
/// publish a playlist of what there is. That work is counted on top of the plan's.
struct FirstPlayable {
    /// The units of the plan.
    var units: [PlannedUnit]
    var criticalSeconds: [Double]
    /// The position of the unit with whose commit the upload can be played.
    var position: Int

    /// The kind of unit that publishes what can be played early.
    private static let previewKind = "preview"
    private static let stepSeconds = 0.02
    /// Early units go before all others of their job.
    private static let urgencySeconds = 1e6

    init(_ plan: Plan, of index: SourceIndex) throws(Failure) {
        units = plan.units
        criticalSeconds = Planning.criticalSeconds(plan.units)
        position = units.count
        if let preview = units.first(where: {
            $0.work.kind.rawValue == FirstPlayable.previewKind
        }) {
            position = preview.position
        } else if let estimate = try FirstPlayable.firstSegment(plan, index) {
            addPreview(plan, estimate)
        }
    }

    /// What the planner predicts for the smallest rendition of the first segment, decoded on its own.
    private static func firstSegment(
        _ plan: Plan, _ index: SourceIndex
    ) throws(Failure) -> Estimate? {
        var profile = plan.profile
        guard let rung = profile.video?.ladder.min(by: { $0.lines < $1.lines }),
            let segment = profile.video?.segmentDurationSeconds
        else { return nil }
        profile.video?.ladder = [rung]
        profile.video?.chunkDurationSeconds = segment
        profile.images = nil
        guard let track = index.video.first, let rate = track.averageFrameRate else { return nil }
        let frames = (Rational(Int64(segment)) * rate).rounded
        let seconds = Int(min(Int64(track.frameTimes.count), frames) / max(rate.rounded, 1))
        let start = SyntheticSource(
            seconds: max(seconds, 1), width: track.width, height: track.height)
        let alone = try Planning.plan(index: start.index, source: plan.source, profile: profile)
        return alone.units.first { $0.work.kind == .encode }?.estimate
    }

    private mutating func addPreview(_ plan: Plan, _ estimate: Estimate) {
        guard let package = units.first(where: { $0.work.kind == .package })?.position,
            let smallest = plan.video?.renditions.last?.name
        else { return }
        let sound = units.filter { $0.work.kind == .audio }.prefix(1).map(\.position)
        let step = Estimate(
            cpuSeconds: FirstPlayable.stepSeconds, memoryBytes: 16_000_000, outputBytes: 10_000)
        let early = PlannedUnit(
            position: package, work: .encode(chunk: 0, renditions: [smallest]), dependencies: [],
            content: plan.source, estimate: estimate)
        let preview = PlannedUnit(
            position: package + 1, work: .package, dependencies: sound + [package],
            content: plan.source, estimate: step)
        let last = units[(package - 1)...].map { unit in
            var moved = unit
            moved.position += 2
            moved.dependencies = unit.dependencies.map { $0 < package ? $0 : $0 + 2 }
            moved.dependencies.append(preview.position)
            return moved
        }
        units = units[..<(package - 1)] + [early, preview] + last
        criticalSeconds = Planning.criticalSeconds(units)
        for place in sound + [early.position, preview.position] {
            criticalSeconds[place - 1] += FirstPlayable.urgencySeconds
        }
        position = preview.position
    }
}
