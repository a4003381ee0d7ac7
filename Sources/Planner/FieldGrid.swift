import TranscodeModel

extension FrameGrid {
    /// The grid on which both fields of each frame are frames of their own; nil when that is faster than `maximum`.
    func doubled(maximum: Rational) -> FrameGrid? {
        let rate = rate * Rational(2)
        guard rate <= maximum else { return nil }
        let scale = GridBuilder.timescale(rate)
        return FrameGrid(
            rate: rate, frames: frames * 2, origin: origin, timescale: scale.timescale,
            ticksPerFrame: scale.ticksPerFrame)
    }
}
