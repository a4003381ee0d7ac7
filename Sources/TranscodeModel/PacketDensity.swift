/// How many bytes a source spends on its pictures, by the time at which they are shown: hard pictures cost a source's
/// encoder more, and ours too. A hint for predictions; no output depends on it.
public struct PacketDensity: Hashable, Sendable, Codable {
    /// Six days, in spans of two seconds.
    public static let spansMaximum = 1 << 18

    /// Of one span, in ticks of the track. Span 0 starts with the track's first frame.
    public var spanTicks: Int64
    /// Bytes of the packets that are shown in each span.
    public var bytes: [Int64]

    public init(spanTicks: Int64, bytes: [Int64]) {
        self.spanTicks = spanTicks
        self.bytes = bytes
    }

    /// Whether it can be reckoned with.
    public var isInRange: Bool {
        spanTicks > 0 && bytes.count <= PacketDensity.spansMaximum
            && bytes.allSatisfy { (0...1 << 50).contains($0) }
    }

    /// Bytes between two times, in ticks after the first frame; a span that is cut gives its part.
    public func bytes(in ticks: Range<Int64>) -> Double {
        let span = Double(spanTicks)
        let (start, end) = (Double(ticks.lowerBound) / span, Double(ticks.upperBound) / span)
        let first = max(0, Int(start))
        guard end > start, first < bytes.count else { return 0 }
        let last = min(Int(end), bytes.count - 1)
        guard first <= last else { return 0 }
        return (first...last).reduce(0) { sum, index in
            let part = min(end, Double(index + 1)) - max(start, Double(index))
            return sum + Double(bytes[index]) * max(0, part)
        }
    }
}
