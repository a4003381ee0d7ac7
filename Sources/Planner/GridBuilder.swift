import TranscodeModel

/// Fixes the output's frame grid from the source's times (media rule 1).
enum GridBuilder {
    /// Frames that a plan may have: a day at 120 frames a second.
    static let framesMaximum: Int64 = 24 * 3600 * 120

    /// A profile without moving pictures has no settings. A cadence lasts as long as `sound`.
    static func grid(
        _ track: VideoTrack, _ settings: VideoSettings?, sound: SoundSpan? = nil,
        playsEarly: Bool = false
    ) throws(Failure) -> FrameGrid {
        let nominal = try grid(track, rateMaximum: settings?.frameRateMaximum ?? Rational(60))
        // The second field of a picture has no time of its own.
        guard let settings, settings.timestamps == .source,
            !(track.isInterlaced && settings.deinterlacing == .field)
        else { return nominal }
        var ticks = track.frameTimes.expanded()
        let estimate = RateEstimate.of(
            ticks: ticks, timeBase: track.timeBase, average: track.averageFrameRate)
        if estimate.isConstant { return nominal }
        var track = track
        if let sound {
            let held = try sound.holding(track, rate: nominal.rate)
            ticks[0] = held.first
            track.lastFrameDuration = held.lastDuration
        }
        return try CadenceBuilder(
            ticks: ticks, track: track, rate: nominal.rate, settings: settings,
            playsEarly: playsEarly
        ).grid()
    }

    static func grid(_ track: VideoTrack, rateMaximum: Rational) throws(Failure) -> FrameGrid {
        let ticks = track.frameTimes.expanded()
        guard let first = ticks.first, let last = ticks.last else {
            throw Failure(
                .permanent, .noStreams, "The source has no pictures. Upload another file.")
        }
        let estimate = RateEstimate.of(
            ticks: ticks, timeBase: track.timeBase, average: track.averageFrameRate)
        let rate = limited(estimate.rate, to: rateMaximum)
        var frames = Int64(ticks.count)
        if !estimate.isConstant || rate != estimate.rate {
            let tail =
                track.lastFrameDuration > 0
                ? Rational(track.lastFrameDuration) * track.timeBase : estimate.rate.inverse
            frames = ((Rational(last - first) * track.timeBase + tail) * rate).rounded
        }
        try requireWithinLimit(frames)
        let scale = timescale(rate)
        return FrameGrid(
            rate: rate, frames: Int(max(frames, 1)), origin: Rational(first) * track.timeBase,
            timescale: scale.timescale, ticksPerFrame: scale.ticksPerFrame)
    }

    static func requireWithinLimit(_ frames: Int64) throws(Failure) {
        guard frames <= framesMaximum else {
            throw tooLong(frames: frames)
        }
    }

    static func tooLong(frames: Int64) -> Failure {
        Failure(
            .permanent, .overLimit,
            "The source would become \(frames) frames, over the limit of \(framesMaximum). Split it."
        )
    }

    /// A constant rate above the maximum is divided by a whole number, so that every kept frame is a
    /// source frame.
    private static func limited(_ rate: Rational, to maximum: Rational) -> Rational {
        rate <= maximum ? rate : rate / Rational((rate / maximum).ceiling)
    }

    /// At least 10,000 ticks a second, and a whole number of them in a frame.
    static func timescale(_ rate: Rational) -> (timescale: Int, ticksPerFrame: Int) {
        var factor: Int64 = 1
        if rate.numerator < 10_000 {
            let least = (10_000 + rate.numerator - 1) / rate.numerator
            factor = rate.denominator == 1 ? max(1000, least) : least
        }
        return (Int(rate.numerator * factor), Int(rate.denominator * factor))
    }
}
