import SeededRandom

typealias Generator = SplitMix64

/// What a round draws with.
extension SplitMix64 {
    mutating func milliseconds(upTo limit: Double) -> Int {
        Int.random(in: 0...max(1, Int(limit)), using: &self)
    }
}
