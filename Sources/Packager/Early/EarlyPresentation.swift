public import TranscodeModel

/// What can be played of a job whose first chunks are done: the text of its playlists, and which bytes belong where.
///
/// All of it follows from the plan and those chunks. Each playlist is, line by line, the beginning of the one that comes a
/// chunk later, and but for its type that of the finished one; URIs and byte ranges are the same.
public struct EarlyPresentation: Sendable {
    public static let masterPath = "master.m3u8"

    private let plan: Plan
    private let video: VideoPlan
    /// From the largest to the smallest.
    public let pictures: [EarlyTrack]
    private let sound: (presented: PresentedTrack, rendition: AudioRendition)?

    /// - Parameters:
    ///   - pictures: by rendition, the first chunks of each that is played early, as many for all.
    ///   - sound: the whole track of the default sound; nil where the plan has none.
    ///   - checkedFrom: the first chunk whose bytes have not been checked yet.
    public init(
        plan: Plan, pictures: [String: [TrackPart]], sound: Track?, checkedFrom: Int
    ) throws(Failure) {
        guard let video = plan.video else { preconditionFailure("only pictures are played early") }
        self.plan = plan
        self.video = video
        var tracks: [EarlyTrack] = []
        for rendition in video.earlyRenditions {
            tracks.append(
                try EarlyTrack(
                    rendition, video, pictures[rendition.name] ?? [], checkedFrom: checkedFrom))
        }
        self.pictures = tracks
        guard let sound, let rendition = plan.earlySound else {
            self.sound = nil
            return
        }
        self.sound = (
            PresentedTrack(name: rendition.name, folder: "audio", track: sound), rendition
        )
    }

    /// Where the sound's track is, relative to the output.
    public var soundPath: String? { sound?.presented.path }

    /// Seconds that can be played.
    public var duration: Rational {
        Rational(
            pictures.first?.segments.reduce(0) { $0 + $1.duration } ?? 0,
            Int64(video.grid.timescale))
    }

    /// By path relative to the output. There is as much sound as there are pictures.
    public var playlists: [(path: String, text: String)] {
        let longest = Rational(video.segmentLengths.max() ?? 0, Int64(video.grid.timescale))
        var files = pictures.map { track in
            (
                track.playlistPath,
                MediaPlaylist.text(
                    of: track.name, initialization: track.initialization, track.segments,
                    timescale: track.header.timescale,
                    targetSeconds: max(1, Int(longest.rounded)), isComplete: false)
            )
        }
        if let presented = sound?.presented {
            let timescale = presented.track.header.timescale
            files.append(
                (
                    presented.playlistPath,
                    MediaPlaylist.text(
                        of: presented.name, initialization: presented.track.initialization,
                        Array(presented.segments.prefix(pictures.first?.segments.count ?? 0)),
                        timescale: timescale,
                        targetSeconds: BitRates.targetDurationSeconds(
                            presented.segments, timescale: timescale), isComplete: false)
                ))
        }
        return files
    }

    /// The same however many chunks there are. It asks players to start at the beginning, and not at the newest segment.
    public var master: String {
        var lines = [
            "#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-INDEPENDENT-SEGMENTS",
            "#EXT-X-START:TIME-OFFSET=0",
        ]
        let group = sound.map {
            SoundGroup(
                identifier: SoundGroup.identifier($0.presented.track.header.codec),
                members: [($0.presented, $0.rendition)])
        }
        if let group {
            lines +=
                [""] + MasterPlaylist.soundLines(group, LanguageTag.names(of: plan.audio))
        }
        for (track, rendition) in zip(pictures, video.earlyRenditions) {
            lines += ["", streamLine(track, rendition, group), track.playlistPath]
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// While segments are still to come, rates are those of a representative part (RFC 8216, section 4.3.4.2): the
    /// ladder's, or those of the first chunk where that has more.
    private func streamLine(
        _ track: EarlyTrack, _ rendition: VideoRendition, _ group: SoundGroup?
    ) -> String {
        let first = BitRates(
            Array(track.segments.prefix(track.firstSegments)), timescale: track.header.timescale)
        let average = max(first.average, rendition.averageKilobitsPerSecond * 1000)
        let peak = max(first.peak, average * 3 / 2)
        let codecs = [track.header.codec] + (group?.codecs ?? [])
        var attributes = [
            ("BANDWIDTH", String(peak + (group?.peak ?? 0))),
            ("AVERAGE-BANDWIDTH", String(average + (group?.average ?? 0))),
            ("CODECS", MasterPlaylist.quoted(codecs.joined(separator: ","))),
        ]
        attributes += MasterPlaylist.pictureAttributes(track.header)
        attributes.append(("FRAME-RATE", MasterPlaylist.decimal(video.grid.rate)))
        attributes.append(("VIDEO-RANGE", MasterPlaylist.range(track.header)))
        if let group { attributes.append(("AUDIO", MasterPlaylist.quoted(group.identifier))) }
        attributes.append(("CLOSED-CAPTIONS", "NONE"))
        return MasterPlaylist.line("STREAM-INF", attributes)
    }
}
