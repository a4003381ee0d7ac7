import Foundation
import Testing
import TranscodeModel

@Suite("Rationals: exact, in lowest terms, ordered as numbers are")
struct RationalTests {
    private func random(_ generator: inout some RandomNumberGenerator) -> Rational {
        Rational(
            Int64.random(in: -100_000...100_000, using: &generator),
            Int64.random(in: 1...100_000, using: &generator))
    }

    @Test("arithmetic agrees with cross-multiplication in wide integers")
    func arithmetic() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<2000 {
            let (a, b) = (random(&generator), random(&generator))
            let (p, q, r, s) = (
                Int128(a.numerator), Int128(a.denominator), Int128(b.numerator),
                Int128(b.denominator)
            )
            func expect(_ value: Rational, _ top: Int128, _ bottom: Int128) {
                #expect(Int128(value.numerator) * bottom == top * Int128(value.denominator))
                #expect(value.denominator > 0)
            }
            expect(a + b, p * s + r * q, q * s)
            expect(a - b, p * s - r * q, q * s)
            expect(a * b, p * r, q * s)
            if b != .zero { expect(a / b, p * s, q * r) }
            #expect((a < b) == (p * s < r * q))
        }
    }

    @Test("equal numbers are equal values, however they were written")
    func lowestTerms() {
        #expect(Rational(48_000, 2002) == Rational(24_000, 1001))
        #expect(Rational(3, -6) == Rational(-1, 2))
        #expect(Rational(0, -7) == .zero)
        #expect(Rational(24_000, 1001).description == "24000/1001")
        #expect(Rational(exactly: 1, 0) == nil)
        #expect(Rational(exactly: Int64.min, -1) == nil)
    }

    @Test("floor, ceiling and rounding, below zero too")
    func rounding() {
        for (value, floor, ceiling, rounded) in [
            (Rational(7, 2), 3, 4, 4), (Rational(-7, 2), -4, -3, -3), (Rational(5), 5, 5, 5),
            (Rational(-1, 3), -1, 0, 0), (Rational(2, 3), 0, 1, 1),
        ] as [(Rational, Int64, Int64, Int64)] {
            #expect(value.floor == floor)
            #expect(value.ceiling == ceiling)
            #expect(value.rounded == rounded)
        }
    }

    @Test("the coded form is text, and what is no rational is refused")
    func coding() throws {
        let rate = Rational(30_000, 1001)
        let data = try JSONEncoder().encode([rate])
        #expect(String(decoding: data, as: UTF8.self) == #"["30000\/1001"]"#)
        #expect(try JSONDecoder().decode([Rational].self, from: data) == [rate])
        for text in [#"["1/0"]"#, #"["a"]"#, #"["1/2/3"]"#, #"[""]"#, "[1.5]"] {
            #expect(throws: DecodingError.self) {
                try JSONDecoder().decode([Rational].self, from: Data(text.utf8))
            }
        }
    }
}
