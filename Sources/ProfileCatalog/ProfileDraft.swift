import TranscodeModel

/// A profile as far as its files say; what is nil comes from the profile that it extends, and in the
/// end from the defaults.
struct ProfileDraft {
    /// A part that may be left out on purpose.
    enum Part<Content> {
        case unsaid
        case none
        case some(Content)
    }

    struct Video {
        var codec: VideoCodec?
        var preset: String?
        var quality: Int?
        var ladder: [Rung]?
        var frameRateMaximum: Rational?
        var timestamps: FrameTimestamps?
        var keyFrameIntervalSeconds: Int?
        var segmentDurationSeconds: Int?
        var chunkDurationSeconds: Int?
        /// Empty after `none`.
        var parameters: [String: String]?
        var dynamicRange: DynamicRange?
        var bitDepth: Int?
        var deinterlacing: Deinterlacing?
        var passthrough: Bool?
    }

    struct Audio {
        var codec: AudioCodec?
        var kilobitsPerSecond: Int?
        var tracksMaximum: Int?
        var surround = Part<Void>.unsaid
        var surroundKilobitsPerSecond: Int?
        /// In LUFS.
        var loudness = Part<Rational>.unsaid
        /// In dBTP.
        var truePeak: Rational?
        var copies: Bool?
    }

    struct Images {
        var posterLines: Int?
        var thumbnailIntervalSeconds: Int?
        var thumbnailWidth: Int?
        var columns: Int?
        var rows: Int?
    }

    struct Text {
        var tracksMaximum: Int?
    }

    struct Publish {
        var early: Bool?
    }

    var name: String?
    var summary: String?
    var extends: String?
    var video = Part<Video>.unsaid
    var audio = Part<Audio>.unsaid
    var images = Part<Images>.unsaid
    var text = Part<Text>.unsaid
    var packaging: Packaging?
    var damage: DamagePolicy?
    var publish = Part<Publish>.unsaid

    /// Fills in what this draft leaves unsaid. A map of parameters is merged key by key.
    func over(_ base: ProfileDraft) -> ProfileDraft {
        var result = self
        result.summary = summary ?? base.summary
        result.packaging = packaging ?? base.packaging
        result.damage = damage ?? base.damage
        result.video = merge(video, base.video) { mine, theirs in
            Video(
                codec: mine.codec ?? theirs.codec, preset: mine.preset ?? theirs.preset,
                quality: mine.quality ?? theirs.quality, ladder: mine.ladder ?? theirs.ladder,
                frameRateMaximum: mine.frameRateMaximum ?? theirs.frameRateMaximum,
                timestamps: mine.timestamps ?? theirs.timestamps,
                keyFrameIntervalSeconds: mine.keyFrameIntervalSeconds
                    ?? theirs.keyFrameIntervalSeconds,
                segmentDurationSeconds: mine.segmentDurationSeconds
                    ?? theirs.segmentDurationSeconds,
                chunkDurationSeconds: mine.chunkDurationSeconds ?? theirs.chunkDurationSeconds,
                parameters: mine.parameters.map { own in
                    own.isEmpty ? [:] : (theirs.parameters ?? [:]).merging(own) { $1 }
                } ?? theirs.parameters,
                dynamicRange: mine.dynamicRange ?? theirs.dynamicRange,
                bitDepth: mine.bitDepth ?? theirs.bitDepth,
                deinterlacing: mine.deinterlacing ?? theirs.deinterlacing,
                passthrough: mine.passthrough ?? theirs.passthrough)
        }
        result.audio = merge(audio, base.audio) { mine, theirs in
            Audio(
                codec: mine.codec ?? theirs.codec,
                kilobitsPerSecond: mine.kilobitsPerSecond ?? theirs.kilobitsPerSecond,
                tracksMaximum: mine.tracksMaximum ?? theirs.tracksMaximum,
                surround: merge(mine.surround, theirs.surround) { first, _ in first },
                surroundKilobitsPerSecond: mine.surroundKilobitsPerSecond
                    ?? theirs.surroundKilobitsPerSecond,
                loudness: merge(mine.loudness, theirs.loudness) { first, _ in first },
                truePeak: mine.truePeak ?? theirs.truePeak, copies: mine.copies ?? theirs.copies)
        }
        result.images = merge(images, base.images) { mine, theirs in
            Images(
                posterLines: mine.posterLines ?? theirs.posterLines,
                thumbnailIntervalSeconds: mine.thumbnailIntervalSeconds
                    ?? theirs.thumbnailIntervalSeconds,
                thumbnailWidth: mine.thumbnailWidth ?? theirs.thumbnailWidth,
                columns: mine.columns ?? theirs.columns, rows: mine.rows ?? theirs.rows)
        }
        result.text = merge(text, base.text) { mine, theirs in
            Text(tracksMaximum: mine.tracksMaximum ?? theirs.tracksMaximum)
        }
        result.publish = merge(publish, base.publish) { mine, theirs in
            Publish(early: mine.early ?? theirs.early)
        }
        return result
    }

