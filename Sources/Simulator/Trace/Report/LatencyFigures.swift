/// Of many times, in seconds.
public struct LatencyFigures: Sendable, Hashable, Codable {
    public var count: Int
    public var p50: Double
    public var p95: Double
    public var p99: Double
    public var maximum: Double

    init(_ values: [Double]) {
        let sorted = values.sorted()
        count = sorted.count
        p50 = LatencyFigures.percentile(sorted, 50)
        p95 = LatencyFigures.percentile(sorted, 95)
        p99 = LatencyFigures.percentile(sorted, 99)
        maximum = sorted.last ?? 0
    }

    /// The least value that is not below so many of a hundred; 0 of none.
    static func percentile(_ sorted: [Double], _ percent: Int) -> Double {
        guard !sorted.isEmpty else { return 0 }
        let rank = (sorted.count * percent + 99) / 100
        return sorted[max(rank, 1) - 1]
    }
}
