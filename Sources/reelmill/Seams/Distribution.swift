/// Where numbers lie and how far apart, told so that a few strange ones do not matter.
struct Distribution {
    let median: Double
    /// The median distance from the median, scaled so that it is the deviation of a normal distribution.
    let deviation: Double
    let count: Int

    init(_ values: [Double]) {
        count = values.count
        let middle = Distribution.quantile(values, 0.5)
        median = middle
        deviation = 1.4826 * Distribution.quantile(values.map { abs($0 - middle) }, 0.5)
    }

    /// The value below which that part of them lies; 0 of none.
    static func quantile(_ values: [Double], _ part: Double) -> Double {
        guard !values.isEmpty else { return 0 }
        return values.sorted()[min(Int(Double(values.count) * part), values.count - 1)]
    }

    static func mean(_ values: some Collection<Double>) -> Double {
        values.isEmpty ? 0 : values.reduce(0, +) / Double(values.count)
    }
}
