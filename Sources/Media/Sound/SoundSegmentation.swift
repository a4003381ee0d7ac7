import TranscodeModel

/// Where the fragments of a sound track end (media rule 3).
///
/// A segment ends with the first codec frame that ends at or after the place where the next one is due (`SegmentSpans`),
/// counted from the first sample that is heard. A rest of under half a second joins the segment before it.
struct SoundSegmentation {
    /// All in samples of the track.
    let frameSize: Int
    let priming: Int
    let samples: Int
    let segments: SegmentSpans
    let sampleRate: Int

    init(frameSize: Int, priming: Int, rendition: AudioRendition) {
        self.frameSize = frameSize
        self.priming = priming
        samples = rendition.samples
        sampleRate = rendition.sampleRate
        let rate = Rational(Int64(rendition.sampleRate))
        segments = SegmentSpans(
            duration: rendition.segmentDuration * rate,
            lead: rendition.segmentLead.map { $0 * rate })
        precondition(frameSize > 0 && segments.duration.isPositive)
    }

    /// Whether a fragment ends after that many codec frames of the track.
    func endsFragment(afterFrames count: Int) -> Bool {
        let end = count * frameSize - priming
        let passed = segments.passed(at: Rational(Int64(end)))
        guard passed > max(segments.passed(at: Rational(Int64(end - frameSize))), 0) else {
            return false
        }
        return 2 * (samples - end) >= sampleRate
    }
}
