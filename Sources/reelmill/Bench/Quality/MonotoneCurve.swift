/// A curve through points that never goes beyond two neighbours: a piecewise cubic Hermite polynomial whose slopes are the
/// weighted harmonic means of the chords' (F. N. Fritsch and J. Butland, SIAM J. Sci. Stat. Comput. 5(2), 1984), with the
/// three-point slopes at the ends that MATLAB's `pchip` has.
struct MonotoneCurve {
    private let x: [Double]
    private let y: [Double]
    private let slopes: [Double]

    /// Nil for fewer than two points, for two at one place, and for numbers that are not finite.
    init?(_ points: [(x: Double, y: Double)]) {
        let sorted = points.sorted { $0.x < $1.x }
        guard sorted.count >= 2, sorted.allSatisfy({ $0.x.isFinite && $0.y.isFinite }),
            zip(sorted, sorted.dropFirst()).allSatisfy({ $0.x < $1.x })
        else { return nil }
        x = sorted.map(\.x)
        y = sorted.map(\.y)
        slopes = MonotoneCurve.slopes(x, y)
    }

    var range: ClosedRange<Double> { x[0]...x[x.count - 1] }

    private static func slopes(_ x: [Double], _ y: [Double]) -> [Double] {
        let widths = zip(x, x.dropFirst()).map { $1 - $0 }
        let chords = zip(zip(y, y.dropFirst()).map { $1 - $0 }, widths).map { $0 / $1 }
        guard chords.count > 1 else { return [chords[0], chords[0]] }
        var slopes = [end(widths[0], widths[1], chords[0], chords[1])]
        for index in 1..<chords.count {
            let (before, after) = (chords[index - 1], chords[index])
            guard before * after > 0 else {
                slopes.append(0)
                continue
            }
            let first = 2 * widths[index] + widths[index - 1]
            let second = widths[index] + 2 * widths[index - 1]
            slopes.append((first + second) / (first / before + second / after))
        }
        let last = chords.count - 1
        slopes.append(end(widths[last], widths[last - 1], chords[last], chords[last - 1]))
        return slopes
    }

    private static func end(
        _ near: Double, _ far: Double, _ chord: Double, _ next: Double
    ) -> Double {
        let slope = ((2 * near + far) * chord - near * next) / (near + far)
        if slope * chord <= 0 { return 0 }
        if chord * next <= 0, abs(slope) > 3 * abs(chord) { return 3 * chord }
        return slope
    }

    /// The value at a place; beyond the ends the curve goes on straight, as it ends.
    func value(at place: Double) -> Double {
        if place <= x[0] { return y[0] + slopes[0] * (place - x[0]) }
        let last = x.count - 1
        if place >= x[last] { return y[last] + slopes[last] * (place - x[last]) }
        let index = interval(of: place)
        let offset = place - x[index]
        let (square, cube) = coefficients(index)
        return y[index] + offset * (slopes[index] + offset * (square + offset * cube))
    }

    /// The area below the curve; the bounds must lie within its range.
    func integral(from lower: Double, to upper: Double) -> Double {
        (0..<x.count - 1).reduce(0) { sum, index in
            let (start, end) = (max(lower, x[index]), min(upper, x[index + 1]))
            guard end > start else { return sum }
            return sum + antiderivative(index, end - x[index])
                - antiderivative(index, start - x[index])
        }
    }

    private func antiderivative(_ index: Int, _ offset: Double) -> Double {
        let (square, cube) = coefficients(index)
        return offset
            * (y[index] + offset
                * (slopes[index] / 2 + offset * (square / 3 + offset * cube / 4)))
    }

    private func coefficients(_ index: Int) -> (square: Double, cube: Double) {
        let width = x[index + 1] - x[index]
        let chord = (y[index + 1] - y[index]) / width
        let (start, end) = (slopes[index], slopes[index + 1])
        return ((3 * chord - 2 * start - end) / width, (start - 2 * chord + end) / (width * width))
    }

    private func interval(of place: Double) -> Int {
        min((x.firstIndex { $0 > place } ?? x.count - 1) - 1, x.count - 2)
    }
}
