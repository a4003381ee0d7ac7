import CLibAV
import TranscodeModel
import WorkerProtocol

/// Encodes one chunk of every rendition in one decode (media rule 4).
enum EncodePipeline {
    static func run(
        _ request: EncodeRequest, limits: WorkerLimits, reporter: ProgressReporter,
        source: Int32 = WorkerDescriptor.source, staging: Int32 = WorkerDescriptor.staging
    ) throws(Failure) -> WorkResult {
        precondition(!request.renditions.isEmpty && !request.chunk.frames.isEmpty)
        let wanted = request.renditions.filter {
            $0.name == request.onlyRendition ?? $0.name
        }
        if wanted.contains(where: { $0.copied != nil }) {
            return try PictureCopy.run(
                wanted, request, limits: limits, reporter: reporter, source: source,
                staging: staging)
        }
        var clock = StageClock()
        var warnings: [String] = []
        let log = damageLog(request)
        var pictures = try firstPicture(request, limits, source, log, &clock, &warnings)
        var slot = GridReader.Slot.fresh
        var file = StagingFile(descriptor: staging)
        let scaling = try Scaling(
            wanted, of: request.picture, bitDepth: request.treatment.bitDepth,
            color: request.color)
        var encoders: [RenditionEncoder] = []
        for scaler in scaling.rungs {
            encoders.append(
                try RenditionEncoder(scaler, request, threads: limits.threads, file: &file))
        }
        for number in request.chunk.frames {
            if number > request.chunk.frames.lowerBound {
                let start = clock.now
                slot = try pictures.advance(to: deadline(number, request))
                clock.add("decode", since: start)
            }
            if slot == .fresh { try scaling.scale(pictures, &clock) }
            for encoder in encoders { try encoder.encode(frame: number, &clock, &file) }
            reporter.update(
                done: number - request.chunk.frames.lowerBound + 1, bytes: file.offset)
        }
        var pieces: [Piece] = []
        for encoder in encoders { pieces.append(try encoder.finish(&clock, &file)) }
        return WorkResult(
            pieces: pieces, stageCPUSeconds: clock.secondsByStage, warnings: warnings,
            damage: log.damage)
    }

    /// Of the chunk's own pictures: those before it, which are decoded for its sake, are the chunk's before it.
    private static func damageLog(_ request: EncodeRequest) -> DamageLog {
        let frames = request.chunk.frames
        func deadline(_ frame: Int) -> Int64 {
            request.grid.deadlineTicks(frame: frame, timeBase: request.timeBase)
        }
        // A cadence knows the frames of its chunk alone; there a deadline is the tick after a frame's start.
        let first =
            if request.grid.cadence != nil {
                deadline(frames.lowerBound) - 1
            } else if frames.lowerBound > 0 {
                deadline(frames.lowerBound - 1)
            } else {
                (request.grid.origin / request.timeBase).floor
            }
        let isLast = frames.upperBound == request.grid.frames
        let end = isLast ? Int64.max : deadline(frames.upperBound - 1)
        return DamageLog(
            stream: request.streamIndex, timeBase: request.timeBase, policy: request.damage,
            range: first..<max(end, first + 1))
    }

    private static func deadline(_ frame: Int, _ request: EncodeRequest) -> Int64 {
        request.grid.deadlineTicks(
            frame: frame, timeBase: request.treatment.timeBase(of: request.timeBase))
    }

    /// Tries the entry points until one gives the picture of the chunk's first frame.
    private static func firstPicture(
        _ request: EncodeRequest, _ limits: WorkerLimits, _ source: Int32, _ log: DamageLog,
        _ clock: inout StageClock, _ warnings: inout [String]
    ) throws(Failure) -> GridReader {
        let start = clock.now
        defer { clock.add("decode", since: start) }
        let first = deadline(request.chunk.frames.lowerBound, request)
        for entryPoint in request.chunk.entryPoints.dropLast().map(Optional.init) + [nil] {
            log.reset()
            guard
                let reader = try PictureReader.open(
                    source: source, stream: request.streamIndex, clock: request.clock,
                    entryPoint: entryPoint, limits: limits.streamsMaximum,
                    threads: limits.threads, log: log)
            else { continue }
            var pictures = try GridReader.open(
                TreatedReader.open(reader, treatment: request.treatment, timeBase: request.timeBase)
            )
            let slot = try pictures.advance(to: first)
            if slot != .missing { return pictures }
            guard entryPoint == nil else { continue }
            guard try pictures.borrowAhead() else { break }
            warnings.append(
                "Frame \(request.chunk.frames.lowerBound) has no picture; the next one stands in.")
            return pictures
        }
        throw Failure(
            .permanent, .undecodable,
            "Stream \(request.streamIndex) of the source has no picture that can be decoded. "
                + "Upload an undamaged file.")
    }
}
