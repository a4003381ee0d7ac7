import TranscodeModel

/// What an initialization segment says of its one track.
public struct TrackHeader: Hashable, Sendable, Codable {
    public enum Media: Hashable, Sendable, Codable {
        case video(width: Int, height: Int, color: ColorCodes?)
        case audio(sampleRate: Int, channels: Int)
    }

    /// Ticks a second.
    public var timescale: Int
    /// As RFC 6381 spells it, such as `avc1.64001f`.
    public var codec: String
    public var media: Media
    /// Ticks of the media timeline that come before presentation time 0: the edit list's media
    /// time, or 0 without an edit list.
    public var shift: Int64
    /// Opus only: samples at 48 kHz that the decoder drops, from `dOps`.
    public var preSkip: Int?
    var trackID: UInt32
    var defaults: SampleDefaults

    public var isVideo: Bool {
        if case .video = media { true } else { false }
    }

    /// The shift that the coding itself asks for when nothing else says it: an encoder's priming.
    ///
    /// Opus states its own. An AAC encoder's is one frame of 1024 samples, as in libavcodec.
    public var codingShift: Int64 {
        if shift > 0 { return shift }
        if let preSkip { return Int64(preSkip) * Int64(timescale) / 48_000 }
        return codec.hasPrefix("mp4a.40") ? 1024 : 0
    }
}

/// Code points of ITU-T H.273.
public struct ColorCodes: Hashable, Sendable, Codable {
    public var primaries: Int
    public var transfer: Int
    public var matrix: Int
    public var isFullRange: Bool

    public init(primaries: Int, transfer: Int, matrix: Int, isFullRange: Bool) {
        self.primaries = primaries
        self.transfer = transfer
        self.matrix = matrix
        self.isFullRange = isFullRange
    }

    /// PQ (16) or HLG (18).
    var isHighDynamicRange: Bool { transfer == 16 || transfer == 18 }
}

/// What a sample is when its fragment does not say (`trex`, then `tfhd`).
struct SampleDefaults: Hashable, Sendable, Codable {
    var duration: UInt32
    var size: UInt32
    var flags: UInt32
}
