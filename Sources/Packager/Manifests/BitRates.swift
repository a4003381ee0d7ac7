import TranscodeModel

/// Measured rates of a track in bits a second, rounded up (RFC 8216, section 4.1).
struct BitRates: Hashable {
    /// Of all segments together.
    var average: Int
    /// Far more segments than any real run has: a track of thousands that last no time must not take their square.
    private static let runMaximum = 1000
    /// The largest of any run of segments that lasts between half and one and a half target durations.
    var peak: Int

    init(_ segments: [Segment], timescale: Int) {
        let target = Int64(BitRates.targetDurationSeconds(segments, timescale: timescale))
        let scale = Int64(timescale)
        average = BitRates.rate(
            bytes: segments.reduce(0) { $0 + $1.extent.length },
            ticks: segments.reduce(0) { $0 + $1.duration }, scale)
        var peak = 0
        for first in segments.indices {
            var bytes: Int64 = 0
            var ticks: Int64 = 0
            for segment in segments[first...].prefix(BitRates.runMaximum) {
                bytes += segment.extent.length
                ticks += segment.duration
                if 2 * ticks > 3 * target * scale { break }
                if 2 * ticks >= target * scale {
                    peak = max(peak, BitRates.rate(bytes: bytes, ticks: ticks, scale))
                }
            }
        }
        // A track shorter than half a target duration has no such run: all of it counts.
        self.peak = max(peak, average)
    }

    /// The longest segment, rounded to whole seconds, and at least 1 (RFC 8216, section 4.3.3.1).
    static func targetDurationSeconds(_ segments: [Segment], timescale: Int) -> Int {
        let longest = segments.map(\.duration).max() ?? 0
        return max(1, Int(Rational(longest, Int64(timescale)).rounded))
    }

    /// Far above any real rate, far below an overflow of sums: a track may come from anywhere.
    private static let rateMaximum: Int128 = 1 << 50

    private static func rate(bytes: Int64, ticks: Int64, _ timescale: Int64) -> Int {
        guard ticks > 0 else { return 0 }
        let bits = Int128(bytes) * 8 * Int128(timescale)
        return Int(min((bits + Int128(ticks) - 1) / Int128(ticks), rateMaximum))
    }
}
