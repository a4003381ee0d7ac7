import TranscodeModel

/// Whether a source already is one of the renditions, so that its packets are copied there (media rule 5).
enum PictureCopying {
    /// The plan with that rendition copied; unchanged, and with a warning that says why, where there is none.
    static func planned(
        _ track: VideoTrack, _ video: VideoPlan, _ damage: [Damage], _ policy: DamagePolicy,
        _ warnings: inout [String]
    ) -> VideoPlan {
        let index = video.renditions.firstIndex {
            $0.width == track.width && $0.height == track.height
        }
        let reason: String
        switch index.map({ rate(track, video, video.renditions[$0], damage, policy) }) {
        case .success(let kilobits)?:
            var video = video
            video.renditions[index ?? 0].copied = CopiedPictures(kilobitsPerSecond: kilobits)
            return video
        case .failure(let refusal)?: reason = refusal.reason
        case nil: reason = "no rung has the source's size, \(track.width)×\(track.height)"
        }
        warnings.append("The source's pictures are encoded and not passed through: \(reason).")
        return video
    }

    /// The renditions of each chunk's encode units: what is copied is a unit of its own.
    static func groups(
        _ video: VideoPlan, encoded: (VideoPlan) -> [[[VideoRendition]]]
    ) -> [[[VideoRendition]]] {
        let copied = video.renditions.filter { $0.copied != nil }.map { [$0] }
        guard !copied.isEmpty else { return encoded(video) }
        var rest = video
        rest.renditions.removeAll { $0.copied != nil }
        guard !rest.renditions.isEmpty else { return video.chunks.map { _ in copied } }
        return encoded(rest).map { copied + $0 }
    }

    private struct Refusal: Error {
        var reason: String
        init(_ reason: String) { self.reason = reason }
    }

    /// Kilobits a second, rounded up; or why the track is not the rendition.
    private static func rate(
        _ track: VideoTrack, _ video: VideoPlan, _ rendition: VideoRendition, _ damage: [Damage],
        _ policy: DamagePolicy
    ) -> Result<Int, Refusal> {
        guard let coded = track.coded, track.codec == "h264", rendition.codec == .h264 else {
            return .failure(
                Refusal(
                    "only h264 is, and the source is \(track.codec), the profile's codec "
                        + "\(rendition.codec.rawValue)"))
        }
        guard policy != .strict else {
            return .failure(
                Refusal("the profile refuses damaged sources, which only decoding can find"))
        }
        guard
            !damage.contains(where: { ($0.streamIndex ?? track.streamIndex) == track.streamIndex })
        else { return .failure(Refusal("the source is damaged")) }
        if let reason = coded.obstacle.map(text) ?? picture(track, video) ?? times(track, video) {
            return .failure(Refusal(reason))
        }
        guard coded.reorderFrames <= video.reorderFrames else {
            return .failure(
                Refusal(
                    "its pictures are decoded up to \(coded.reorderFrames) places after they are due, and "
                        + "\(video.reorderFrames) are allowed"))
        }
        return rate(coded, video.grid, rendition)
    }

    private static func text(_ obstacle: CodedPictures.Obstacle) -> String {
        switch obstacle {
        case .storage: "it is not stored as MP4 and Matroska files have H.264"
        case .profile: "its profile of H.264 is not Baseline, Main, High or High 10"
        case .parameterSets: "it has parameter sets among its pictures"
        case .openGroups: "some of its key frames do not begin a closed group of pictures"
        case .packets: "some of its packets are damaged, hidden or no single picture"
        }
    }

    /// What of the pictures would have to be changed.
    private static func picture(_ track: VideoTrack, _ video: VideoPlan) -> String? {
        let treatment = video.treatment
        if treatment.deinterlaces || treatment.doublesRate { return "it is interlaced" }
        if treatment.toneMaps { return "it is in high dynamic range" }
        if treatment.orientation != .upright { return "it is shown turned or mirrored" }
        if track.sampleAspect != .one || track.codedAspect != .one {
            return "its samples are not square"
        }
        let format = treatment.bitDepth == 8 ? "yuv420p" : "yuv420p10le"
        if track.pixelFormat != format {
            return "its pixel format is \(track.pixelFormat), not \(format)"
        }
        let (own, planned) = (track.color, video.color)
        let isSame = [
            (own.primaries, planned.primaries), (own.transfer, planned.transfer),
            (own.matrix, planned.matrix),
        ].allSatisfy { $0 == $1 || $0 == "unknown" }
        return isSame && own.isFullRange == planned.isFullRange
            ? nil : "its colours are not those of the output"
    }

    /// What of the times would have to be changed: each frame of the grid must be one of the source's, and each group too.
    private static func times(_ track: VideoTrack, _ video: VideoPlan) -> String? {
        let (grid, times) = (video.grid, track.frameTimes.expanded())
        let uneven = "its frames are not those of the output, one for one"
        guard grid.cadence == nil, grid.frames == times.count, track.clock == .plain,
            times.first.map({ Rational($0) * track.timeBase }) == grid.origin
        else { return uneven }
        var earliest = Int64.min
        for (frame, time) in times.enumerated() {
            let deadline = grid.deadlineTicks(frame: frame, timeBase: track.timeBase)
            guard time >= earliest, time < deadline else { return uneven }
            earliest = deadline
        }
        let interval = video.keyFrameInterval
        let due = stride(from: 0, to: times.count, by: interval).map { times[$0] }
        return track.randomAccessPoints.map(\.pts) == due
            ? nil : "its key frames are not one each \(interval) frames"
    }

    /// The rate and the buffer, as the rendition's decoder has them.
    private static func rate(
        _ coded: CodedPictures, _ grid: FrameGrid, _ rendition: VideoRendition
    ) -> Result<Int, Refusal> {
        let above = Int128(coded.byteCount) * 8 * Int128(grid.rate.numerator)
        let below = Int128(grid.frames) * Int128(grid.rate.denominator) * 1000
        let kilobits = Int(clamping: (above + below - 1) / below)
        let model = BufferModel(rendition)
        guard model.isEnforced else { return .success(kilobits) }
        guard Int64(kilobits) <= model.rate / 1000 else {
            return .failure(
                Refusal(
                    "its rate of \(kilobits) kb/s is above \(rendition.name)'s cap, "
                        + "\(model.rate / 1000) kb/s"))
        }
        let arrival = model.arrival(
            ticks: Int64(grid.ticksPerFrame), timescale: grid.timescale)
        let size = model.bits(twentieths: BufferModel.firstStart)
        guard let need = coded.need(arrival: arrival), need <= size else {
            return .failure(
                Refusal(
                    "at \(rendition.name)'s cap of \(model.rate / 1000) kb/s it needs a larger buffer than "
                        + "\(model.size / 1000) kb"))
        }
        return .success(kilobits)
    }
}

extension PicturePlanning {
    /// The same, with the rendition copied that the track is, where the profile says so.
    func passedThrough(
        _ track: VideoTrack, _ profile: Profile, _ damage: [Damage], _ warnings: inout [String]
    ) -> PicturePlanning {
        guard let video, profile.video?.passthrough == true else { return self }
        var planning = self
        planning.video = PictureCopying.planned(
            track, video, damage, profile.damage, &warnings)
        return planning
    }
}
