/// The middle of several samples, how far they lie apart, and which of them stand out.
struct Spread: Encodable {
    var median: Double
    var minimum: Double
    var maximum: Double
    /// The median distance from the median.
    var medianDeviation: Double

    /// From so many samples on their own deviation says what is usual.
    static let countForScores = 5
    /// Modified z-scores above this stand out: what Iglewicz and Hoaglin advise.
    static let scoreMaximum = 3.5
    /// Scaled by this, the median deviation of a normal distribution is its standard deviation.
    static let scoreFactor = 0.6745
    /// A part of the median: less is never an outlier, however alike the others are; and more always is.
    static let shareMinimum = 0.02
    static let shareMaximum = 0.1

    /// `values` must not be empty.
    init(_ values: [Double]) {
        let sorted = values.sorted()
        median = Spread.middle(sorted)
        minimum = sorted[0]
        maximum = sorted[sorted.count - 1]
        let middle = median
        medianDeviation = Spread.middle(sorted.map { abs($0 - middle) }.sorted())
    }

    /// The distance from the smallest to the largest, as a part of the median; 0 where that is 0.
    var relativeRange: Double { median > 0 ? (maximum - minimum) / median : 0 }

    /// Which of `values`, by index, stand out.
    static func outliers(_ values: [Double]) -> [Int] {
        guard values.count > 1 else { return [] }
        let spread = Spread(values)
        guard spread.median > 0 else { return [] }
        return values.indices.filter { index in
            let distance = abs(values[index] - spread.median)
            if distance > shareMaximum * spread.median { return true }
            guard values.count >= countForScores, spread.medianDeviation > 0,
                distance > shareMinimum * spread.median
            else { return false }
            return scoreFactor * distance / spread.medianDeviation > scoreMaximum
        }
    }

    private static func middle(_ sorted: [Double]) -> Double {
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }
}
