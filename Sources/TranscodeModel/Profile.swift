/// What to produce, with every default filled in: a profile file as read, before it meets a source.
///
/// Its canonical JSON is hashed; the hash, with the source's, names the work (I15).
public struct Profile: Hashable, Sendable, Codable {
    public static let schemaVersion = 1
    public var schema: Int
    public var name: String
    public var summary: String
    /// Nil when no pictures are wanted.
    public var video: VideoSettings?
    /// Nil when no sound is wanted.
    public var audio: AudioSettings?
    /// Nil when no still images are wanted.
    public var images: ImageSettings?
    /// Nil when no subtitles are wanted.
    public var text: TextSettings?
    public var packaging: Packaging
    /// What becomes of damaged sources.
    public var damage: DamagePolicy
    /// Nil where an output is seen once it is finished, and not before.
    public var publish: PublishSettings?

    public init(
        name: String, summary: String, video: VideoSettings?, audio: AudioSettings?,
        images: ImageSettings?, text: TextSettings? = nil, packaging: Packaging,
        damage: DamagePolicy = .salvage, publish: PublishSettings? = nil
    ) {
        self.schema = Profile.schemaVersion
        self.name = name
        self.summary = summary
        self.video = video
        self.audio = audio
        self.images = images
        self.text = text
        self.packaging = packaging
        self.damage = damage
        self.publish = publish
    }
}

/// The shape of the output directory.
public enum Packaging: String, Hashable, Sendable, Codable, CaseIterable {
    /// CMAF track files with HLS playlists and a DASH manifest.
    case cmaf
    /// One progressive MP4, `moov` first; the ladder has one rung.
    case progressive
    /// Still images only.
    case images
}

public enum VideoCodec: String, Hashable, Sendable, Codable, CaseIterable {
    case h264, hevc, av1

    /// libavcodec's encoder.
    public var encoder: String {
        switch self {
        case .h264: "libx264"
        case .hevc: "libx265"
        case .av1: "libsvtav1"
        }
    }
}

/// Which times the frames of a source of variable rate get.
public enum FrameTimestamps: String, Hashable, Sendable, Codable, CaseIterable {
    /// Those of a grid at the usual rate of the source.
    case nominal
    /// Their own.
    case source
}

public struct VideoSettings: Hashable, Sendable, Codable {
    public var codec: VideoCodec
    /// The encoder's own preset name, such as `medium`, or `8` for SVT-AV1.
    public var preset: String
    /// Constant quality on the encoder's own scale (x264 and x265 0 to 51, SVT-AV1 0 to 63); smaller is better.
    public var quality: Int
    /// From the largest to the smallest; never empty.
    public var ladder: [Rung]
    /// A faster source is brought down to this rate, in frames per second.
    public var frameRateMaximum: Rational
    public var timestamps: FrameTimestamps
    /// Seconds between IDR frames; the planner rounds it to whole frames.
    public var keyFrameIntervalSeconds: Int
    /// A multiple of the key-frame interval.
    public var segmentDurationSeconds: Int
    /// Aim for the length of a chunk; the planner rounds it to whole segments.
    public var chunkDurationSeconds: Int
    /// Encoder parameters passed through as they are (`x264-params` and the like), after ours.
    public var parameters: [String: String]
    public var dynamicRange: DynamicRange
    /// Of standard range: 8 or 10. What stays in high dynamic range has 10.
    public var bitDepth: Int
    public var deinterlacing: Deinterlacing
    /// Whether a source that is one of the rungs already is copied there. Nil, as in most profiles, encodes it.
    public var passthrough: Bool?

    public init(
        codec: VideoCodec, preset: String, quality: Int, ladder: [Rung], frameRateMaximum: Rational,
        keyFrameIntervalSeconds: Int, segmentDurationSeconds: Int, chunkDurationSeconds: Int,
        parameters: [String: String], timestamps: FrameTimestamps = .nominal,
        dynamicRange: DynamicRange = .standard, bitDepth: Int = 8,
        deinterlacing: Deinterlacing = .frame
    ) {
        self.codec = codec
        self.preset = preset
        self.quality = quality
        self.ladder = ladder
        self.frameRateMaximum = frameRateMaximum
        self.timestamps = timestamps
        self.keyFrameIntervalSeconds = keyFrameIntervalSeconds
        self.segmentDurationSeconds = segmentDurationSeconds
        self.chunkDurationSeconds = chunkDurationSeconds
        self.parameters = parameters
        self.dynamicRange = dynamicRange
        self.bitDepth = bitDepth
        self.deinterlacing = deinterlacing
    }
}

/// One wanted rendition. `lines` is the length of the shorter side, so that a portrait source gets
/// the same class of picture as a landscape one.
public struct Rung: Hashable, Sendable, Codable {
    public var lines: Int
    /// The ladder's average rate; the cap is 1.5 times it and the buffer 2 times it.
    public var averageKilobitsPerSecond: Int

    public init(lines: Int, averageKilobitsPerSecond: Int) {
        self.lines = lines
        self.averageKilobitsPerSecond = averageKilobitsPerSecond
    }
}

public enum AudioCodec: String, Hashable, Sendable, Codable, CaseIterable {
    case aac, opus

    /// libavcodec's encoder.
    public var encoder: String {
        switch self {
        case .aac: "aac"
        case .opus: "libopus"
        }
    }
}

public struct AudioSettings: Hashable, Sendable, Codable {
    public var codec: AudioCodec
    public var kilobitsPerSecond: Int
    /// Tracks beyond this many are left out, with a warning.
    public var tracksMaximum: Int
    /// Nil when only mono and stereo are wanted.
    public var surround: SurroundSettings?
    /// Nil leaves the sound as loud as it is.
    public var loudness: LoudnessTarget?
    /// Whether a track that is already what is wanted is copied. Nil, as in profiles that are older than this, encodes it.
    public var copies: Bool?

    public init(
        codec: AudioCodec, kilobitsPerSecond: Int, tracksMaximum: Int,
        surround: SurroundSettings? = nil, loudness: LoudnessTarget? = nil, copies: Bool? = nil
    ) {
        self.copies = copies
        self.codec = codec
        self.kilobitsPerSecond = kilobitsPerSecond
        self.tracksMaximum = tracksMaximum
        self.surround = surround
        self.loudness = loudness
    }
}

/// Subtitles that the source carries as text, as WebVTT.
public struct TextSettings: Hashable, Sendable, Codable {
    /// Tracks beyond this many are left out, with a warning.
    public var tracksMaximum: Int

    public init(tracksMaximum: Int) { self.tracksMaximum = tracksMaximum }
}

/// When readers may see the output.
public struct PublishSettings: Hashable, Sendable, Codable {
    /// Whether the first seconds of the lowest renditions are played while the rest is made.
    public var early: Bool

    public init(early: Bool) { self.early = early }
}

public struct ImageSettings: Hashable, Sendable, Codable {
    /// The height of the poster, in lines; never above the source's.
    public var posterLines: Int
    /// One thumbnail each so many seconds.
    public var thumbnailIntervalSeconds: Int
    /// The longer side of a thumbnail, in pixels.
    public var thumbnailWidth: Int
    /// Thumbnails in a row, and rows in a sheet.
    public var columns: Int
    public var rows: Int

    public init(
        posterLines: Int, thumbnailIntervalSeconds: Int, thumbnailWidth: Int, columns: Int,
        rows: Int
    ) {
        self.posterLines = posterLines
        self.thumbnailIntervalSeconds = thumbnailIntervalSeconds
        self.thumbnailWidth = thumbnailWidth
        self.columns = columns
        self.rows = rows
    }
}
