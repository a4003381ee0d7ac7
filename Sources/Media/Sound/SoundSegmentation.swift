import TranscodeModel

/// Where the fragments of a sound track end (media rule 3).
///
/// Segment k ends with the first codec frame that ends at or after (k+1) segment durations, counted
/// from the first sample that is heard. A rest of under half a second joins the segment before it.
struct SoundSegmentation {
    /// All in samples of the track.
    let frameSize: Int
    let priming: Int
    let samples: Int
    let segmentLength: Rational
    let sampleRate: Int

    init(frameSize: Int, priming: Int, rendition: AudioRendition) {
        self.frameSize = frameSize
        self.priming = priming
        samples = rendition.samples
        sampleRate = rendition.sampleRate
        segmentLength = rendition.segmentDuration * Rational(Int64(rendition.sampleRate))
        precondition(frameSize > 0 && segmentLength.isPositive)
    }

    /// Whether a fragment ends after that many codec frames of the track.
    func endsFragment(afterFrames count: Int) -> Bool {
        let end = count * frameSize - priming
        let passed = segments(before: end)
        guard passed > max(segments(before: end - frameSize), 0) else { return false }
        return 2 * (samples - end) >= sampleRate
    }

    /// Whole segment durations in the first `end` samples that are heard.
    private func segments(before end: Int) -> Int64 {
        (Rational(Int64(end)) / segmentLength).floor
    }
}
