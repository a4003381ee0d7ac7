import TranscodeModel

/// Film in video of 60 fields a second whose frames say that they last three fields and two by turns, for players to
/// repeat (soft telecine; ISO/IEC 13818-2, `repeat_first_field`).
enum Pulldown {
    /// The rate of the film, or nil when the times are not such a pattern. Each frame is then within half a field of where
    /// the rate puts it, so that every grid frame shows its own picture.
    static func filmRate(ticks: [Int64], timeBase: Rational) -> Rational? {
        guard ticks.count >= 6, let first = ticks.first, let last = ticks.last, last > first else {
            return nil
        }
        for (film, field) in [
            (Rational(24000, 1001), Rational(1001, 60_000)), (Rational(24), Rational(1, 60)),
        ] {
            let fits = follows(ticks, film: film / timeBase.inverse, field: field / timeBase)
            if fits { return film }
        }
        return nil
    }

    /// `film` is in frames a tick, `field` in ticks.
    private static func follows(_ ticks: [Int64], film: Rational, field: Rational) -> Bool {
        // Ticks round times, by one at most; steps that are neither two fields nor three are no pulldown.
        let slack = max(Rational(3, 2), field * Rational(1, 8))
        let frame = film.inverse
        var hasBoth = (two: false, three: false)
        var early = Rational.zero
        var late = Rational.zero
        for index in 1..<ticks.count {
            let step = Rational(ticks[index] - ticks[index - 1])
            let isTwo = distance(step, field * Rational(2)) <= slack
            guard isTwo || distance(step, field * Rational(3)) <= slack else { return false }
            if isTwo { hasBoth.two = true } else { hasBoth.three = true }
            let deviation =
                Rational(ticks[index] - ticks[0]) - (frame * Rational(Int64(index)))
            early = min(early, deviation)
            late = max(late, deviation)
        }
        let reach = field * Rational(3, 4) + slack
        return hasBoth.two && hasBoth.three && late - early <= reach
    }

    private static func distance(_ left: Rational, _ right: Rational) -> Rational {
        left > right ? left - right : right - left
    }
}
