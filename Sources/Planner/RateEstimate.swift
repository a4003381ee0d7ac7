import TranscodeModel

/// Whether a source's frames come at a constant rate, and at which (media rule 1).
struct RateEstimate: Hashable {
    /// Frames a second.
    var rate: Rational
    /// Whether frame i is at i ÷ rate, as exactly as the container can say it.
    var isConstant: Bool

    /// Rates that cameras, broadcasters and screen recorders use.
    static let standard: [Rational] = [
        Rational(24000, 1001), Rational(24), Rational(25), Rational(30000, 1001), Rational(30),
        Rational(48000, 1001), Rational(48), Rational(50), Rational(60000, 1001), Rational(60),
        Rational(120000, 1001), Rational(120), Rational(100), Rational(90), Rational(72),
        Rational(15), Rational(20), Rational(12), Rational(10), Rational(12_500, 1000),
        Rational(8), Rational(6), Rational(5), Rational(4), Rational(3), Rational(2), Rational(1),
    ]

    /// Times in ticks, ascending and different; `average` is what the container claims.
    static func of(ticks: [Int64], timeBase: Rational, average: Rational?) -> RateEstimate {
        guard let first = ticks.first, let last = ticks.last, last > first else {
            let claimed = average.flatMap { plausible($0) }
            return RateEstimate(rate: claimed ?? Rational(25), isConstant: true)
        }
        let span = Rational(last - first) * timeBase
        let exact = Rational(Int64(ticks.count - 1)) / span
        guard exact <= Rational(2000) else {
            return RateEstimate(rate: nominal(ticks, timeBase), isConstant: false)
        }
        // Only for a tolerance of 2 %, and short enough to be multiplied.
        let measured = nearest(to: exact, denominatorMaximum: 1_000_000)
        var candidates = [average].compactMap { $0 } + standard
        candidates.append(nearest(to: measured, denominatorMaximum: 1001))
        let tolerance = measured * Rational(1, 50)
        for candidate in candidates where plausible(candidate) != nil {
            guard candidate - measured <= tolerance, measured - candidate <= tolerance,
                fits(ticks, timeBase, candidate)
            else { continue }
            return RateEstimate(rate: candidate, isConstant: true)
        }
        if let film = Pulldown.filmRate(ticks: ticks, timeBase: timeBase) {
            return RateEstimate(rate: film, isConstant: true)
        }
        return RateEstimate(rate: nominal(ticks, timeBase), isConstant: false)
    }

    /// A rate that a grid can have, or nil.
    private static func plausible(_ rate: Rational) -> Rational? {
        rate >= Rational(1, 60) && rate <= Rational(1000) && rate.numerator <= 1_001_000
            && rate.denominator <= 1_001_000 ? rate : nil
    }

    /// Whether every frame is where the rate puts it: within 1.5 ticks or 2 ms, whichever is more,
    /// and within a quarter of a frame.
    private static func fits(_ ticks: [Int64], _ timeBase: Rational, _ rate: Rational) -> Bool {
        let slack = slack(timeBase, rate)
        // |ticks · b − i / r| ≤ s, multiplied out so that the loop works in whole numbers.
        let step = (rate.inverse / timeBase)
        let limit = (slack / timeBase)
        let scale = Int128(step.denominator) * Int128(limit.denominator)
        let bound = Int128(limit.numerator) * Int128(step.denominator)
        for (index, tick) in ticks.enumerated() {
            let ideal =
                Int128(index) * Int128(step.numerator) * Int128(limit.denominator)
            let deviation = Int128(tick - ticks[0]) * scale - ideal
            if deviation.magnitude > bound.magnitude { return false }
        }
        return true
    }

    /// How far from its due time a frame of that rate may be, in seconds.
    static func slack(_ timeBase: Rational, _ rate: Rational) -> Rational {
        let quarter = rate.inverse * Rational(1, 4)
        return min(max(timeBase * Rational(3, 2), Rational(2, 1000)), quarter)
    }

    /// The usual rate, snapped to a standard one within 2 %.
    private static func nominal(_ ticks: [Int64], _ timeBase: Rational) -> Rational {
        let steps = zip(ticks.dropFirst(), ticks).map { $0 - $1 }.filter { $0 > 0 }.sorted()
        guard !steps.isEmpty else { return Rational(25) }
        let mean = usualStep(steps) * timeBase
        let usual = nearest(to: min(mean.inverse, Rational(2000)), denominatorMaximum: 1001)
        let near = standard.min { distance($0, usual) < distance($1, usual) }
        if let near, distance(near, usual) <= usual * Rational(1, 50) { return near }
        return max(usual, Rational(1, 60))
    }

    /// In ticks, from the ascending steps between frames: what most have, whatever a few pauses last.
    ///
    /// Where frames are left out, most steps may be twice the camera's, or more: then nearly all are
    /// multiples of a shorter step, which a good part of them has.
    private static func usualStep(_ steps: [Int64]) -> Rational {
        let middle = Rational(steps[steps.count / 2])
        let common = mean(of: steps, in: window(middle, step: middle)) ?? middle
        for divisor: Int64 in [4, 3, 2] {
            let part = common / Rational(divisor)
            guard part >= .one, let step = mean(of: steps, in: window(part, step: part)) else {
                continue
            }
            let windows = (1...8).map { window(Rational($0) * step, step: step) }
            let alike = steps.count { windows[0].contains($0) }
            let fitting = steps.count { tick in
                tick > windows[7].upperBound || windows.contains { $0.contains(tick) }
            }
            if 100 * alike >= 15 * steps.count, 100 * fitting >= 90 * steps.count { return step }
        }
        return common
    }

    /// Within a quarter of a step, or one tick: a container's ticks may be coarse (at 60 frames a second,
    /// milliseconds come as 16, 17 and 18).
    private static func window(_ center: Rational, step: Rational) -> ClosedRange<Int64> {
        let slack = max(step * Rational(1, 4), .one)
        let lowest = (center - slack).ceiling
        return lowest...max(lowest, (center + slack).floor)
    }

    /// The mean of the steps in a window; nil when there are none.
    private static func mean(of steps: [Int64], in window: ClosedRange<Int64>) -> Rational? {
        let alike = steps.filter { window.contains($0) }
        guard !alike.isEmpty else { return nil }
        return Rational(alike.reduce(0, +), Int64(alike.count))
    }

    private static func distance(_ left: Rational, _ right: Rational) -> Rational {
        left > right ? left - right : right - left
    }

    /// The best fraction with a small denominator, by continued fractions.
    static func nearest(to value: Rational, denominatorMaximum: Int64) -> Rational {
        var (previous, current) = (
            (top: Int64(0), bottom: Int64(1)), (top: Int64(1), bottom: Int64(0))
        )
        var (numerator, denominator) = (value.numerator, value.denominator)
        while denominator != 0 {
            let (term, remainder) = numerator.quotientAndRemainder(dividingBy: denominator)
            let (product, overflow) = term.multipliedReportingOverflow(by: current.top)
            let bottom = Int128(term) * Int128(current.bottom) + Int128(previous.bottom)
            if overflow || bottom > denominatorMaximum { break }
            (previous, current) = (current, (product + previous.top, Int64(bottom)))
            (numerator, denominator) = (denominator, remainder)
        }
        return Rational(current.top, max(current.bottom, 1))
    }
}