    private func merge<Content>(
        _ mine: Part<Content>, _ theirs: Part<Content>, _ both: (Content, Content) -> Content
    ) -> Part<Content> {
        switch (mine, theirs) {
        case (.some(let first), .some(let second)): .some(both(first, second))
        case (.unsaid, let other): other
        case (let own, _): own
        }
    }

    /// The profile, with defaults for what no file says: those of a plain H.264 and AAC ladder.
    func resolved() -> Profile {
        var profile = Profile(
            name: name ?? "", summary: summary ?? "", video: nil, audio: nil, images: nil,
            packaging: packaging ?? .cmaf, damage: damage ?? .salvage)
        if case .some(let video) = video {
            let codec = video.codec ?? .h264
            profile.video = VideoSettings(
                codec: codec, preset: video.preset ?? (codec == .av1 ? "8" : "medium"),
                quality: video.quality ?? (codec == .av1 ? 35 : 23),
                ladder: video.ladder ?? [Rung(lines: 720, averageKilobitsPerSecond: 3000)],
                frameRateMaximum: video.frameRateMaximum ?? Rational(60),
                keyFrameIntervalSeconds: video.keyFrameIntervalSeconds ?? 2,
                segmentDurationSeconds: video.segmentDurationSeconds ?? 6,
                chunkDurationSeconds: video.chunkDurationSeconds ?? 12,
                parameters: video.parameters ?? [:], timestamps: video.timestamps ?? .nominal,
                dynamicRange: video.dynamicRange ?? .standard, bitDepth: video.bitDepth ?? 8,
                deinterlacing: video.deinterlacing ?? .frame)
            // So that profiles without it keep their digests.
            if video.passthrough == true { profile.video?.passthrough = true }
        }
        if case .some(let audio) = audio {
            profile.audio = AudioSettings(
                codec: audio.codec ?? .aac, kilobitsPerSecond: audio.kilobitsPerSecond ?? 128,
                tracksMaximum: audio.tracksMaximum ?? 8)
            profile.audio?.copies = audio.copies ?? true
            if case .some = audio.surround {
                profile.audio?.surround = SurroundSettings(
                    kilobitsPerSecond: audio.surroundKilobitsPerSecond ?? 384)
            }
            if case .some(let integrated) = audio.loudness {
                profile.audio?.loudness = LoudnessTarget(
                    integrated: integrated, truePeak: audio.truePeak ?? Rational(-1))
            }
        }
        if case .some(let images) = images {
            profile.images = ImageSettings(
                posterLines: images.posterLines ?? 720,
                thumbnailIntervalSeconds: images.thumbnailIntervalSeconds ?? 10,
                thumbnailWidth: images.thumbnailWidth ?? 160, columns: images.columns ?? 10,
                rows: images.rows ?? 10)
        }
        if case .some(let publish) = publish, publish.early == true {
            profile.publish = PublishSettings(early: true)
        }
        switch text {
        case .some(let text): profile.text = TextSettings(tracksMaximum: text.tracksMaximum ?? 8)
        case .unsaid where profile.packaging != .images:
            profile.text = TextSettings(tracksMaximum: 8)
        case .unsaid, .none: break
        }
        return profile
    }
}
