import CLibAV
import TranscodeModel

/// Puts decoded blocks on the timeline and hands them to the encoder, silence included.
struct PlacedSound: ~Copyable {
    private let rendition: AudioRendition
    private let timeBase: Rational
    /// Both nil until the first block is seen.
    private var timeline: SoundTimeline?
    private var resampler: Resampler?

    /// `timeBase` is the unit of the blocks' times.
    init(_ rendition: AudioRendition, timeBase: Rational) {
        self.rendition = rendition
        self.timeBase = timeBase
    }

    /// Whether later blocks would change nothing.
    var isComplete: Bool { timeline?.isComplete ?? false }

    mutating func add(
        _ block: borrowing Frame, to encoder: inout SoundEncoder, _ clock: inout StageClock
    ) throws(Failure) {
        try follow(block, &encoder)
        let placement = timeline!.place(
            ticks: block.statedTime, count: Int(block.pointer.pointee.nb_samples))
        try addSilence(placement.silence, to: &encoder, &clock)
        guard placement.kept > 0 else { return }
        let start = clock.now
        try resampler!.convert(
            block, dropping: placement.dropped, count: placement.kept, into: &encoder.queue)
        clock.add("resample", since: start)
        try encoder.encodeQueued(&clock)
    }

    /// Fills up with silence to the plan's end, after at least one block.
    mutating func finish(
        to encoder: inout SoundEncoder, _ clock: inout StageClock
    ) throws(Failure) {
        try addSilence(timeline!.missing, to: &encoder, &clock)
        try resampler!.flush(into: &encoder.queue)
        try encoder.encodeQueued(&clock)
    }

    private func addSilence(
        _ count: Int64, to encoder: inout SoundEncoder, _ clock: inout StageClock
    ) throws(Failure) {
        var left = count
        while left > 0 {
            let part = min(left, Int64(Resampler.silenceLength))
            let start = clock.now
            try resampler!.convertSilence(Int(part), into: &encoder.queue)
            clock.add("resample", since: start)
            try encoder.encodeQueued(&clock)
            left -= part
        }
    }

    /// Opens a resampler for the first block, and another where the track changes its form.
    private mutating func follow(
        _ block: borrowing Frame, _ encoder: inout SoundEncoder
    ) throws(Failure) {
        if resampler != nil {
            if resampler!.accepts(block) { return }
            try resampler!.flush(into: &encoder.queue)
        }
        let rate = Int(block.pointer.pointee.sample_rate)
        if timeline?.rate != Int64(rate) {
            timeline = newTimeline(rate: rate, samplesQueued: encoder.queue.appended)
        }
        resampler = try encoder.makeResampler(for: block)
    }

    private func newTimeline(rate: Int, samplesQueued: Int) -> SoundTimeline {
        let ratio = Rational(Int64(rate), Int64(rendition.sampleRate))
        // The filter looks ahead: a little more than the plan's samples makes all of them exact.
        let margin = Int64(rate / 50)
        return SoundTimeline(
            rate: rate, origin: rendition.origin, timeBase: timeBase,
            limit: (Rational(Int64(rendition.samples)) * ratio).ceiling + margin,
            placed: (Rational(Int64(samplesQueued)) * ratio).rounded)
    }
}
