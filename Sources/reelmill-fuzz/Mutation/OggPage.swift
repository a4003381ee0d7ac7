/// Ogg pages (RFC 3533, section 6).
enum OggPage {
    /// Where the page that starts at an offset ends; nil when it is not whole.
    static func end(in bytes: [UInt8], at offset: Int) -> Int? {
        guard offset + 27 <= bytes.count else { return nil }
        let segments = Int(bytes[offset + 26])
        let table = offset + 27..<offset + 27 + segments
        guard table.upperBound <= bytes.count else { return nil }
        let end = table.upperBound + bytes[table].reduce(0) { $0 + Int($1) }
        return end <= bytes.count ? end : nil
    }

    /// Makes the checksums right, without which a reader looks at nothing else.
    static func repair(_ bytes: inout [UInt8]) {
        var offset = 0
        while offset + 27 <= bytes.count {
            guard bytes[offset..<offset + 4].elementsEqual(Array("OggS".utf8)),
                let end = end(in: bytes, at: offset)
            else {
                offset += 1
                continue
            }
            bytes.write(0, at: offset + 22..<offset + 26)
            bytes.write(
                UInt64(checksum(bytes[offset..<end])), at: offset + 22..<offset + 26, isLittle: true
            )
            offset = end
        }
    }

    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index) << 24) { value, _ in
            value & 0x8000_0000 == 0 ? value << 1 : value << 1 ^ 0x04C1_1DB7
        }
    }

    private static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        bytes.reduce(0) { $0 << 8 ^ table[Int(UInt8($0 >> 24) ^ $1)] }
    }
}
