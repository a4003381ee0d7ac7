import Foundation

/// What an encoding of some quality costs.
struct RatePoint: Encodable, Equatable {
    /// Bytes or bits a second: only ratios count.
    var rate: Double
    /// In decibels, or on another scale that is about even to the eye.
    var quality: Double
}

/// The mean difference of two rates at equal quality.
///
/// G. Bjøntegaard, VCEG-M33 (2001), with piecewise cubic curves in place of one cubic, as JVET's common test conditions
/// have it (JVET-T2010; ITU-T HSTP-VID-WPOM): the logarithm of the rate over the quality, averaged over the qualities
/// that both have.
enum BDRate {
    /// In percent of the reference's rate: positive means that the other one takes more. Nil for fewer than four points,
    /// for qualities that do not differ or that the two have not in common, and for rates that are not positive.
    static func percent(reference: [RatePoint], test: [RatePoint]) -> Double? {
        guard reference.count >= 4, test.count >= 4, let first = curve(reference),
            let second = curve(test)
        else { return nil }
        let lower = max(first.range.lowerBound, second.range.lowerBound)
        let upper = min(first.range.upperBound, second.range.upperBound)
        guard upper > lower else { return nil }
        let difference =
            (second.integral(from: lower, to: upper) - first.integral(from: lower, to: upper))
            / (upper - lower)
        return (pow(10, difference) - 1) * 100
    }

    private static func curve(_ points: [RatePoint]) -> MonotoneCurve? {
        guard points.allSatisfy({ $0.rate > 0 }) else { return nil }
        return MonotoneCurve(points.map { (x: $0.quality, y: log10($0.rate)) })
    }
}
