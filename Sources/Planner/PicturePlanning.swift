import TranscodeModel

/// All that concerns pictures: grid, treatment, renditions, chunks, still images.
struct PicturePlanning {
    var video: VideoPlan?
    var images: ImagePlan?
    var soundFrame: SoundPlanning.Picture

    /// The pictures last as long as `sound`, if there is any.
    static func plan(
        _ track: VideoTrack, _ profile: Profile, sound: SoundSpan?
    ) throws(Failure) -> PicturePlanning {
        let settings = profile.video
        let pictures = try GridBuilder.grid(
            track, rateMaximum: settings?.frameRateMaximum ?? Rational(60))
        let grid = sound?.extended(pictures) ?? pictures
        try GridBuilder.requireWithinLimit(Int64(grid.frames))
        let treatment = PictureTreatment(
            deinterlaces: track.isInterlaced, toneMaps: track.color.isHighDynamicRange,
            orientation: track.orientation)
        let color = outputColor(track)
        let interval = max(
            1, Int((Rational(Int64(settings?.keyFrameIntervalSeconds ?? 2)) * grid.rate).rounded))
        let perSegment =
            (settings?.segmentDurationSeconds ?? 6) / (settings?.keyFrameIntervalSeconds ?? 2)
        let segmentFrames = interval * perSegment
        var video: VideoPlan?
        if let settings {
            video = VideoPlan(
                streamIndex: track.streamIndex, sourceTimeBase: track.timeBase,
                sourceClock: track.clock, grid: grid,
                keyFrameInterval: interval,
                segmentFrames: segmentFrames, reorderFrames: reorderFrames(settings.codec),
                treatment: treatment, color: color,
                renditions: try LadderSelection.renditions(
                    track, settings, packaging: profile.packaging),
                chunks: Chunking(
                    grid: grid, track: track, segmentFrames: segmentFrames,
                    aimSeconds: settings.chunkDurationSeconds,
                    preRollFrames: treatment.deinterlaces ? 2 : 0
                ).chunks())
        }
        return PicturePlanning(
            video: video,
            images: profile.images.map {
                ImagePlanning.plan(track, $0, grid: grid, treatment: treatment, color: color)
            },
            soundFrame: SoundPlanning.Picture(
                origin: grid.origin, duration: grid.duration,
                segmentDuration: Rational(Int64(segmentFrames)) / grid.rate,
                frameDuration: grid.rate.inverse))
    }

    /// How far the pinned encoders reorder: two frames with B-pyramids, none where the bitstream hides
    /// it (AV1). The worker refuses output that reorders further.
    private static func reorderFrames(_ codec: VideoCodec) -> Int {
        switch codec {
        case .h264, .hevc: 2
        case .av1: 0
        }
    }

    /// What the source says, in limited range; BT.709 for what was tone-mapped. Where it says nothing,
    /// what players assume of its size, so that no two rungs are shown in different colours.
    private static func outputColor(_ track: VideoTrack) -> ColorDescription {
        let isHigh = track.height >= 720 || track.width >= 1280
        let assumed = isHigh || track.color.isHighDynamicRange ? "bt709" : "smpte170m"
        func named(_ name: String) -> String {
            let isUnsaid = ["unknown", "reserved", "gbr"].contains(name)
            return isUnsaid || track.color.isHighDynamicRange ? assumed : name
        }
        return ColorDescription(
            primaries: named(track.color.primaries), transfer: named(track.color.transfer),
            matrix: named(track.color.matrix), isFullRange: false)
    }
}
