import SeededRandom

typealias DuelGenerator = SplitMix64

/// What a history draws with.
extension SplitMix64 {
    mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &self) < percent }

    mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }

    mutating func element<Element>(_ elements: [Element]) -> Element? {
        elements.randomElement(using: &self)
    }
}
