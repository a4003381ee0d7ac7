/// Makes a hostile file of a good one: the same seed, file and donors make the same bytes.
struct Mutator {
    /// Files of which blocks and elements are taken.
    let donors: [[UInt8]]
    /// A larger input only takes longer.
    private static let byteMaximum = 4 << 20

    /// The bytes, changed in one to six ways, and the names of those ways.
    func mutated(
        _ original: [UInt8], _ generator: inout Generator
    ) -> (bytes: [UInt8], ways: [String]) {
        var bytes = original
        var ways: [String] = []
        let count = 1 + generator.below(1 + generator.below(6))
        for _ in 0..<count {
            ways.append(change(&bytes, &generator))
            if bytes.count > Mutator.byteMaximum {
                bytes.removeLast(bytes.count - Mutator.byteMaximum)
            }
        }
        if bytes.starts(with: Array("OggS".utf8)), generator.chance(85) { OggPage.repair(&bytes) }
        return (bytes, ways)
    }

    private func change(_ bytes: inout [UInt8], _ generator: inout Generator) -> String {
        let isTransport = bytes.count > 376 && bytes[0] == 0x47 && bytes[188] == 0x47
        if isTransport, generator.chance(40) {
            let way = TransportPacket.allCases[generator.below(TransportPacket.allCases.count)]
            way.apply(to: &bytes, &generator)
            return "packet-\(way)"
        }
        if generator.chance(60) {
            let way = ElementMutation.allCases[generator.below(ElementMutation.allCases.count)]
            if way.apply(to: &bytes, donors: donors, &generator) { return "element-\(way)" }
        }
        let way = BlockMutation.allCases[generator.below(BlockMutation.allCases.count)]
        way.apply(to: &bytes, donors: donors, &generator)
        return "\(way)"
    }
}
