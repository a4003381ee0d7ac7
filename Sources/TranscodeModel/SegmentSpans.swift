/// When the segments of a presentation start: at 0, at the end of the lead, and at each multiple of the duration.
///
/// What plays early begins with a short segment, the lead, so that it can be played the sooner; all others keep the places
/// that they have without it.
public struct SegmentSpans: Hashable, Sendable {
    /// In seconds, as the lead, which is shorter; nil where all segments are alike. Both must be positive.
    public var duration: Rational
    public var lead: Rational?

    public init(duration: Rational, lead: Rational? = nil) {
        self.duration = duration
        self.lead = lead
    }

    /// When a segment starts, in `parts` of a second; those of the first come from 0 on.
    public func start(of number: Int, inParts parts: Int64 = 1) -> Rational {
        guard let lead, number > 0 else { return duration * Rational(Int64(number) * parts) }
        return number == 1
            ? lead * Rational(parts) : duration * Rational(Int64(number - 1) * parts)
    }

    /// How many segments but the first have started at a time: the number of the one that is then shown.
    public func passed(at time: Rational) -> Int64 {
        (time / duration).floor + (lead.map { $0 <= time } ?? false ? 1 : 0)
    }

    /// How many segments start before a time, which must be positive.
    public func count(before end: Rational) -> Int {
        let whole = end.segments(of: duration)
        guard let lead, lead < end, whole < Int.max else { return whole }
        return whole + 1
    }
}

/// Where the segments of a picture track start, in ticks of the track.
public struct SegmentTicks: Hashable, Sendable {
    /// Positive, as the lead is, which is shorter; nil where all segments are alike.
    public var length: Int64
    public var lead: Int64?

    public init(length: Int64, lead: Int64? = nil) {
        precondition(length > 0 && lead ?? 1 > 0)
        self.length = length
        self.lead = lead
    }

    /// Whether a segment starts with what is decoded at a time.
    public func start(at ticks: Int64) -> Bool { ticks % length == 0 || ticks == lead }
}
