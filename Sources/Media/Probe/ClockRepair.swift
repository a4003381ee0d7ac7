import TranscodeModel

/// Finds where the clock of a transport or program stream jumps, and makes the times go on where they were.
///
/// The streams of a programme share a clock but not the place where it jumps: what one stream has found is taken over
/// by the others, so that sound and picture stay together.
struct ClockRepair {
    /// Of one stream, in its own ticks, which are those of all streams of such a file (90 kHz).
    private struct Trace {
        /// As the file states it.
        var lastStated: Int64
        /// On the repaired timeline.
        var lastTime: Int64
        var step: Int64
        var era: Int
        var splices: [TimeSplice] = []
    }

    private let ticksPerSecond: Int64
    private var traces: [Int: Trace] = [:]
    /// What to add to the stated times after each jump; the first era has none.
    private var offsets: [Int64] = [0]
    /// The furthest repaired time of any stream.
    private var furthest: Int64?

    /// Steps beyond these are jumps, unless other streams have come as far: later than any gap that is worth holding, earlier than any reordering.
    static let forwardSeconds: Int64 = 10
    private static let backwardSeconds: Int64 = 1
    /// Streams that jump together land this near to each other.
    private static let togetherSeconds: Int64 = 3
    private static let jumpsMaximum = 1000

    init(ticksPerSecond: Int64) { self.ticksPerSecond = ticksPerSecond }

    /// Whether it jumps so often that its times say nothing.
    var isHopeless: Bool { jumps > ClockRepair.jumpsMaximum }

    /// How often the clock was found to jump.
    var jumps: Int { offsets.count - 1 }

    func splices(ofStream number: Int) -> [TimeSplice] { traces[number]?.splices ?? [] }

    /// What to add to the times of a packet, by one of them; packets must come in the file's order.
    ///
    /// Presentation times are the better ones: decode times are what damaged recordings get wrong alone.
    mutating func offset(stream: Int, time: Int64, bytePosition: Int64) -> Int64 {
        var trace =
            traces[stream]
            ?? Trace(lastStated: time, lastTime: 0, step: 0, era: firstEra(time))
        let isFirst = traces[stream] == nil
        let step = time.subtractingReportingOverflow(trace.lastStated)
        let isJump =
            step.overflow || step.partialValue > ClockRepair.forwardSeconds * ticksPerSecond
            || step.partialValue < -ClockRepair.backwardSeconds * ticksPerSecond
        let eraBefore = trace.era
        if isJump {
            trace.era = era(after: trace, time)
        } else if step.partialValue > 0 {
            trace.step = step.partialValue
        }
        let offset = offsets[trace.era]
        trace.lastStated = time
        trace.lastTime = time &+ offset
        if trace.era != eraBefore || (isFirst && trace.era != 0) {
            trace.splices.append(
                TimeSplice(bytePosition: max(bytePosition, 0), offsetTicks: offset))
        }
        furthest = max(furthest ?? trace.lastTime, trace.lastTime)
        traces[stream] = trace
        return offset
    }

    /// The era of a stream that begins: the one that puts it nearest to where the others are.
    private func firstEra(_ time: Int64) -> Int {
        guard let furthest else { return 0 }
        return offsets.indices.min {
            distance(time &+ offsets[$0], furthest)
                < distance(time &+ offsets[$1], furthest)
        } ?? 0
    }

    /// The known era that fits best, if any does: one that another stream has found, or the one before a time that
    /// was damaged; or the one that puts the stream where the others are by now, since it may have been silent for as
    /// long. Else a new one.
    private mutating func era(after trace: Trace, _ time: Int64) -> Int {
        let expected = trace.lastTime &+ trace.step
        for place in [expected, furthest ?? expected] {
            if let era = era(putting: time, near: place) { return era }
        }
        offsets.append(expected &- time)
        return offsets.count - 1
    }

    private func era(putting time: Int64, near place: Int64) -> Int? {
        let best = offsets.indices.min {
            distance(time &+ offsets[$0], place) < distance(time &+ offsets[$1], place)
        }
        let reach = UInt64(ClockRepair.togetherSeconds * ticksPerSecond)
        return best.flatMap { distance(time &+ offsets[$0], place) <= reach ? $0 : nil }
    }

    private func distance(_ left: Int64, _ right: Int64) -> UInt64 {
        left.subtractingReportingOverflow(right).partialValue.magnitude
    }
}
