import TranscodeModel
import WorkerProtocol

/// Rewrites CMAF tracks as one progressive MP4 whose `moov` stands first (media rule 7).
///
/// Goes through the tracks twice: the first time writes nothing and measures the `moov`, so that the
/// second leaves room for it exactly.
enum RemuxPipeline {
    /// libavformat fills what is left of the room with a `free` box, and insists on one.
    private static let freeBoxBytes: Int64 = 8

    /// What is known after one pass.
    private struct Pass {
        var length: Int64
        var tail: Int64
        var samples: [Int]
        var durations: [Int64]
    }

    static func run(
        _ request: RemuxRequest, limits: WorkerLimits, reporter: ProgressReporter,
        sources: [Int32]? = nil, staging: Int32 = WorkerDescriptor.staging
    ) throws(Failure) -> WorkResult {
        let inputs = sources ?? descriptors(request.languages.count)
        precondition(inputs.count == request.languages.count && !inputs.isEmpty)
        var clock = StageClock()
        var start = clock.now
        let measured = try write(
            inputs, request, reporter, to: nil, indexBytes: nil, isSecond: false)
        clock.add("measure", since: start)
        let samples = measured.samples.reduce(0, +)
        guard samples == request.samples else {
            throw Failure(
                .permanent, .wrongFrameCount,
                "The tracks have \(samples) samples where the plan has \(request.samples). "
                    + "Retry the job, so that they are made again.")
        }
        start = clock.now
        let written = try write(
            inputs, request, reporter, to: staging, indexBytes: room(for: measured), isSecond: true)
        clock.add("mux", since: start)
        let fragment = Fragment(
            extent: Extent(offset: 0, length: written.length), decodeTime: 0,
            duration: written.durations[0], samples: written.samples[0])
        return WorkResult(
            pieces: [
                Piece(
                    name: "video.mp4", initialization: nil, initializationDigest: nil,
                    fragments: [fragment])
            ],
            stageCPUSeconds: clock.secondsByStage)
    }

    private static func descriptors(_ count: Int) -> [Int32] {
        [WorkerDescriptor.source]
            + (0..<Int32(max(count, 1) - 1)).map { WorkerDescriptor.firstExtraInput + $0 }
    }

    /// The bytes to keep free before the samples.
    private static func room(for measured: Pass) -> Int64 {
        let exact = measured.tail + freeBoxBytes
        // Moved behind the moov, chunks may pass 4 GiB, and their offsets then take four bytes more.
        let mayWiden = measured.length + freeBoxBytes > Int64(UInt32.max)
        return exact + (mayWiden ? 4 * Int64(measured.samples.reduce(0, +)) : 0)
    }

    private static func write(
        _ inputs: [Int32], _ request: RemuxRequest, _ reporter: ProgressReporter,
        to staging: Int32?, indexBytes: Int64?, isSecond: Bool
    ) throws(Failure) -> Pass {
        var tracks: [TrackInput] = []
        for (index, descriptor) in inputs.enumerated() {
            tracks.append(
                try TrackInput(
                    descriptor: descriptor, number: index + 1,
                    unequalTicks: index == 0 ? request.unequalTicks : nil))
        }
        let muxer = try ProgressiveMuxer.open(
            tracks, languages: request.languages, chapters: request.chapters,
            descriptor: staging, indexBytes: indexBytes)
        // Each pass is half of the work.
        var done = isSecond ? request.samples : 0
        while let number = SampleOrder.next(tracks.map(\.nextTime)) {
            try muxer.write(tracks[number], number: number)
            done += 1
            reporter.update(done: done / 2, bytes: isSecond ? muxer.position : 0)
        }
        let (length, tail) = try muxer.finish()
        return Pass(
            length: length, tail: tail, samples: tracks.map(\.samplesRead),
            durations: tracks.map(\.durationTicks))
    }
}
