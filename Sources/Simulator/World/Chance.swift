/// The only source of chance in a simulated world, so that a seed says everything: xoshiro256** (Blackman and Vigna,
/// 2018), seeded by SplitMix64.
public struct Chance: RandomNumberGenerator, Sendable {
    private var state: (UInt64, UInt64, UInt64, UInt64)

    /// Different purposes of the same seed give independent streams: what one of them draws does not move another.
    public init(seed: UInt64, purpose: UInt64 = 0) {
        var mix = seed &+ purpose &* 0xd1b5_4a32_d192_ed03
        func draw() -> UInt64 {
            mix &+= 0x9e37_79b9_7f4a_7c15
            var value = mix
            value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
            value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
            return value ^ (value >> 31)
        }
        state = (draw(), draw(), draw(), draw())
    }

    public mutating func next() -> UInt64 {
        let turned = state.1 &* 5
        let result = ((turned << 7) | (turned >> 57)) &* 9
        let shifted = state.1 << 17
        state.2 ^= state.0
        state.3 ^= state.1
        state.1 ^= state.2
        state.0 ^= state.3
        state.2 ^= shifted
        state.3 = (state.3 << 45) | (state.3 >> 19)
        return result
    }

    /// In 0..<1.
    mutating func fraction() -> Double { Double(next() >> 11) * 0x1p-53 }

    mutating func happens(_ probability: Double) -> Bool { fraction() < probability }

    mutating func integer(_ range: ClosedRange<Int>) -> Int {
        range.lowerBound + Int(fraction() * Double(range.count))
    }

    mutating func milliseconds(_ range: ClosedRange<Int64>) -> Int64 {
        range.lowerBound + Int64(fraction() * Double(range.upperBound - range.lowerBound + 1))
    }

    /// One of some values.
    mutating func element<Value>(_ values: [Value]) -> Value {
        values[integer(0...values.count - 1)]
    }
}
