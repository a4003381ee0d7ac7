/// One line or more of text that is shown from `start` to before `end`, in milliseconds of the output.
public struct TextCue: Hashable, Sendable {
    public var start: Int64
    public var end: Int64
    /// As WebVTT spells it: escaped, without empty lines.
    public var payload: String

    public init(start: Int64, end: Int64, payload: String) {
        self.start = start
        self.end = end
        self.payload = payload
    }

    /// The cue as a block of a WebVTT file, the empty line before it included.
    public var block: String {
        "\n\(TextCue.clock(start)) --> \(TextCue.clock(end))\n\(payload)\n"
    }

    /// `hh:mm:ss.mmm`; hours have two digits or more.
    public static func clock(_ milliseconds: Int64) -> String {
        func padded(_ value: Int64, _ digits: Int) -> String {
            let text = String(value)
            return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
        }
        let (whole, rest) = milliseconds.quotientAndRemainder(dividingBy: 1000)
        return "\(padded(whole / 3600, 2)):\(padded(whole / 60 % 60, 2)):\(padded(whole % 60, 2))"
            + ".\(padded(rest, 3))"
    }
}

extension TextRendition {
    /// The segments during which a cue is shown.
    public func segments(of cue: TextCue) -> Range<Int> {
        let first = segments.passed(at: Rational(cue.start, 1000))
        let last = segments.count(before: Rational(cue.end, 1000))
        let from = min(max(Int(first), 0), segmentCount - 1)
        return from..<min(max(last, from + 1), segmentCount)
    }
}
