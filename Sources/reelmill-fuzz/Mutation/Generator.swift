import SeededRandom

typealias Generator = SplitMix64

/// What a mutation draws with.
extension SplitMix64 {
    mutating func below(_ bound: Int) -> Int {
        bound > 1 ? Int.random(in: 0..<bound, using: &self) : 0
    }

    mutating func chance(_ percent: Int) -> Bool { below(100) < percent }

    mutating func pick<Element>(_ list: [Element]) -> Element? {
        list.isEmpty ? nil : list[below(list.count)]
    }

    /// A range in `0..<count`, up to `maximum` long; more often short than long. Empty only when `count` is 0.
    mutating func range(in count: Int, upTo maximum: Int) -> Range<Int> {
        guard count > 0 else { return 0..<0 }
        let longest = max(1, min(count, maximum))
        let length = 1 + below(1 + below(longest))
        let start = below(count - length + 1)
        return start..<start + length
    }

    /// Numbers at which parsers go wrong: ends of ranges, ones beside them, small ones, any.
    mutating func extreme() -> UInt64 {
        let edges: [UInt64] = [
            0, 1, 2, 3, 7, 8, 16, 0x7F, 0x80, 0xFF, 0x100, 0x7FFF, 0x8000, 0xFFFF, 0x1_0000,
            0xFF_FFFF, 0x7FFF_FFFF, 0x8000_0000, 0x8000_0001, 0xFFFF_FFFE, 0xFFFF_FFFF,
            0x1_0000_0000, 1 << 53, 0x7FFF_FFFF_FFFF_FFFF, 1 << 63, UInt64.max - 1, UInt64.max,
        ]
        switch below(4) {
        case 0: return next() >> UInt64(below(64))
        case 1: return UInt64(below(1000))
        default: return edges[below(edges.count)]
        }
    }
}
