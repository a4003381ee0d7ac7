/// Subtitles or captions that the source carries as text.
public struct TextTrack: Hashable, Sendable, Codable {
    public var streamIndex: Int
    /// libavcodec's name of the codec, such as `subrip`.
    public var codec: String
    /// ISO 639-2, or `und`.
    public var language: String
    public var title: String?
    public var isDefault: Bool
    /// Only what must be read even by those who know the language, such as signs.
    public var isForced: Bool
    /// Says what is heard beside speech.
    public var isHearingImpaired: Bool
    public var timeBase: Rational

    public init(
        streamIndex: Int, codec: String, language: String, title: String?, isDefault: Bool,
        isForced: Bool, isHearingImpaired: Bool, timeBase: Rational
    ) {
        self.streamIndex = streamIndex
        self.codec = codec
        self.language = language
        self.title = title
        self.isDefault = isDefault
        self.isForced = isForced
        self.isHearingImpaired = isHearingImpaired
        self.timeBase = timeBase
    }
}

/// A named span: in an index on the source's timeline, in a plan on the output's. Whole milliseconds.
public struct Chapter: Hashable, Sendable, Codable {
    /// In seconds.
    public var start: Rational
    public var end: Rational
    /// May be empty.
    public var title: String

    public init(start: Rational, end: Rational, title: String) {
        self.start = start
        self.end = end
        self.title = title
    }
}

extension Chapter {
    /// Whether its times are whole milliseconds within about ten thousand years of 0, and its title is a short line.
    public var isInRange: Bool {
        [start, end].allSatisfy {
            1000 % $0.denominator == 0 && $0.numerator.magnitude < 1 << 48
        } && TextBounds.holds(title)
    }
}

/// A picture that is attached to the source and not part of its moving pictures.
public struct CoverArt: Hashable, Sendable, Codable {
    public var streamIndex: Int
    public var codec: String
    public var width: Int
    public var height: Int

    public init(streamIndex: Int, codec: String, width: Int, height: Int) {
        self.streamIndex = streamIndex
        self.codec = codec
        self.width = width
        self.height = height
    }
}
