import TranscodeModel

/// Fixes the frames of a film that keeps its source's times (media rule 1).
///
/// Each source frame is a frame of the output, at its own time after the first, as long as it does not
/// come sooner than the highest rate allows. At each segment boundary the frame that is then on the screen
/// starts again, unless another starts there.
struct CadenceBuilder {
    /// In ticks of the source, ascending.
    let ticks: [Int64]
    let track: VideoTrack
    /// The usual rate, at most the highest allowed.
    let rate: Rational
    let settings: VideoSettings
    let playsEarly: Bool

    /// Fewer ticks a second are multiplied; more make times too large for the boxes of a segment.
    private static let timescales: ClosedRange<Int64> = 10_000...10_000_000
    /// Where a source's ticks are finer: not exact, but to a microsecond.
    private static let timescaleCoarse: Int64 = 1_000_000

    func grid() throws(Failure) -> FrameGrid {
        let timescale = timescale
        let segment = Int64(settings.segmentDurationSeconds) * timescale
        let interval = Int64(settings.keyFrameIntervalSeconds) * timescale
        let kept = thinned()
        var end = self.end(timescale)
        guard end / segment + Int64(kept.count) <= GridBuilder.framesMaximum else {
            throw GridBuilder.tooLong(frames: end / segment + Int64(kept.count))
        }
        let lead =
            playsEarly
            ? EarlyRule.lead(interval: Int(interval), segment: Int(segment), length: Int(end)) : nil
        let segments = SegmentTicks(length: segment, lead: lead.map { Int64($0) })
        var starts: [Int64] = []
        starts.reserveCapacity(kept.count + Int(end / segment))
        for tick in kept {
            let time = self.time(tick - ticks[0], timescale)
            guard let last = starts.last else {
                starts.append(time)
                continue
            }
            guard time > last else { continue }
            append(boundariesBetween: last, time, segments, to: &starts)
            starts.append(time)
        }
        end = max(end, starts[starts.count - 1] + 1)
        let ofSource = starts[starts.count - 1]
        append(boundariesBetween: ofSource, end, segments, to: &starts)
        // Less than half a frame that only repeats a picture is not worth a segment of its own.
        let usual = Int64((Rational(timescale) / rate).rounded)
        if starts[starts.count - 1] > ofSource, 2 * (end - starts[starts.count - 1]) < usual {
            end = starts.removeLast()
        }
        guard
            let cadence = FrameCadence(
                starts: starts, end: end, keyFrameTicks: interval, segmentTicks: segment,
                leadTicks: segments.lead.flatMap { $0 < end ? $0 : nil })
        else { preconditionFailure("times that are no cadence") }
        return FrameGrid(
            rate: rate, origin: Rational(ticks[0]) * track.timeBase, timescale: Int(timescale),
            cadence: cadence)
    }

    private func append(
        boundariesBetween last: Int64, _ next: Int64, _ segments: SegmentTicks,
        to starts: inout [Int64]
    ) {
        if let lead = segments.lead, last < lead, lead < next { starts.append(lead) }
        let length = segments.length
        starts += stride(from: (last / length + 1) * length, to: next, by: Int(length))
    }

    /// One that every time of the source is a whole number of, where possible.
    private var timescale: Int64 {
        let own = track.timeBase.denominator
        let (least, most) = (
            CadenceBuilder.timescales.lowerBound, CadenceBuilder.timescales.upperBound
        )
        if own > most { return CadenceBuilder.timescaleCoarse }
        return own * max(1, (least + own - 1) / own)
    }

    /// Rounded up, so that a frame is never shown before its own time.
    private func time(_ span: Int64, _ timescale: Int64) -> Int64 {
        (Rational(span) * track.timeBase * Rational(timescale)).ceiling
    }

    /// Where the last frame ends.
    private func end(_ timescale: Int64) -> Int64 {
        let span = Rational(ticks[ticks.count - 1] - ticks[0]) * track.timeBase
        let tail =
            track.lastFrameDuration > 0
            ? Rational(track.lastFrameDuration) * track.timeBase : rate.inverse
        // Each in ticks by itself: two clocks with unlike units never meet in one fraction.
        let scale = Rational(timescale)
        return (span * scale).ceiling + max(1, (tail * scale).rounded)
    }

    /// The times that are kept: one that comes sooner after those before it than the highest rate allows is
    /// left out. A frame may be as early as a clock's usual jitter makes it, but what it gains is not
    /// lost: so the rate over any longer time stays below the highest.
    private func thinned() -> [Int64] {
        let period = settings.frameRateMaximum.inverse / track.timeBase
        let slack = RateEstimate.slack(track.timeBase, settings.frameRateMaximum) / track.timeBase
        // Whole numbers of the parts of a tick that both are multiples of.
        let scale = Int128(period.denominator) * Int128(slack.denominator)
        let step = Int128(period.numerator) * Int128(slack.denominator)
        let early = Int128(slack.numerator) * Int128(period.denominator)
        // The first is kept, whatever the slack.
        var due: Int128 = 0
        return ticks.filter { tick in
            let time = Int128(tick - ticks[0]) * scale
            guard time >= due - early else { return false }
            due = max(due, time - early) + step
            return true
        }
    }
}
