import CLibAV
import Glibc
import TranscodeModel
import WorkerProtocol

/// Encodes one whole sound track on the exact timeline of the plan (media rule 6), or copies it where the plan says so.
///
/// Where the plan asks for a loudness, the placed track is measured first, and then decoded again.
struct SoundPipeline {
    private let rendition: AudioRendition
    private let damage: DamagePolicy
    private let limits: WorkerLimits
    private let source: Int32
    private let reporter: ProgressReporter

    static func run(
        _ request: AudioRequest, limits: WorkerLimits, reporter: ProgressReporter,
        source: Int32 = WorkerDescriptor.source, staging: Int32 = WorkerDescriptor.staging
    ) throws(Failure) -> WorkResult {
        let rendition = request.rendition
        precondition(rendition.samples > 0 && rendition.segmentDuration.isPositive)
        let pipeline = SoundPipeline(
            rendition: rendition, damage: request.damage, limits: limits, source: source,
            reporter: reporter)
        var clock = StageClock()
        var warnings: [String] = []
        if let copied = rendition.copied {
            if try pipeline.isUndamaged(&clock) {
                let piece = try SoundCopy.run(
                    rendition, copied, source: source, staging: staging, limits: limits, reporter,
                    &clock)
                return WorkResult(
                    pieces: [piece], stageCPUSeconds: clock.secondsByStage, warnings: [])
            }
            warnings.append(
                "Sound \(rendition.name): the source's is damaged, so it is encoded and not copied."
            )
        }
        var loudness: LoudnessRecord?
        if let target = rendition.loudness { loudness = try pipeline.measured(target, &clock) }
        var encoder = try SoundEncoder.open(
            rendition, gain: SoundPipeline.factor(loudness), staging: staging)
        var track = try pipeline.placed(to: &encoder, &clock) { encoder in
            // Of two passes, measuring is the first half.
            let done = encoder.framesWritten
            let whole = rendition.samples / encoder.frameSize
            reporter.update(
                done: loudness == nil ? done : (whole + done) / 2, bytes: encoder.bytesWritten)
        }
        var piece = try encoder.finish(&track.queue, &clock)
        piece.loudness = loudness
        warnings += track.warnings
        if let target = rendition.loudness, let loudness {
            warnings += SoundPipeline.notes(rendition.name, loudness, target)
        }
        return WorkResult(
            pieces: [piece], stageCPUSeconds: clock.secondsByStage, warnings: warnings,
            damage: track.damage)
    }

    /// Decodes the whole track, to see whether all of it can be.
    private func isUndamaged(_ clock: inout StageClock) throws(Failure) -> Bool {
        var reader = try SoundReader.open(
            source: source, stream: rendition.streamIndex, clock: rendition.sourceClock,
            damage: damage, limits: limits.streamsMaximum, threads: limits.threads)
        let block = try Frame.allocate()
        let start = clock.now
        defer { clock.add("decode", since: start) }
        while reader.errors == 0, try reader.next(into: block) {
            // A codec frame of another size or form than the others cannot be copied either.
            guard Int(block.pointer.pointee.sample_rate) == rendition.sampleRate,
                Int(block.pointer.pointee.ch_layout.nb_channels) == rendition.channels,
                Int(block.pointer.pointee.nb_samples) <= CodedSound.frameSamples
            else { return false }
            reporter.update(done: reader.blocksRead / 2, bytes: 0)
        }
        return reader.errors == 0 && reader.blocksRead > 0
    }

    private func measured(
        _ target: LoudnessTarget, _ clock: inout StageClock
    ) throws(Failure) -> LoudnessRecord {
        var meter = try LoudnessMeter.open(for: SoundForm(rendition))
        // Codec frames have about so many samples.
        var track = try placed(to: &meter, &clock) { meter in
            reporter.update(done: meter.samplesMeasured / 2048, bytes: 0)
        }
        return try meter.finish(&track.queue, target: target, &clock)
    }

    /// Decodes the whole track and hands it to `sink`, but for what the queue still holds.
    private func placed<Sink: SoundSink & ~Copyable>(
        to sink: inout Sink, _ clock: inout StageClock, report: (borrowing Sink) -> Void
    ) throws(Failure) -> PlacedSound {
        var reader = try SoundReader.open(
            source: source, stream: rendition.streamIndex, clock: rendition.sourceClock,
            damage: damage, limits: limits.streamsMaximum, threads: limits.threads)
        var track = try PlacedSound.open(rendition, timeBase: reader.timeBase)
        let block = try Frame.allocate()
        while !track.isComplete {
            let start = clock.now
            let hasBlock = try reader.next(into: block)
            clock.add("decode", since: start)
            guard hasBlock else { break }
            try track.add(block, decodeErrors: reader.errors, to: &sink, &clock)
            report(sink)
        }
        guard reader.blocksRead > 0 else {
            throw Failure(
                .permanent, .undecodable,
                "Stream \(rendition.streamIndex) of the source has no sound that can be decoded. "
                    + "Upload an undamaged file, or one without this track.")
        }
        try track.finish(
            decodeErrors: reader.errors, endTicks: reader.endTicks, to: &sink, &clock)
        track.damage = reader.damage
        return track
    }

    /// What a sample is multiplied with.
    private static func factor(_ loudness: LoudnessRecord?) -> Float {
        guard let loudness, loudness.gainThousandths != 0 else { return 1 }
        return Float(pow(10, Double(loudness.gainThousandths) / 20_000))
    }

    /// Why the wanted loudness is not reached; nothing where it is.
    private static func notes(
        _ name: String, _ loudness: LoudnessRecord, _ target: LoudnessTarget
    ) -> [String] {
        guard loudness.integratedThousandths > LoudnessRecord.gateThousandths else {
            return [
                "Sound \(name): too quiet or too short for its loudness to be measured; it is left "
                    + "as it is."
            ]
        }
        let reached = loudness.integratedThousandths + loudness.gainThousandths
        let wanted = Int((target.integrated * Rational(1000)).rounded)
        guard wanted - reached > 100 else { return [] }
        return [
            "Sound \(name): its peaks allow \(Decibels.text(reached)) LUFS, not the "
                + "\(Decibels.text(wanted)) LUFS of the profile; nothing is compressed."
        ]
    }
}
