import TranscodeModel

/// Reads big-endian numbers from bytes that are not trusted. It never reads outside its range.
struct ByteCursor {
    let name: String
    let bytes: [UInt8]
    /// Where `bytes` starts in the file, for messages.
    let base: Int64
    private(set) var position: Int
    let end: Int

    init(name: String, bytes: [UInt8], base: Int64) {
        self.name = name
        self.bytes = bytes
        self.base = base
        position = 0
        end = bytes.count
    }

    private init(_ other: ByteCursor, _ range: Range<Int>) {
        name = other.name
        bytes = other.bytes
        base = other.base
        position = range.lowerBound
        end = range.upperBound
    }

    var remaining: Int { end - position }
    var offset: Int64 { base + Int64(position) }

    /// The bytes that are left.
    var rest: ArraySlice<UInt8> { bytes[position..<end] }

    func fault(_ reason: String) -> Failure { .invalidBytes(name, reason, at: offset) }

    /// The next `count` bytes as a cursor of their own; steps past them.
    mutating func part(_ count: Int) throws(Failure) -> ByteCursor {
        guard count >= 0, count <= remaining else {
            throw fault("\(count) bytes are needed where \(remaining) are left")
        }
        defer { position += count }
        return ByteCursor(self, position..<position + count)
    }

    mutating func skip(_ count: Int) throws(Failure) { _ = try part(count) }

    mutating func number(_ byteCount: Int) throws(Failure) -> UInt64 {
        try part(byteCount).rest.reduce(0) { $0 << 8 | UInt64($1) }
    }

    mutating func uint8() throws(Failure) -> UInt8 { UInt8(try number(1)) }
    mutating func uint16() throws(Failure) -> UInt16 { UInt16(try number(2)) }
    mutating func uint32() throws(Failure) -> UInt32 { UInt32(try number(4)) }
    mutating func uint64() throws(Failure) -> UInt64 { try number(8) }
    mutating func int32() throws(Failure) -> Int32 { Int32(bitPattern: try uint32()) }

    /// A 64-bit number that must fit the signed type.
    mutating func int64() throws(Failure) -> Int64 {
        guard let value = Int64(exactly: try uint64()) else { throw fault("a time out of range") }
        return value
    }

    /// Four characters; bytes outside ASCII stand for themselves in Latin-1.
    mutating func fourCharacters() throws(Failure) -> String {
        String(String.UnicodeScalarView(try part(4).rest.map { Unicode.Scalar($0) }))
    }

    /// The version and flags of a full box.
    mutating func versionAndFlags() throws(Failure) -> (version: UInt8, flags: UInt32) {
        let word = try uint32()
        return (UInt8(word >> 24), word & 0xFF_FFFF)
    }
}
