/// Changes that know nothing of what the bytes mean.
enum BlockMutation: CaseIterable {
    case flipBits, fill, number, cutEnd, cutStart, remove, double, swap, overwrite, insert

    /// The longest block that is moved.
    private static let blockMaximum = 1 << 16

    func apply(to bytes: inout [UInt8], donors: [[UInt8]], _ generator: inout Generator) {
        guard !bytes.isEmpty else { return }
        switch self {
        case .flipBits:
            for _ in 0...generator.below(16) {
                bytes[generator.below(bytes.count)] ^= 1 << UInt8(generator.below(8))
            }
        case .fill:
            let value: UInt8 = [0, 0xFF, UInt8(generator.below(256))][generator.below(3)]
            for index in generator.range(in: bytes.count, upTo: 4096) { bytes[index] = value }
        case .number:
            let width = [1, 2, 3, 4, 8][generator.below(5)]
            guard bytes.count >= width else { return }
            let start = generator.below(bytes.count - width + 1)
            bytes.write(
                generator.extreme(), at: start..<start + width,
                isLittle: generator.chance(30))
        case .cutEnd: bytes.removeLast(generator.range(in: bytes.count, upTo: .max).count)
        case .cutStart:
            bytes.removeFirst(generator.range(in: bytes.count, upTo: 4096).count)
        case .remove: bytes.removeSubrange(block(of: bytes, &generator))
        case .double:
            let block = block(of: bytes, &generator)
            bytes.insert(contentsOf: Array(bytes[block]), at: block.upperBound)
        case .swap: swapBlocks(in: &bytes, &generator)
        case .overwrite, .insert:
            guard let donor = generator.pick(donors), !donor.isEmpty else { return }
            let piece = Array(donor[block(of: donor, &generator)])
            let start = generator.below(bytes.count)
            let end = self == .insert ? start : min(bytes.count, start + piece.count)
            bytes.replaceSubrange(start..<end, with: piece)
        }
    }

    private func block(of bytes: [UInt8], _ generator: inout Generator) -> Range<Int> {
        generator.range(in: bytes.count, upTo: BlockMutation.blockMaximum)
    }

    private func swapBlocks(in bytes: inout [UInt8], _ generator: inout Generator) {
        let (left, right) = (block(of: bytes, &generator), block(of: bytes, &generator))
        let (first, second) = left.lowerBound < right.lowerBound ? (left, right) : (right, left)
        guard first.upperBound <= second.lowerBound else { return }
        let (front, back) = (Array(bytes[first]), Array(bytes[second]))
        bytes.replaceSubrange(second, with: front)
        bytes.replaceSubrange(first, with: back)
    }
}

extension [UInt8] {
    /// Writes the low bytes of a number.
    mutating func write(_ value: UInt64, at range: Range<Int>, isLittle: Bool = false) {
        for (place, index) in range.enumerated() {
            let shift = 8 * (isLittle ? place : range.count - 1 - place)
            self[index] = shift < 64 ? UInt8(truncatingIfNeeded: value >> UInt64(shift)) : 0
        }
    }

    /// The number in up to eight bytes.
    func number(at range: Range<Int>, isLittle: Bool = false) -> UInt64 {
        let part = self[range]
        return (isLittle ? Array(part.reversed()) : Array(part)).reduce(0) {
            $0 << 8 | UInt64($1)
        }
    }
}
