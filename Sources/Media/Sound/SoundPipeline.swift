import CLibAV
import TranscodeModel
import WorkerProtocol

/// Encodes one whole sound track on the exact timeline of the plan (media rule 6).
enum SoundPipeline {
    static func run(
        _ request: AudioRequest, limits: WorkerLimits, reporter: ProgressReporter,
        source: Int32 = WorkerDescriptor.source, staging: Int32 = WorkerDescriptor.staging
    ) throws(Failure) -> WorkResult {
        let rendition = request.rendition
        precondition(rendition.samples > 0 && rendition.segmentDuration.isPositive)
        var clock = StageClock()
        var reader = try SoundReader.open(
            source: source, stream: rendition.streamIndex, clock: rendition.sourceClock,
            damage: request.damage, limits: limits.streamsMaximum, threads: limits.threads)
        var encoder = try SoundEncoder.open(rendition, staging: staging)
        var track = PlacedSound(rendition, timeBase: reader.timeBase)
        let block = try Frame.allocate()
        while !track.isComplete {
            let start = clock.now
            let hasBlock = try reader.next(into: block)
            clock.add("decode", since: start)
            guard hasBlock else { break }
            try track.add(block, to: &encoder, &clock)
            reporter.update(done: encoder.framesWritten, bytes: encoder.bytesWritten)
        }
        guard reader.blocksRead > 0 else {
            throw Failure(
                .permanent, .undecodable,
                "Stream \(rendition.streamIndex) of the source has no sound that can be decoded. "
                    + "Upload an undamaged file, or one without this track.")
        }
        try track.finish(to: &encoder, &clock)
        let piece = try encoder.finish(&clock)
        return WorkResult(
            pieces: [piece], stageCPUSeconds: clock.secondsByStage, damage: reader.damage)
    }
}
