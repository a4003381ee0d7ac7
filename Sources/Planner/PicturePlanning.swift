import TranscodeModel

/// All that concerns pictures: grid, treatment, renditions, chunks, still images.
struct PicturePlanning {
    var video: VideoPlan?
    var images: ImagePlan?
    var soundFrame: SoundPlanning.Picture

    static func plan(_ track: VideoTrack, _ profile: Profile) throws(Failure) -> PicturePlanning {
        let settings = profile.video
        let grid = try GridBuilder.grid(track, settings)
        let treatment = PictureTreatment(
            deinterlaces: track.isInterlaced, toneMaps: track.color.isHighDynamicRange,
            orientation: track.orientation)
        let color = outputColor(track)
        let timing = timing(grid, settings)
        var video: VideoPlan?
        if let settings {
            video = VideoPlan(
                streamIndex: track.streamIndex, sourceTimeBase: track.timeBase, grid: grid,
                keyFrameInterval: timing.keyFrameInterval,
                segmentFrames: timing.segmentFrames, reorderFrames: timing.reorderFrames,
                treatment: treatment, color: color,
                renditions: try LadderSelection.renditions(
                    track, settings, packaging: profile.packaging),
                chunks: Chunking(
                    timing: timing, track: track,
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
                segmentDuration: timing.segmentDuration,
                frameDuration: grid.rate.inverse))
    }

    /// With a cadence, groups and segments have as many frames as the time brings: the counts are the most.
    private static func timing(_ grid: FrameGrid, _ settings: VideoSettings?) -> FrameTiming {
        let seconds = settings?.keyFrameIntervalSeconds ?? 2
        let perSegment = (settings?.segmentDurationSeconds ?? 6) / seconds
        var interval = max(1, Int((Rational(Int64(seconds)) * grid.rate).rounded))
        if let cadence = grid.cadence {
            let starts = cadence.groupStarts + [cadence.frames.upperBound]
            interval = zip(starts, starts.dropFirst()).reduce(interval) { max($0, $1.1 - $1.0) }
        }
        return FrameTiming(
            grid: grid, keyFrameInterval: interval, segmentFrames: interval * perSegment,
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
