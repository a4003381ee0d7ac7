import TranscodeModel

/// Decides which samples of each decoded block go to the output, and where silence stands in.
///
/// Counts at the source's own rate: sample 0 is at the origin. Times of the source are followed only
/// where they differ from the count of samples by more than `toleranceMilliseconds`, so that containers
/// with rounded times do not click. A difference of no more than `jitterMilliseconds` is believed when it
/// lasts for half a second, or when damage explains it: packets that are a codec frame early or late by
/// mistake, and right again soon, are no reason to cut sound.
struct SoundTimeline {
    /// What becomes of one block: silence first, then its samples after those dropped from its head.
    struct Placement: Hashable {
        var silence: Int64
        var dropped: Int
        var kept: Int
    }

    /// Less than a picture at 60 a second.
    static let toleranceMilliseconds: Int64 = 15
    /// Less than a picture at 25 a second, more than a codec frame of AAC, MP3 or AC-3.
    static let jitterMilliseconds: Int64 = 35

    /// Samples a second.
    let rate: Int64
    private let origin: Rational
    private let timeBase: Rational
    /// Samples wanted in all.
    let limit: Int64
    /// Samples placed so far, silence included.
    private(set) var placed: Int64 = 0
    /// Where the block after the last one starts by the count of samples; may be before the origin.
    private var running: Int64?
    /// For how many samples times have differed by more than the tolerance, in one direction; negative
    /// where they are early.
    private var strayed: Int64 = 0

    /// `origin` is in seconds of the source, times are in ticks of `timeBase`, `rate` is in samples a second.
    /// `placed` samples are there already, from blocks at another rate.
    init(rate: Int, origin: Rational, timeBase: Rational, limit: Int64, placed: Int64 = 0) {
        precondition(rate > 0 && limit >= 0 && placed >= 0)
        self.rate = Int64(rate)
        self.origin = origin
        self.timeBase = timeBase
        self.limit = limit
        self.placed = min(placed, limit)
        if placed > 0 { running = placed }
    }

    var isComplete: Bool { placed == limit }

    /// Silence to put after the last block.
    var missing: Int64 { limit - placed }

    /// The part of it that is before a time; all of it without one.
    func missing(before ticks: Int64?) -> Int64 {
        guard let ticks, let end = sample(at: ticks) else { return missing }
        return min(max(end - placed, 0), missing)
    }

    /// Places a block of `count` samples whose first is at `ticks`; without a time it follows the last block.
    /// `followsDamage` says that something before it was lost.
    mutating func place(ticks: Int64?, count: Int, followsDamage: Bool = false) -> Placement {
        let start = start(ticks, count: Int64(count), followsDamage)
        running = start + Int64(count)
        let silence = min(max(start - placed, 0), missing)
        placed += silence
        let dropped = Int(min(max(placed - start, 0), Int64(count)))
        let kept = Int(min(Int64(count - dropped), missing))
        placed += Int64(kept)
        return Placement(silence: silence, dropped: dropped, kept: kept)
    }

    private mutating func start(_ ticks: Int64?, count: Int64, _ followsDamage: Bool) -> Int64 {
        guard let ticks, let stated = sample(at: ticks) else { return running ?? placed }
        guard let running else { return stated }
        let distance = stated - running
        if abs(distance) * 1000 <= SoundTimeline.toleranceMilliseconds * rate {
            strayed = 0
            return running
        }
        let isFar = abs(distance) * 1000 > SoundTimeline.jitterMilliseconds * rate
        if !isFar, !followsDamage {
            if strayed.signum() != distance.signum() { strayed = 0 }
            strayed += distance.signum() * count
            guard abs(strayed) * 2 >= rate else { return running }
        }
        strayed = 0
        return stated
    }

    /// The sample nearest to a time; nil for times beyond any source, which are as good as none.
    private func sample(at ticks: Int64) -> Int64? {
        let fromOrigin =
            Int128(ticks) * Int128(timeBase.numerator) * Int128(origin.denominator)
            - Int128(origin.numerator) * Int128(timeBase.denominator)
        let divisor = Int128(timeBase.denominator) * Int128(origin.denominator)
        let (scaled, overflow) = fromOrigin.multipliedReportingOverflow(by: 2 * Int128(rate))
        guard !overflow else { return nil }
        let (quotient, rest) = scaled.quotientAndRemainder(dividingBy: divisor)
        guard let doubled = Int64(exactly: rest < 0 ? quotient - 1 : quotient),
            doubled.magnitude < Int64.max.magnitude >> 12
        else { return nil }
        // Half samples go up, as in `Rational.rounded`.
        return (doubled + 1) >> 1
    }
}
