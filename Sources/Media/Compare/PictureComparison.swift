import CLibAV
import TranscodeModel
import WorkerProtocol

/// Measures every frame of finished renditions beside the source, which is read from its start in one go and
/// comes through the same treatment and scalers as for an encode: a chunk that was cut wrongly differs.
///
/// Staging gets a `PictureMeasurement` for each frame and rendition, the renditions of a frame together.
enum PictureComparison {
    static func run(
        _ request: PictureComparisonRequest, limits: WorkerLimits, reporter: ProgressReporter,
        source: Int32 = WorkerDescriptor.source, staging: Int32 = WorkerDescriptor.staging,
        firstTrack: Int32 = WorkerDescriptor.firstExtraInput
    ) throws(Failure) -> WorkResult {
        let plan = request.plan
        var clock = StageClock()
        var file = StagingFile(descriptor: staging)
        let log = DamageLog(
            stream: plan.streamIndex, timeBase: plan.sourceTimeBase, policy: .salvage)
        var pictures = try GridReader.open(
            TreatedReader.open(
                try reader(
                    source, stream: plan.streamIndex, clock: plan.sourceClock, limits, log),
                treatment: plan.treatment, timeBase: plan.sourceTimeBase))
        let scaling = try Scaling(
            plan.renditions, of: plan.halvings.picture, bitDepth: plan.treatment.bitDepth,
            color: plan.color)
        var compared: [ComparedRendition] = []
        for (number, scaler) in scaling.rungs.enumerated() {
            compared.append(
                try ComparedRendition(
                    scaler, plan, track: firstTrack + Int32(number), limits: limits))
        }
        let reach = PictureMeasurement.reach
        var bytes: [UInt8] = []
        for number in 0..<(plan.grid.frames + reach) {
            if number < plan.grid.frames {
                try show(number, &pictures, scaling, plan, &clock)
                let start = clock.now
                for rendition in compared { try rendition.measure(frame: number) }
                clock.add("measure", since: start)
            }
            if number >= reach {
                for rendition in compared {
                    bytes += rendition.measurement(ofFrame: number - reach).bytes
                }
            }
            if bytes.count > 1 << 20 {
                _ = try file.append(bytes)
                bytes = []
            }
            reporter.update(done: number + 1, bytes: file.offset)
        }
        if !bytes.isEmpty { _ = try file.append(bytes) }
        for rendition in compared { try rendition.requireEnd() }
        return WorkResult(
            pieces: [piece("pictures", file.offset, plan.grid.frames * compared.count)],
            stageCPUSeconds: clock.secondsByStage,
            warnings: log.count == 0
                ? []
                : [
                    "\(log.count) errors while decoding the source: around them an "
                        + "encode may rightly have other pictures."
                ])
    }

    private static func show(
        _ number: Int, _ pictures: inout GridReader, _ scaling: Scaling,
        _ plan: VideoPlan, _ clock: inout StageClock
    ) throws(Failure) {
        let start = clock.now
        var slot = try pictures.advance(
            to: plan.grid.deadlineTicks(
                frame: number, timeBase: plan.treatment.timeBase(of: plan.sourceTimeBase)))
        clock.add("decode", since: start)
        if slot == .missing {
            guard try pictures.borrowAhead() else {
                throw Failure(
                    .permanent, .undecodable,
                    "Stream \(plan.streamIndex) of the source has no picture that can be decoded. "
                        + "Compare with an undamaged file.")
            }
            slot = .fresh
        }
        if slot == .fresh { try scaling.scale(pictures, &clock) }
    }

    /// A reader from the start of a file.
    static func reader(
        _ descriptor: Int32, stream: Int, clock: SourceClock = .plain, _ limits: WorkerLimits,
        _ log: DamageLog
    ) throws(Failure) -> PictureReader {
        guard
            let reader = try PictureReader.open(
                source: descriptor, stream: stream, clock: clock, entryPoint: nil,
                limits: limits.streamsMaximum, threads: limits.threads, log: log)
        else { preconditionFailure("the start of a file is always found") }
        return reader
    }

    static func piece(_ name: String, _ length: Int64, _ count: Int, at offset: Int64 = 0) -> Piece
    {
        Piece(
            name: name, initialization: nil, initializationDigest: nil,
            fragments: [
                Fragment(
                    extent: Extent(offset: offset, length: length), decodeTime: 0, duration: 0,
                    samples: count)
            ])
    }
}
