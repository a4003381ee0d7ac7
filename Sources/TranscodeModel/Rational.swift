/// An exact fraction in lowest terms with a positive denominator.
///
/// Frame rates, time bases and aspect ratios are rationals, and so is every time that Reelmill
/// computes: floating-point seconds lose frames at seams. Its coded form is the string `"24000/1001"`.
public struct Rational: Hashable, Sendable {
    public let numerator: Int64
    public let denominator: Int64

    /// The fraction in lowest terms, or nil when `denominator` is 0 or the fraction does not fit.
    public init?(exactly numerator: Int64, _ denominator: Int64) {
        guard denominator != 0 else { return nil }
        self.init(reducing: Int128(numerator), Int128(denominator))
    }

    /// The fraction in lowest terms; a zero denominator or an overflow is a bug of the caller.
    public init(_ numerator: Int64, _ denominator: Int64 = 1) {
        guard let value = Rational(exactly: numerator, denominator) else {
            preconditionFailure("not a rational: \(numerator)/\(denominator)")
        }
        self = value
    }

    init?(reducing numerator: Int128, _ denominator: Int128) {
        let divisor = greatestCommonDivisor(numerator.magnitude, denominator.magnitude)
        let sign: Int128 = denominator < 0 ? -1 : 1
        guard let top = Int64(exactly: sign * numerator / Int128(divisor)),
            let bottom = Int64(exactly: sign * denominator / Int128(divisor))
        else { return nil }
        self.numerator = top
        self.denominator = bottom
    }

    public static let zero = Rational(0)
    public static let one = Rational(1)

    /// The nearest double: for people and estimates only, never for a boundary.
    public var approximation: Double { Double(numerator) / Double(denominator) }

    /// The fraction turned upside down; zero has no inverse and is a bug of the caller.
    public var inverse: Rational { Rational(denominator, numerator) }

    public var isPositive: Bool { numerator > 0 }
}

extension Rational: Comparable {
    public static func < (left: Rational, right: Rational) -> Bool {
        Int128(left.numerator) * Int128(right.denominator)
            < Int128(right.numerator) * Int128(left.denominator)
    }
}

extension Rational {
    /// Sum, difference, product and quotient are exact; an overflow of the reduced result traps.
    public static func + (left: Rational, right: Rational) -> Rational {
        reduced(
            Int128(left.numerator) * Int128(right.denominator)
                + Int128(right.numerator) * Int128(left.denominator),
            Int128(left.denominator) * Int128(right.denominator))
    }

    public static func - (left: Rational, right: Rational) -> Rational {
        reduced(
            Int128(left.numerator) * Int128(right.denominator)
                - Int128(right.numerator) * Int128(left.denominator),
            Int128(left.denominator) * Int128(right.denominator))
    }

    public static func * (left: Rational, right: Rational) -> Rational {
        reduced(
            Int128(left.numerator) * Int128(right.numerator),
            Int128(left.denominator) * Int128(right.denominator))
    }

    public static func / (left: Rational, right: Rational) -> Rational {
        reduced(
            Int128(left.numerator) * Int128(right.denominator),
            Int128(left.denominator) * Int128(right.numerator))
    }

    private static func reduced(_ numerator: Int128, _ denominator: Int128) -> Rational {
        guard let value = Rational(reducing: numerator, denominator) else {
            preconditionFailure("rational overflow: \(numerator)/\(denominator)")
        }
        return value
    }

    /// The largest integer that is not above the fraction.
    public var floor: Int64 {
        let (quotient, remainder) = numerator.quotientAndRemainder(dividingBy: denominator)
        return remainder < 0 ? quotient - 1 : quotient
    }

    /// The smallest integer that is not below the fraction.
    public var ceiling: Int64 { -Rational(-numerator, denominator).floor }

    /// The nearest integer; halves go up.
    public var rounded: Int64 { (self + Rational(1, 2)).floor }

    /// The nearest whole number of `parts` of one, such as 1000 for thousandths; halves go up. Nothing overflows: what
    /// is out of range becomes the nearest number that is in it.
    public func rounded(inParts parts: Int64) -> Int64 {
        let (above, below) = (Int128(numerator) * Int128(parts), Int128(denominator))
        let (quotient, remainder) = (2 * above + below).quotientAndRemainder(
            dividingBy: 2 * below)
        return Int64(clamping: remainder < 0 ? quotient - 1 : quotient)
    }

    /// How many segments of a length, the last of which may be shorter, make up this one; both must be positive. What is
    /// out of range becomes the largest number.
    public func segments(of length: Rational) -> Int {
        let above = Int128(numerator) * Int128(length.denominator)
        let below = Int128(denominator) * Int128(length.numerator)
        return Int(clamping: (above + below - 1) / below)
    }
}

extension Rational: CustomStringConvertible, Codable, LosslessStringConvertible {
    public var description: String {
        denominator == 1 ? "\(numerator)" : "\(numerator)/\(denominator)"
    }

    /// Reads `"24"` or `"24000/1001"`.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= 2, let top = Int64(parts[0]),
            let bottom = parts.count == 2 ? Int64(parts[1]) : 1
        else { return nil }
        self.init(exactly: top, bottom)
    }

    public init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let value = Rational(text) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "not a rational: \(text)"))
        }
        self = value
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

private func greatestCommonDivisor(_ first: UInt128, _ second: UInt128) -> UInt128 {
    var (a, b) = (first, second)
    while b != 0 { (a, b) = (b, a % b) }
    return max(a, 1)
}
