import CLibAV
import TranscodeModel
import WorkerProtocol

/// One track of sound on the plan's timeline, at about 8 kHz: below 4 kHz a codec keeps the wave, above it may
/// put noise in its place.
///
/// Sample i is the mean of the samples around i × `factor`, weighted by a triangle. It reads as it is asked to,
/// and holds no more than what was not discarded. Silence stands before the start and after the end.
struct FoldedSound: ~Copyable {
    private var reader: SoundReader
    private let block: Frame
    private let form: SoundForm
    private var queue: SoundQueue
    private var resampler: Resampler?
    private var timeline: SoundTimeline?
    private let origin: Rational
    private let rendition: AudioRendition
    private let weights: [Float]
    private let factor: Int
    let channels: Int
    /// By channel; not folded yet.
    private var pending: [[Float]]
    /// By channel; the first is sample `base`.
    private var folded: [[Float]]
    private var base = 0
    private var hasEnded = false
    /// Errors of the decoder until the last block.
    private var errorsSeen = 0

    private init(
        _ reader: consuming SoundReader, _ block: consuming Frame, _ form: SoundForm,
        _ queue: consuming SoundQueue, _ rendition: AudioRendition, origin: Rational
    ) {
        self.reader = reader
        self.block = block
        self.form = form
        self.queue = queue
        self.rendition = rendition
        self.origin = origin
        let factor = SoundScale(rendition).factor
        self.factor = factor
        channels = rendition.channels
        weights = (1..<2 * factor).map { Float(factor - abs($0 - factor)) / Float(factor * factor) }
        // Half a triangle of silence before the first sample centres the weights.
        pending = Array(repeating: Array(repeating: 0, count: factor - 1), count: channels)
        folded = Array(repeating: [], count: channels)
    }

    /// `origin` is the time in the file that becomes sample 0.
    static func open(
        _ descriptor: Int32, stream: Int, clock: SourceClock = .plain, origin: Rational,
        _ rendition: AudioRendition,
        _ limits: WorkerLimits
    ) throws(Failure) -> FoldedSound {
        let reader = try SoundReader.open(
            source: descriptor, stream: stream, clock: clock, damage: .salvage,
            limits: limits.streamsMaximum,
            threads: limits.threads)
        var form = SoundForm(rendition)
        form.format = AV_SAMPLE_FMT_FLT
        let queue = try SoundQueue.open(for: form, limit: rendition.samples)
        return FoldedSound(
            reader, try Frame.allocate(), form, queue, rendition, origin: origin)
    }

    var decodeErrors: Int { reader.damage.reduce(0) { $0 + $1.count } }

    /// Reads until samples before `end` are there, or the track has ended.
    mutating func fill(upTo end: Int) throws(Failure) {
        while base + folded[0].count < end, !hasEnded {
            if try reader.next(into: block), !(timeline?.isComplete ?? false) {
                try place()
            } else {
                hasEnded = true
                if resampler != nil { try resampler!.flush(into: &queue) }
            }
            try fold()
        }
    }

    /// Forgets samples before `start`.
    mutating func discard(before start: Int) {
        // Seldom, since the rest is moved.
        guard start - base > 1 << 14 else { return }
        let count = min(start - base, folded[0].count)
        for channel in 0..<channels { folded[channel].removeFirst(count) }
        base += count
    }

    /// The sum of products with another track, whose samples are taken `shift` later.
    func product(
        _ other: borrowing FoldedSound, _ channel: Int, _ span: Range<Int>, shiftedBy shift: Int
    ) -> Double {
        let here = base..<base + folded[channel].count
        let there = other.base - shift..<other.base + other.folded[channel].count - shift
        let both = span.clamped(to: here).clamped(to: there)
        guard !both.isEmpty else { return 0 }
        return folded[channel].withUnsafeBufferPointer { mine in
            other.folded[channel].withUnsafeBufferPointer { theirs in
                reelmill_product(
                    mine.baseAddress! + (both.lowerBound - base),
                    theirs.baseAddress! + (both.lowerBound + shift - other.base),
                    Int32(both.count))
            }
        }
    }

    /// Puts the block where `PlacedSound` puts it for an encode.
    private mutating func place() throws(Failure) {
        if resampler == nil || !resampler!.accepts(block) {
            if resampler != nil { try resampler!.flush(into: &queue) }
            let rate = Int(block.pointer.pointee.sample_rate)
            if timeline?.rate != Int64(rate) {
                let ratio = Rational(Int64(rate), Int64(rendition.sampleRate))
                timeline = SoundTimeline(
                    rate: rate, origin: origin, timeBase: reader.timeBase,
                    limit: (Rational(Int64(rendition.samples)) * ratio).ceiling + Int64(rate / 50),
                    placed: (Rational(Int64(queue.appended)) * ratio).rounded)
            }
            resampler = try Resampler.open(SoundShape(of: block), for: form)
        }
        let placement = timeline!.place(
            ticks: block.statedTime, count: Int(block.pointer.pointee.nb_samples),
            followsDamage: reader.errors > errorsSeen)
        errorsSeen = reader.errors
        var silence = placement.silence
        while silence > 0 {
            let part = min(silence, Int64(Resampler.silenceLength))
            try resampler!.convertSilence(Int(part), into: &queue)
            try fold()
            silence -= part
        }
        guard placement.kept > 0 else { return }
        try resampler!.convert(
            block, dropping: placement.dropped, count: placement.kept, into: &queue)
    }

    /// Folds what is queued.
    private mutating func fold() throws(Failure) {
        let count = queue.available
        if count > 0 {
            let taken = try queue.take(count)
            let channels = channels
            var split = pending
            try taken.withPlanes { planes throws(Failure) in
                let values = planes[0]!.assumingMemoryBound(to: Float.self)
                for channel in 0..<channels {
                    var index = channel
                    while index < count * channels {
                        split[channel].append(values[index])
                        index += channels
                    }
                }
            }
            pending = split
        }
        for channel in 0..<channels {
            var used = 0
            pending[channel].withUnsafeBufferPointer { samples in
                while used + weights.count <= samples.count {
                    folded[channel].append(
                        Float(
                            reelmill_product(
                                samples.baseAddress! + used, weights, Int32(weights.count))))
                    used += factor
                }
            }
            pending[channel].removeFirst(used)
        }
    }
}
