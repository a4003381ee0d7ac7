import CLibAV
import TranscodeModel
import WorkerProtocol

/// Makes the poster and the sheets of thumbnails.
enum StillsPipeline {
    static func run(
        _ request: ImagesRequest, limits: WorkerLimits, reporter: ProgressReporter,
        source: Int32 = WorkerDescriptor.source, staging: Int32 = WorkerDescriptor.staging
    ) throws(Failure) -> WorkResult {
        let plan = request.plan
        if plan.isCoverArt {
            return try CoverPipeline.run(plan, limits: limits, source: source, staging: staging)
        }
        var clock = StageClock()
        var keyFrames = try KeyFrameReader.open(
            source: source, plan: plan, limits: limits.streamsMaximum, threads: limits.threads)
        let exact = ExactPictures(
            source: source, plan: plan, timeBase: keyFrames.timeBase, limits: limits)
        var wishes = StillWishes(plan, timeBase: keyFrames.timeBase)
        var album = StillAlbum(plan, staging: staging)
        while !wishes.isEmpty {
            let start = clock.now
            let next = keyFrames.next()
            clock.add("demux", since: start)
            let share = next.map { wishes.meet($0) } ?? wishes.finish()
            try serve(share, &keyFrames, exact, &album, &clock)
            keyFrames.take()
            reporter.update(done: album.picturesPlaced, bytes: album.bytesWritten)
        }
        return WorkResult(pieces: album.pieces(), stageCPUSeconds: clock.secondsByStage)
    }

    /// Places what the key frame held serves, and what follows it.
    private static func serve(
        _ share: StillWishes.Share, _ keyFrames: inout KeyFrameReader,
        _ exact: ExactPictures, _ album: inout StillAlbum, _ clock: inout StageClock
    ) throws(Failure) {
        var left = share.exact
        if !share.near.isEmpty {
            let start = clock.now
            let picture = try keyFrames.picture()
            clock.add("decode", since: start)
            if let picture {
                try album.place(picture, for: share.near, &clock)
            } else {
                // Some key frames are no start by themselves, as one field of two.
                left = (share.near + left).sorted { $0.ticks < $1.ticks }
            }
        }
        var start = clock.now
        try exact.find(left, from: share.keyFrame) { picture, wish throws(Failure) in
            clock.add("decode", since: start)
            try album.place(picture, for: [wish], &clock)
            start = clock.now
        }
    }
}
