import CLibAV
import TranscodeModel
import WorkerProtocol

/// Measures a finished track of sound beside the source's, placed on the same timeline: block by block, and its
/// lag where the request asks for it.
///
/// Staging gets a `SoundMeasurement` for each whole block, then a `LagMeasurement` for each window.
enum SoundComparison {
    static func run(
        _ request: SoundComparisonRequest, limits: WorkerLimits, reporter: ProgressReporter,
        source: Int32 = WorkerDescriptor.source, staging: Int32 = WorkerDescriptor.staging,
        track: Int32 = WorkerDescriptor.firstExtraInput
    ) throws(Failure) -> WorkResult {
        let rendition = request.rendition
        precondition(rendition.samples > 0 && rendition.sampleRate >= 8000)
        var file = StagingFile(descriptor: staging)
        var clock = StageClock()
        var original = try FoldedSound.open(
            source, stream: rendition.streamIndex, clock: rendition.sourceClock,
            origin: rendition.origin, rendition, limits)
        var finished = try FoldedSound.open(
            track, stream: try streamIndex(ofTrack: request.track, in: track, limits),
            origin: .zero, rendition, limits)
        let scale = SoundScale(rendition)
        let count = scale.folded / scale.block
        var bytes: [UInt8] = []
        var lags: [UInt8] = []
        var windows = request.windows[...]
        for block in 0..<count {
            let span = block * scale.block..<(block + 1) * scale.block
            let start = clock.now
            try original.fill(upTo: span.upperBound + scale.ahead)
            try finished.fill(upTo: span.upperBound + scale.ahead)
            clock.add("decode", since: start)
            bytes += measurement(original, finished, span).bytes
            while let window = windows.first, window / scale.factor < span.upperBound {
                let begin = clock.now
                lags += Lag.measure(original, finished, from: window / scale.factor, scale).bytes
                clock.add("measure", since: begin)
                windows = windows.dropFirst()
            }
            original.discard(before: span.lowerBound - scale.behind)
            finished.discard(before: span.lowerBound - scale.behind)
            reporter.update(done: block + 1, bytes: Int64(bytes.count))
        }
        precondition(windows.isEmpty, "windows are within the track")
        let measured = try file.append(bytes)
        var pieces = [PictureComparison.piece("blocks", measured.length, count)]
        if !lags.isEmpty {
            let extent = try file.append(lags)
            pieces.append(
                PictureComparison.piece(
                    "lags", extent.length, request.windows.count, at: extent.offset))
        }
        return WorkResult(
            pieces: pieces, stageCPUSeconds: clock.secondsByStage,
            warnings: original.decodeErrors == 0
                ? []
                : [
                    "\(rendition.name): \(original.decodeErrors) errors while decoding the source."
                ])
    }

    private static func measurement(
        _ original: borrowing FoldedSound, _ finished: borrowing FoldedSound, _ span: Range<Int>
    ) -> SoundMeasurement {
        var sums: (Double, Double, Double) = (0, 0, 0)
        for channel in 0..<original.channels {
            sums.0 += original.product(original, channel, span, shiftedBy: 0)
            sums.1 += finished.product(finished, channel, span, shiftedBy: 0)
            sums.2 += original.product(finished, channel, span, shiftedBy: 0)
        }
        return SoundMeasurement(
            source: Float(sums.0), output: Float(sums.1), product: Float(sums.2))
    }

    /// The number, among all streams, of an output's track of sound.
    private static func streamIndex(
        ofTrack track: Int, in descriptor: Int32, _ limits: WorkerLimits
    ) throws(Failure) -> Int {
        let demuxer = try Demuxer.open(
            descriptor: descriptor, name: "The output", streamsMaximum: limits.streamsMaximum)
        let found = (0..<demuxer.streamCount).filter {
            demuxer.stream($0).pointee.codecpar.pointee.codec_type == AVMEDIA_TYPE_AUDIO
        }
        guard found.indices.contains(track) else {
            throw Failure(
                .permanent, .outputInvalid,
                "The output has \(found.count) tracks of sound where the plan has \(track + 1). "
                    + "Transcode the source again.")
        }
        return found[track]
    }
}

/// Lengths in folded samples: see `FoldedSound`.
struct SoundScale {
    /// Samples of the track in one folded sample.
    let factor: Int
    /// In the whole track.
    let folded: Int
    let block: Int
    let window: Int
    let lagMaximum: Int
    let ratePerMillisecond: Double

    init(_ rendition: AudioRendition) {
        factor = rendition.sampleRate / 8000
        folded = rendition.samples / factor
        let rate = rendition.sampleRate / factor
        block = rate * SoundMeasurement.milliseconds / 1000
        window = rate * LagMeasurement.windowMilliseconds / 1000
        lagMaximum = rate * LagMeasurement.millisecondsMaximum / 1000
        ratePerMillisecond = Double(rendition.sampleRate) / Double(factor) / 1000
    }

    /// How much must be at hand after and before the block that is measured.
    var ahead: Int { window + lagMaximum + block }
    var behind: Int { lagMaximum + block }
}
