import CLibAV
import TranscodeModel

/// Puts decoded blocks on the timeline and hands them to a sink, silence included.
struct PlacedSound: ~Copyable {
    private let rendition: AudioRendition
    private let form: SoundForm
    private let timeBase: Rational
    /// Converted samples that the sink has not taken yet.
    var queue: SoundQueue
    /// Both nil until the first block is seen.
    private var timeline: SoundTimeline?
    private var resampler: Resampler?
    private var gaps = SoundGaps()
    /// What could not be decoded.
    var damage: [Damage] = []
    /// Errors of the decoder until the last block.
    private var errorsSeen = 0

    private init(
        _ rendition: AudioRendition, _ queue: consuming SoundQueue, timeBase: Rational
    ) {
        self.rendition = rendition
        form = SoundForm(rendition)
        self.queue = queue
        self.timeBase = timeBase
    }

    /// `timeBase` is the unit of the blocks' times.
    static func open(
        _ rendition: AudioRendition, timeBase: Rational
    ) throws(Failure) -> PlacedSound {
        let queue = try SoundQueue.open(for: SoundForm(rendition), limit: rendition.samples)
        return PlacedSound(rendition, queue, timeBase: timeBase)
    }

    /// Whether later blocks would change nothing.
    var isComplete: Bool { timeline?.isComplete ?? false }

    /// `decodeErrors` are those until now, in all.
    mutating func add(
        _ block: borrowing Frame, decodeErrors: Int, to sink: inout some SoundSink & ~Copyable,
        _ clock: inout StageClock
    ) throws(Failure) {
        let isFirst = timeline == nil
        try follow(block)
        let start = timeline!.placed
        let placement = timeline!.place(
            ticks: block.statedTime, count: Int(block.pointer.pointee.nb_samples),
            followsDamage: decodeErrors > errorsSeen)
        // A track may start late; when its decoder had errors before, it did not mean to.
        if !isFirst || decodeErrors > 0 {
            gaps.add(start: start, samples: placement.silence, rate: timeline!.rate)
        }
        errorsSeen = decodeErrors
        try addSilence(placement.silence, to: &sink, &clock)
        guard placement.kept > 0 else { return }
        let began = clock.now
        try resampler!.convert(
            block, dropping: placement.dropped, count: placement.kept, into: &queue)
        clock.add("resample", since: began)
        try sink.take(from: &queue, &clock)
    }

    /// Fills up with silence to the plan's end, after at least one block.
    ///
    /// `endTicks` is where the track's last packet ends: what is missing before it was damaged.
    mutating func finish(
        decodeErrors: Int, endTicks: Int64?, to sink: inout some SoundSink & ~Copyable,
        _ clock: inout StageClock
    ) throws(Failure) {
        if decodeErrors > errorsSeen {
            gaps.add(
                start: timeline!.placed, samples: timeline!.missing(before: endTicks),
                rate: timeline!.rate)
        }
        errorsSeen = decodeErrors
        try addSilence(timeline!.missing, to: &sink, &clock)
        try resampler!.flush(into: &queue)
        try sink.take(from: &queue, &clock)
    }

    /// Where silence stands in, a sentence each; errors of the decoder are in `damage`.
    var warnings: [String] {
        [gaps.warning(rendition.name)].compactMap { $0 }
    }

    private mutating func addSilence(
        _ count: Int64, to sink: inout some SoundSink & ~Copyable, _ clock: inout StageClock
    ) throws(Failure) {
        var left = count
        while left > 0 {
            let part = min(left, Int64(Resampler.silenceLength))
            let start = clock.now
            try resampler!.convertSilence(Int(part), into: &queue)
            clock.add("resample", since: start)
            try sink.take(from: &queue, &clock)
            left -= part
        }
    }

    /// Opens a resampler for the first block, and another where the track changes its form.
    private mutating func follow(_ block: borrowing Frame) throws(Failure) {
        if resampler != nil {
            if resampler!.accepts(block) { return }
            try resampler!.flush(into: &queue)
        }
        let rate = Int(block.pointer.pointee.sample_rate)
        if timeline?.rate != Int64(rate) {
            timeline = newTimeline(rate: rate, samplesQueued: queue.appended)
        }
        resampler = try Resampler.open(SoundShape(of: block), for: form)
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
