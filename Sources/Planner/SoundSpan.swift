import TranscodeModel

/// From when to when the sound of a source lasts, in seconds of the source.
struct SoundSpan {
    /// Both in whole milliseconds, so that clocks with unlike units never meet in one fraction.
    var start: Rational
    var end: Rational

    /// Sound that is outside the pictures for no longer than this is cut: containers pad it by a few codec frames.
    static let slack = Rational(1, 10)

    /// Of the tracks that a profile keeps; nil without any.
    init?(_ tracks: [AudioTrack], _ settings: AudioSettings) {
        let tracks = (tracks.filter(\.isDefault) + tracks.filter { !$0.isDefault })
            .prefix(settings.tracksMaximum)
        func milliseconds(_ ticks: Int64, _ track: AudioTrack) -> Rational {
            Rational((Rational(ticks) * track.timeBase * Rational(1000)).rounded, 1000)
        }
        guard let start = tracks.map({ milliseconds($0.startTicks, $0) }).min(),
            let end = tracks.map({ milliseconds($0.endTicks, $0) }).max()
        else { return nil }
        self.start = start
        self.end = end
    }

    /// A grid that lasts as long as the sound: its first picture is held from the start of the sound on, and its last
    /// one to the end (I9). Nothing changes where the pictures last as long, but for the slack.
    func extended(_ grid: FrameGrid) -> FrameGrid {
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
            origin: grid.origin - Rational(before) / grid.rate, timescale: grid.timescale,
            ticksPerFrame: grid.ticksPerFrame)
    }

    /// The same for pictures that keep their times: when the first starts and how long the last lasts, in the track's
    /// ticks.
    func holding(_ track: VideoTrack, rate: Rational) -> (first: Int64, lastDuration: Int64) {
        func milliseconds(_ ticks: Int64) -> Rational {
            Rational((Rational(ticks) * track.timeBase * Rational(1000)).rounded, 1000)
        }
        let first = track.frameTimes.first ?? 0
        let usual = max(1, (rate.inverse / track.timeBase).rounded)
        let duration = track.lastFrameDuration > 0 ? track.lastFrameDuration : usual
        let lead = milliseconds(first) - start
        let tail = end - milliseconds((track.frameTimes.last ?? 0) + duration)
        return (
            lead > SoundSpan.slack ? first - (lead / track.timeBase).floor : first,
            tail > SoundSpan.slack ? duration + (tail / track.timeBase).ceiling : duration
        )
    }
}
