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
        let maximum = settings?.frameRateMaximum ?? Rational(60)
        var pictures = try GridBuilder.grid(track, rateMaximum: maximum)
        var fields = false
        if settings?.deinterlacing == .field, track.isInterlaced,
            let doubled = pictures.doubled(maximum: maximum)
        {
            pictures = doubled
            fields = true
        }
        let grid = sound?.extended(pictures) ?? pictures
        try GridBuilder.requireWithinLimit(Int64(grid.frames))
        let keepsRange =
            track.color.isHighDynamicRange && settings?.dynamicRange == .source
            && settings?.codec != .h264
        var treatment = treatment(
            track, keepsRange: keepsRange, bitDepth: keepsRange ? 10 : settings?.bitDepth ?? 8,
            doublesRate: fields)
        let color = ColorPlanning.outputColor(track, keepsRange: keepsRange)
        let interval = max(
            1, Int((Rational(Int64(settings?.keyFrameIntervalSeconds ?? 2)) * grid.rate).rounded))
        let perSegment =
            (settings?.segmentDurationSeconds ?? 6) / (settings?.keyFrameIntervalSeconds ?? 2)
        let segmentFrames = interval * perSegment
        var video: VideoPlan?
        if let settings {
            let renditions = try LadderSelection.renditions(
                track, settings, packaging: profile.packaging)
            treatment.sideMaximum = renditions.map { max($0.width, $0.height) }.max() ?? 16_384
            video = VideoPlan(
                streamIndex: track.streamIndex, sourceTimeBase: track.timeBase,
                sourceClock: track.clock, grid: grid,
                keyFrameInterval: interval,
                segmentFrames: segmentFrames, reorderFrames: reorderFrames(settings.codec),
                treatment: treatment, color: color, light: keepsRange ? track.light : nil,
                renditions: renditions,
                chunks: Chunking(
                    grid: grid, track: track, segmentFrames: segmentFrames,
                    aimSeconds: settings.chunkDurationSeconds,
                    preRollFrames: treatment.deinterlaces ? fields ? 4 : 2 : 0
                ).chunks())
        }
        return PicturePlanning(
            video: video,
            images: profile.images.map {
                ImagePlanning.plan(
                    track, $0, grid: grid,
                    treatment: self.treatment(
                        track, keepsRange: false, bitDepth: 8, doublesRate: false),
                    color: ColorPlanning.outputColor(track, keepsRange: false))
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

    /// What is done to each picture; still images are always in standard range.
    private static func treatment(
        _ track: VideoTrack, keepsRange: Bool, bitDepth: Int, doublesRate: Bool
    ) -> PictureTreatment {
        PictureTreatment(
            deinterlaces: track.isInterlaced, doublesRate: doublesRate,
            toneMaps: track.color.isHighDynamicRange && !keepsRange,
            orientation: track.orientation, bitDepth: bitDepth, sourceColor: track.color,
            peakLuminance: ColorPlanning.peakLuminance(track), sampleAspect: track.sampleAspect,
            codedAspect: track.codedAspect)
    }
}
