/// One track of subtitles as it will be delivered: WebVTT on the output's timeline.
///
/// Whether it has anything to show is known only when it is made: one without a cue is not published.
public struct TextRendition: Hashable, Sendable, Codable {
    /// Unique in the plan, such as `t1`; names its files.
    public var name: String
    public var streamIndex: Int
    public var language: String
    public var title: String?
    /// At most one of a plan's.
    public var isDefault: Bool
    public var isForced: Bool
    public var isHearingImpaired: Bool
    /// Of the source stream, in seconds.
    public var sourceTimeBase: Rational
    /// The source time, in seconds, that becomes 0. What ends before it is left out.
    public var origin: Rational
    /// Of the presentation, in seconds: nothing is shown after it.
    public var duration: Rational
    /// Of a segment of the HLS form, in seconds: that of the pictures.
    public var segmentDuration: Rational
    /// In seconds, of the first segment, where it is shorter than others; nil where it is not.
    public var segmentLead: Rational?

    public init(
        name: String, streamIndex: Int, language: String, title: String?, isDefault: Bool,
        isForced: Bool, isHearingImpaired: Bool, sourceTimeBase: Rational, origin: Rational,
        duration: Rational, segmentDuration: Rational, segmentLead: Rational? = nil
    ) {
        self.name = name
        self.streamIndex = streamIndex
        self.language = language
        self.title = title
        self.isDefault = isDefault
        self.isForced = isForced
        self.isHearingImpaired = isHearingImpaired
        self.sourceTimeBase = sourceTimeBase
        self.origin = origin
        self.duration = duration
        self.segmentDuration = segmentDuration
        self.segmentLead = segmentLead
    }

    /// The latest time that a cue may name: the end of the presentation.
    public var milliseconds: Int64 { duration.rounded(inParts: 1000) }

    /// The segments, by their bounds in milliseconds: the last one ends with the presentation.
    public var segmentCount: Int { max(1, segments.count(before: duration)) }

    /// Where segments start.
    public var segments: SegmentSpans { SegmentSpans(duration: segmentDuration, lead: segmentLead) }

    /// Where a segment starts, in seconds; the end of the last one is the end of the presentation.
    public func segmentStart(_ number: Int) -> Rational {
        min(segments.start(of: number), duration)
    }
}

/// What may be shown of text, so that no source can make its output large (I17).
public enum TextBounds {
    public static let cuesMaximum = 100_000
    /// Of one cue's text, in bytes of UTF-8 as written.
    public static let cueBytesMaximum = 4096
    /// Of a track's cues together.
    public static let bytesMaximum = 8 << 20
    /// Of a track's segments: a cue is in each segment during which it is shown.
    public static let segmentBytesMaximum = 32 << 20
    public static let chaptersMaximum = 1000
    /// Of titles of tracks and chapters, in characters.
    public static let titleMaximum = 200

    /// Of the name of a language, in bytes: what RFC 5646 (section 4.4.1) asks everybody to have room for.
    public static let languageMaximum = 35

    /// The language that a container names, if it is a code and not a word: two or three letters, perhaps with subtags
    /// (RFC 5646); or `und`.
    public static func language(_ text: String?) -> String {
        // Transport streams name both languages of a track with one in each channel.
        let first = (text ?? "").split(separator: ",").first ?? ""
        let parts = first.split(separator: "-", omittingEmptySubsequences: false)
        guard let primary = parts.first?.lowercased(), (2...3).contains(primary.utf8.count),
            primary.utf8.allSatisfy({ (97...122).contains($0) }),
            first.utf8.count <= languageMaximum, holds(String(first))
        else { return "und" }
        return ([primary] + parts.dropFirst().map(String.init)).joined(separator: "-")
    }

    /// Whether a text is one that `title` could have made: short, and without control characters.
    public static func holds(_ text: String) -> Bool {
        text.unicodeScalars.count <= 2 * titleMaximum
            && !text.unicodeScalars.contains(where: breaksLines)
    }

    private static func breaksLines(_ scalar: Unicode.Scalar) -> Bool {
        let category = scalar.properties.generalCategory
        return category == .control || category == .lineSeparator
            || category == .paragraphSeparator
    }

    /// A title without control characters, and of a bounded length.
    public static func title(_ text: String) -> String {
        let clean = text.unicodeScalars.prefix(titleMaximum * 4).map { scalar in
            breaksLines(scalar) ? " " : scalar
        }
        let whole = String(String.UnicodeScalarView(clean))
        let trimmed = whole.drop { $0 == " " }
        var short = trimmed.prefix(titleMaximum)
        while short.last == " " { short.removeLast() }
        // One character may be any number of scalars.
        return String(String.UnicodeScalarView(short.unicodeScalars.prefix(titleMaximum * 2)))
    }
}
