/// The timing index of a source: what one pass over its packets tells (media rule 1).
///
/// It is the artifact of a probe unit and the only thing that the planner knows of an upload.
public struct SourceIndex: Hashable, Sendable, Codable {
    public static let currentVersion = 4
    public var version: Int
    /// The demuxer's short name, such as `mov,mp4,m4a,3gp,3g2,mj2`.
    public var container: String
    public var byteCount: Int64
    /// Moving pictures only: cover art is among `omitted`.
    public var video: [VideoTrack]
    public var audio: [AudioTrack]
    public var omitted: [OmittedStream]
    public var text: [TextTrack] = []
    /// In the order of their starts.
    public var chapters: [Chapter] = []
    /// Also among `omitted`, which says so where they are not used.
    public var coverArt: [CoverArt] = []
    /// What was damaged, as far as reading every packet and decoding the first ones shows.
    public var damage: [Damage]
    /// What looked wrong but did not stop the probe: one sentence each.
    public var warnings: [String]

    public init(
        container: String, byteCount: Int64, video: [VideoTrack], audio: [AudioTrack],
        omitted: [OmittedStream], damage: [Damage] = [], warnings: [String]
    ) {
        self.version = SourceIndex.currentVersion
        self.container = container
        self.byteCount = byteCount
        self.video = video
        self.audio = audio
        self.omitted = omitted
        self.damage = damage
        self.warnings = warnings
    }
}

/// A stream that Reelmill does not transcode, and why.
public struct OmittedStream: Hashable, Sendable, Codable {
    /// Why a stream is not transcoded, for programs; `reason` says it for people.
    public enum Cause: String, Sendable, Codable {
        /// Pictures or sound in a codec that the worker's libraries do not have.
        case noDecoder = "no-decoder"
        /// Pictures or sound of which nothing could be decoded.
        case undecodable
        case encrypted
        /// Pictures or sound that the file announces and does not have.
        case empty
        /// Data or attachments, which no output carries.
        case data
        /// Not what is transcoded: cover art, bitmap subtitles.
        case other
    }

    public var streamIndex: Int
    /// libavutil's name of what it holds, such as `video`.
    public var kind: String
    public var codec: String
    public var cause: Cause
    /// For people.
    public var reason: String

    public init(
        streamIndex: Int, kind: String, codec: String, cause: Cause = .other, reason: String
    ) {
        self.streamIndex = streamIndex
        self.cause = cause
        self.kind = kind
        self.codec = codec
        self.reason = reason
    }
}

public struct VideoTrack: Hashable, Sendable, Codable {
    public var streamIndex: Int
    /// libavcodec's name of the codec, such as `h264`.
    public var codec: String
    /// libavutil's name of the pixel format, such as `yuv420p`.
    public var pixelFormat: String
    public var bitDepth: Int
    public var width: Int
    public var height: Int
    /// Of one sample, width to height; 1 when the source does not say.
    public var sampleAspect: Rational
    /// What the bitstream says of it, which a container may overrule.
    public var codedAspect: Rational
    public var orientation: Orientation
    public var color: ColorDescription
    /// Of high dynamic range.
    public var light: LightMetadata?
    public var isInterlaced: Bool
    /// The unit of `frameTimes`, in seconds.
    public var timeBase: Rational
    /// What the container claims; a hint for the planner, never a fact.
    public var averageFrameRate: Rational?
    /// The presentation time of every frame, ascending, in `timeBase` ticks on the container's own
    /// timeline (before any edit is undone, as libavformat reports it).
    public var frameTimes: TickRuns
    /// Of the last frame, in ticks; 0 when unknown.
    public var lastFrameDuration: Int64
    /// Ascending by `pts`.
    public var randomAccessPoints: [RandomAccessPoint]
    /// How the times above come from those in the file.
    public var clock: SourceClock
    /// Of a multiplex, the number of the programme that it belongs to.
    public var program: Int?
    /// Nil in indexes from before it was counted.
    public var density: PacketDensity?
    /// Of H.264 alone; nil in indexes from before it was looked at.
    public var coded: CodedPictures?

