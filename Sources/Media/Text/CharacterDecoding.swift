/// Bytes of text in the encodings that subtitles come in, without help of the C library.
///
/// UTF-8 where it is valid, UTF-16 after a byte order mark, and else Windows-1252, which has ISO 8859-1 in it
/// (encoding.spec.whatwg.org, section 9.1): a guess, but the one that loses least.
enum CharacterDecoding {
    /// Whether the bytes can stay as they are.
    static func isPlainUnicode(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        !hasWideMark(bytes) && isUTF8(bytes)
    }

    static func text(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
        if hasWideMark(bytes) { return wideText(bytes) }
        if isUTF8(bytes) { return String(decoding: bytes, as: UTF8.self) }
        var scalars = String.UnicodeScalarView()
        for byte in bytes {
            let isSpecial = (0x80...0x9F).contains(byte)
            scalars.append(
                isSpecial ? windowsScalars[Int(byte) - 0x80] : Unicode.Scalar(byte))
        }
        return String(scalars)
    }

    private static func hasWideMark(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        let mark = bytes.prefix(2)
        return mark.elementsEqual([0xFE, 0xFF]) || mark.elementsEqual([0xFF, 0xFE])
    }

    private static func isUTF8(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        var decoder = UTF8()
        var iterator = bytes.makeIterator()
        while true {
            switch decoder.decode(&iterator) {
            case .scalarValue: continue
            case .emptyInput: return true
            case .error: return false
            }
        }
    }

    private static func wideText(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
        let isBig = bytes[0] == 0xFE
        var units: [UInt16] = []
        units.reserveCapacity(bytes.count / 2)
        var place = 2
        while place + 1 < bytes.count {
            let (first, second) = (UInt16(bytes[place]), UInt16(bytes[place + 1]))
            units.append(isBig ? first << 8 | second : second << 8 | first)
            place += 2
        }
        return String(decoding: units, as: UTF16.self)
    }

    /// Of the bytes from 0x80 to 0x9F.
    private static let windowsScalars = Array(
        "\u{20AC}\u{81}\u{201A}\u{0192}\u{201E}\u{2026}\u{2020}\u{2021}\u{02C6}\u{2030}\u{0160}\u{2039}\u{0152}\u{8D}\u{017D}\u{8F}\u{90}\u{2018}\u{2019}\u{201C}\u{201D}\u{2022}\u{2013}\u{2014}\u{02DC}\u{2122}\u{0161}\u{203A}\u{0153}\u{9D}\u{017E}\u{0178}"
            .unicodeScalars)
}
