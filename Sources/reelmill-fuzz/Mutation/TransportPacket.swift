import SeededRandom

/// Changes to single packets of a transport stream (ISO/IEC 13818-1, sections 2.4.3.2 and 2.4.3.6).
enum TransportPacket: CaseIterable {
    case identifier, continuity, flags, elementaryHeader, timestamp, clockReference

    static let length = 188

    /// Changes up to a dozen packets in one way.
    func apply(to bytes: inout [UInt8], _ generator: inout Generator) {
        let count = bytes.count / TransportPacket.length
        for _ in 0...generator.below(12) {
            let offset = generator.below(count) * TransportPacket.length
            guard offset + TransportPacket.length <= bytes.count else { return }
            change(&bytes, at: offset, &generator)
        }
    }

    private func change(_ bytes: inout [UInt8], at offset: Int, _ generator: inout Generator) {
        switch self {
        case .identifier:
            let other = generator.below(bytes.count / TransportPacket.length)
            let isOther = generator.chance(60)
            let identifier =
                isOther
                ? bytes.number(at: other * 188 + 1..<other * 188 + 3) & 0x1FFF
                : generator.next() & 0x1FFF
            bytes[offset + 1] = bytes[offset + 1] & 0xE0 | UInt8(identifier >> 8)
            bytes[offset + 2] = UInt8(identifier & 0xFF)
        case .continuity:
            bytes[offset + 3] = bytes[offset + 3] & 0xF0 | UInt8(generator.below(16))
        case .flags:
            let place = offset + [1, 3, 4, 5][generator.below(4)]
            bytes[place] ^= 1 << UInt8(generator.below(8))
        case .elementaryHeader, .timestamp:
            guard let start = elementaryStart(bytes, at: offset) else { return }
            if self == .elementaryHeader {
                bytes[start + 3 + generator.below(6)] = UInt8(generator.below(256))
            } else {
                writeTime(generator.extreme(), to: &bytes, at: start + 9)
            }
        case .clockReference:
            guard bytes[offset + 3] & 0x20 != 0, bytes[offset + 4] > 6 else { return }
            bytes[offset + 5] |= 0x10
            bytes.write(generator.extreme(), at: offset + 6..<offset + 12)
        }
    }

    /// Where a packet's elementary stream header starts, if it has one with room for times.
    private func elementaryStart(_ bytes: [UInt8], at offset: Int) -> Int? {
        var start = offset + 4
        if bytes[offset + 3] & 0x20 != 0 { start += 1 + Int(bytes[offset + 4]) }
        guard start + 19 <= offset + TransportPacket.length, bytes[start] == 0,
            bytes[start + 1] == 0, bytes[start + 2] == 1
        else { return nil }
        return start
    }

    /// 33 bits with markers between them, as they are.
    private func writeTime(_ time: UInt64, to bytes: inout [UInt8], at start: Int) {
        bytes[start] = bytes[start] & 0xF1 | UInt8(time >> 30 & 7) << 1
        bytes[start + 1] = UInt8(time >> 22 & 0xFF)
        bytes[start + 2] = UInt8(time >> 15 & 0x7F) << 1 | 1
        bytes[start + 3] = UInt8(time >> 7 & 0xFF)
        bytes[start + 4] = UInt8(time & 0x7F) << 1 | 1
    }
}