    public init(
        streamIndex: Int, codec: String, pixelFormat: String, bitDepth: Int, width: Int,
        height: Int,
        sampleAspect: Rational, orientation: Orientation, color: ColorDescription,
        isInterlaced: Bool, timeBase: Rational, averageFrameRate: Rational?, frameTimes: TickRuns,
        lastFrameDuration: Int64, randomAccessPoints: [RandomAccessPoint],
        clock: SourceClock = .plain, codedAspect: Rational? = nil, light: LightMetadata? = nil
    ) {
        self.streamIndex = streamIndex
        self.codec = codec
        self.pixelFormat = pixelFormat
        self.bitDepth = bitDepth
        self.width = width
        self.height = height
        self.sampleAspect = sampleAspect
        self.orientation = orientation
        self.color = color
        self.isInterlaced = isInterlaced
        self.timeBase = timeBase
        self.averageFrameRate = averageFrameRate
        self.frameTimes = frameTimes
        self.lastFrameDuration = lastFrameDuration
        self.randomAccessPoints = randomAccessPoints
        self.clock = clock
        self.codedAspect = codedAspect ?? sampleAspect
        self.light = light
    }
}

/// Where decoding may start: a packet that the container marks as a key frame.
public struct RandomAccessPoint: Hashable, Sendable, Codable {
    public var pts: Int64
    public var dts: Int64
    /// Where the packet starts in the file, or -1 when the demuxer does not say.
    public var bytePosition: Int64

    public init(pts: Int64, dts: Int64, bytePosition: Int64) {
        self.pts = pts
        self.dts = dts
        self.bytePosition = bytePosition
    }
}

/// How decoded pictures must be turned to stand upright: first mirrored left to right, then turned
/// clockwise.
public struct Orientation: Hashable, Sendable, Codable {
    /// 0, 90, 180 or 270.
    public var clockwiseDegrees: Int
    public var isMirrored: Bool

    public init(clockwiseDegrees: Int, isMirrored: Bool) {
        precondition([0, 90, 180, 270].contains(clockwiseDegrees))
        self.clockwiseDegrees = clockwiseDegrees
        self.isMirrored = isMirrored
    }

    public static let upright = Orientation(clockwiseDegrees: 0, isMirrored: false)
    public var swapsSides: Bool { clockwiseDegrees == 90 || clockwiseDegrees == 270 }
}

/// libavutil's names of the colour properties (ITU-T H.273), such as `bt709`; `unknown` when unset.
public struct ColorDescription: Hashable, Sendable, Codable {
    public var primaries: String
    public var transfer: String
    public var matrix: String
    public var isFullRange: Bool

    public init(primaries: String, transfer: String, matrix: String, isFullRange: Bool) {
        self.primaries = primaries
        self.transfer = transfer
        self.matrix = matrix
        self.isFullRange = isFullRange
    }

    public static let unknown = ColorDescription(
        primaries: "unknown", transfer: "unknown", matrix: "unknown", isFullRange: false)

    /// PQ or HLG.
    public var isHighDynamicRange: Bool { transfer == "smpte2084" || transfer == "arib-std-b67" }
}

public struct AudioTrack: Hashable, Sendable, Codable {
    public var streamIndex: Int
    public var codec: String
    public var sampleRate: Int
    public var channels: Int
    /// libavutil's description, such as `stereo` or `5.1(side)`.
    public var channelLayout: String
    /// ISO 639-1 or 639-2, perhaps with subtags such as a country's (RFC 5646); or `und`.
    public var language: String
    public var title: String?
    public var isDefault: Bool
    public var timeBase: Rational
    /// First presentation time and the end of the last packet, in ticks.
    public var startTicks: Int64
    public var endTicks: Int64
    public var clock: SourceClock
    /// Of a multiplex, the numbers of the programmes that it belongs to: two may share their sound.
    public var programs: [Int] = []
    /// What the track is for; nil for plain sound.
    public var roles: [SoundRole]?
    /// Where its packets can be copied.
    public var coded: CodedSound?

    public init(
        streamIndex: Int, codec: String, sampleRate: Int, channels: Int, channelLayout: String,
        language: String, title: String?, isDefault: Bool, timeBase: Rational, startTicks: Int64,
        endTicks: Int64, roles: [SoundRole]? = nil, clock: SourceClock = .plain
    ) {
        self.roles = roles
        self.streamIndex = streamIndex
        self.codec = codec
        self.sampleRate = sampleRate
        self.channels = channels
        self.channelLayout = channelLayout
        self.language = language
        self.title = title
        self.isDefault = isDefault
        self.timeBase = timeBase
        self.startTicks = startTicks
        self.endTicks = endTicks
        self.clock = clock
    }
}
