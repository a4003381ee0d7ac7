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
        // Pictures that are counted are one chunk, which no lead makes sooner.
        let playsEarly = profile.playsEarly && !track.clock.isCounted
        var pictures = try GridBuilder.grid(track, settings, sound: sound, playsEarly: playsEarly)
        var fields = false
        if settings?.deinterlacing == .field, track.isInterlaced,
            let doubled = pictures.doubled(maximum: maximum)
        {
            pictures = doubled
            fields = true
        }
        let grid = try sound?.extended(pictures, of: track) ?? pictures
        try GridBuilder.requireWithinLimit(Int64(grid.frames))
        let keepsRange =
            track.color.isHighDynamicRange && settings?.dynamicRange == .source
            && settings?.codec != .h264
        var treatment = treatment(
            track, keepsRange: keepsRange, bitDepth: keepsRange ? 10 : settings?.bitDepth ?? 8,
            doublesRate: fields)
        let color = ColorPlanning.outputColor(track, keepsRange: keepsRange)
        let timing = timing(grid, settings, playsEarly: playsEarly)
        var video: VideoPlan?
        if let settings {
            let renditions = try LadderSelection.renditions(
                track, settings, packaging: profile.packaging)
            // Of others the ladder is no part: its rungs do not know each other.
            if treatment.toneMaps {
                treatment.sideMaximum = renditions.map { max($0.width, $0.height) }.max() ?? 16_384
            }
            video = VideoPlan(
                streamIndex: track.streamIndex, sourceTimeBase: track.timeBase,
                sourceClock: track.clock, grid: grid,
                keyFrameInterval: timing.keyFrameInterval,
                segmentFrames: timing.segmentFrames, leadFrames: timing.leadFrames,
                reorderFrames: timing.reorderFrames,
                treatment: treatment, picture: picture(track, treatment), color: color,
                light: keepsRange ? track.light : nil,
                renditions: renditions,
                chunks: Chunking(
                    timing: timing, track: track, settings: settings,
                    preRollFrames: treatment.deinterlaces ? fields ? 4 : 2 : 0,
                    playsEarly: playsEarly
                ).chunks())
            if profile.playsEarly { video?.countOnLess() }
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
                segments: timing.segmentSpans,
                frameDuration: grid.rate.inverse))
    }

    /// The size of treated pictures: those that are tone-mapped are made smaller first.
    private static func picture(
        _ track: VideoTrack, _ treatment: PictureTreatment
    ) -> PictureSize {
        let size = LadderSelection.displaySize(track)
        let long = max(track.width, track.height)
        guard treatment.toneMaps, long > treatment.sideMaximum else {
            return PictureSize(width: size.width, height: size.height)
        }
        func reduced(_ side: Int) -> Int {
            max(2, (side * treatment.sideMaximum + long) / (2 * long) * 2)
        }
        return PictureSize(width: reduced(size.width), height: reduced(size.height))
    }

    /// With a cadence, groups and segments have as many frames as the time brings: the counts are the most.
    private static func timing(
        _ grid: FrameGrid, _ settings: VideoSettings?, playsEarly: Bool
    ) -> FrameTiming {
        let seconds = settings?.keyFrameIntervalSeconds ?? 2
        let perSegment = (settings?.segmentDurationSeconds ?? 6) / seconds
        var interval = max(1, Int((Rational(Int64(seconds)) * grid.rate).rounded))
        if let cadence = grid.cadence {
            let starts = cadence.groupStarts + [cadence.frames.upperBound]
            interval = zip(starts, starts.dropFirst()).reduce(interval) { max($0, $1.1 - $1.0) }
        }
        let hasLead = playsEarly && grid.cadence == nil
        let lead =
            hasLead
            ? EarlyRule.lead(
                interval: interval, segment: interval * perSegment, length: grid.frames) : nil
        return FrameTiming(
            grid: grid, keyFrameInterval: interval, segmentFrames: interval * perSegment,
            leadFrames: lead,
            reorderFrames: settings.map { reorderFrames($0.codec) } ?? 0)
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
