/// A number that is to be reached, and what was measured.
struct BenchTarget: Encodable {
    /// What must hold of the measured number.
    enum Bound: Encodable, Equatable {
        case atMost(Double)
        case atLeast(Double)
        /// Told, and nothing is asked of it.
        case none

        func isMet(by value: Double) -> Bool? {
            switch self {
            case .atMost(let limit): value <= limit
            case .atLeast(let limit): value >= limit
            case .none: nil
            }
        }
    }

    enum Unit: String, Encodable {
        /// Ours over the other's.
        case ratio
        case percent
        case seconds
        case count

        func text(_ value: Double) -> String {
            switch self {
            case .ratio: Quantity.decimal(value, 3)
            case .percent: Quantity.decimal(value, 2) + " %"
            case .seconds: Quantity.decimal(value, 2) + " s"
            case .count: Quantity.decimal(value, 0)
            }
        }
    }

    var name: String
    var bound: Bound
    var unit: Unit
    /// Nil where it was not measured.
    var measured: Double?
    /// How it was measured, or what to do so that it is.
    var note: String

    var isMet: Bool? { measured.flatMap(bound.isMet) }

    var boundText: String {
        switch bound {
        case .atMost(let limit): "≤ " + unit.text(limit)
        case .atLeast(let limit): "≥ " + unit.text(limit)
        case .none: "–"
        }
    }
    var measuredText: String { measured.map(unit.text) ?? "not measured" }
    var verdict: String { isMet.map { $0 ? "met" : "NOT MET" } ?? "–" }

    private enum CodingKeys: String, CodingKey {
        case name, atMost, atLeast, unit, measured, isMet, note
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .name)
        switch bound {
        case .atMost(let limit): try container.encode(limit, forKey: .atMost)
        case .atLeast(let limit): try container.encode(limit, forKey: .atLeast)
        case .none: break
        }
        try container.encode(unit, forKey: .unit)
        try container.encodeIfPresent(measured, forKey: .measured)
        try container.encodeIfPresent(isMet, forKey: .isMet)
        try container.encode(note, forKey: .note)
    }
}
