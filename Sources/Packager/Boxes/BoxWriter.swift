/// Builds boxes from the inside out.
enum BoxWriter {
    /// A box with a 32-bit size.
    static func box(_ type: String, _ body: [UInt8]) -> [UInt8] {
        precondition(type.utf8.count == 4)
        return big(UInt32(8 + body.count)) + Array(type.utf8) + body
    }

    static func fullBox(_ type: String, version: UInt8, flags: UInt32 = 0, _ body: [UInt8])
        -> [UInt8]
    {
        box(type, big(UInt32(version) << 24 | flags) + body)
    }

    /// The bytes of a number, most significant first.
    static func big<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
        withUnsafeBytes(of: number.bigEndian) { Array($0) }
    }
}
