import Glibc

func cosine(_ turns: Double) -> Double { Glibc.cos(2 * Double.pi * turns) }
func exponential(_ power: Double) -> Double { Glibc.exp(power) }
func logarithm(_ value: Double) -> Double { Glibc.log(value) }

extension Chance {
    /// Of the standard normal distribution (Box and Muller, 1958).
    mutating func normal() -> Double {
        let radius = (-2 * logarithm(1 - fraction())).squareRoot()
        return radius * cosine(fraction())
    }

    /// With median 1.
    mutating func logNormal(sigma: Double) -> Double { exponential(sigma * normal()) }

    /// With mean 1.
    mutating func wait() -> Double { -logarithm(1 - fraction()) }
}

/// Values at equal steps of probability: what was measured, as it was measured.
struct QuantileTable: Sendable {
    let values: [Double]

    /// - Parameter part: 0 to 1.
    func value(at part: Double) -> Double {
        let place = min(max(part, 0), 1) * Double(values.count - 1)
        let lower = Int(place)
        guard lower + 1 < values.count else { return values[values.count - 1] }
        return values[lower] + (values[lower + 1] - values[lower]) * (place - Double(lower))
    }
}
