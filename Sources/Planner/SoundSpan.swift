import TranscodeModel

/// From when to when the sound of a source lasts, in seconds of the source.
struct SoundSpan {
    /// Both in whole milliseconds, so that clocks with unlike units never meet in one fraction.
    var start: Rational
    var end: Rational

    /// Sound that is outside the pictures for no longer than this is cut: containers pad it by a few codec frames.
    static let slack = Rational(1, 10)

    /// Of the tracks that are delivered; nil without any.
    init?(_ kept: some Collection<AudioTrack>) {
        guard
            let start = kept.map({ SoundSpan.milliseconds($0.startTicks, $0.timeBase) }).min(),
            let end = kept.map({ SoundSpan.milliseconds($0.endTicks, $0.timeBase) }).max()
        else { return nil }
        self.start = start
        self.end = end
    }

    /// A grid that lasts as long as the sound: its first picture is held from the start of the sound on, and its last
    /// one to the end (I9). Nothing changes where the pictures last as long, but for the slack.
    ///
    /// The grid starts at a whole tick of the pictures' clock, the nearest to where a whole frame puts it: a fraction of
    /// one would be in a unit that no later sum could carry. Fails with `overLimit` where no exact time reaches.
    func extended(_ grid: FrameGrid, of track: VideoTrack) throws(Failure) -> FrameGrid {
        guard grid.cadence == nil else { return grid }
        let origin = Rational((grid.origin * Rational(1000)).rounded, 1000)
        let lead = origin - start
        let before = lead > SoundSpan.slack ? (lead * grid.rate).floor : 0
        let milliseconds = (grid.duration * Rational(1000)).rounded
        let tail = end - origin - Rational(milliseconds, 1000)
        let after = tail > SoundSpan.slack ? (tail * grid.rate).ceiling : 0
        guard before > 0 || after > 0 else { return grid }
        return FrameGrid(
            rate: grid.rate, frames: grid.frames + Int(before + after),
            origin: before > 0
                ? try SoundSpan.origin(of: grid, before: before, track.timeBase) : grid.origin,
            timescale: grid.timescale, ticksPerFrame: grid.ticksPerFrame)
    }

    /// The same for pictures that keep their times: when the first starts and how long the last lasts, in the track's
    /// ticks.
    func holding(
        _ track: VideoTrack, rate: Rational
    ) throws(Failure) -> (first: Int64, lastDuration: Int64) {
        let unit = track.timeBase
        var first = track.frameTimes.first ?? 0
        let last = track.frameTimes.last ?? 0
        let usual = max(1, (rate.inverse / unit).rounded)
        var duration = track.lastFrameDuration > 0 ? track.lastFrameDuration : usual
        let lead = SoundSpan.milliseconds(first, unit) - start
        let tail = end - SoundSpan.milliseconds(last + duration, unit)
        if lead > SoundSpan.slack { first -= (lead / unit).floor }
        if tail > SoundSpan.slack { duration += (tail / unit).ceiling }
        guard IndexBounds.isWithin(first, unit), IndexBounds.isWithin(duration, unit),
            IndexBounds.isWithin(last + duration, unit)
        else { throw SoundSpan.outOfReach(unit) }
        return (first, duration)
    }

    private static func milliseconds(_ ticks: Int64, _ timeBase: Rational) -> Rational {
        Rational((Rational(ticks) * timeBase * Rational(1000)).rounded, 1000)
    }

    private static func origin(
        of grid: FrameGrid, before: Int64, _ timeBase: Rational
    ) throws(Failure) -> Rational {
        // In ticks: origin ÷ timeBase, a whole number, less before ÷ rate ÷ timeBase, rounded to the nearest.
        let ticks = (grid.origin / timeBase).rounded
        let below = Int128(grid.rate.numerator) * Int128(timeBase.numerator)
        let above = Int128(before) * Int128(grid.rate.denominator) * Int128(timeBase.denominator)
        guard let first = Int64(exactly: Int128(ticks) - (2 * above + below) / (2 * below)),
            IndexBounds.isWithin(first, timeBase)
        else { throw outOfReach(timeBase) }
        return Rational(first) * timeBase
    }

    private static func outOfReach(_ timeBase: Rational) -> Failure {
        Failure(
            .permanent, .overLimit,
            "The source's sound lies further from its pictures than their clock, in units of "
                + "\(timeBase) s, can be counted exactly. Cut or rewrite the file.")
    }
}
