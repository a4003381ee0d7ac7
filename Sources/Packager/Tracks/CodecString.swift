import TranscodeModel

/// The codec strings of RFC 6381 and of the codecs' own file format specifications.
enum CodecString {
    /// `avc1.` and the profile, constraint and level bytes of `avcC`.
    static func avc(_ box: Box) throws(Failure) -> String {
        var body = box.body
        try body.skip(1)
        var text = "avc1."
        for _ in 0..<3 { text += hex(try body.uint8(), digits: 2) }
        return text
    }

    /// ISO/IEC 14496-15, annex E.
    static func hevc(_ box: Box) throws(Failure) -> String {
        var body = box.body
        try body.skip(1)
        let profile = try body.uint8()
        let compatibility = try body.uint32()
        var constraints: [UInt8] = []
        for _ in 0..<6 { constraints.append(try body.uint8()) }
        let level = try body.uint8()
        let space = ["", "A", "B", "C"][Int(profile >> 6)]
        let tier = profile & 0x20 == 0 ? "L" : "H"
        while constraints.last == 0 { constraints.removeLast() }
        let reversed = (0..<32).reduce(UInt32(0)) { $0 | (compatibility >> $1 & 1) << (31 - $1) }
        return
            (["hvc1", "\(space)\(profile & 0x1F)", hex(reversed, digits: 1), "\(tier)\(level)"]
            + constraints.map { hex($0, digits: 1) }).joined(separator: ".")
    }

    /// AV1 Codec ISO Media File Format Binding, section 5: profile, level and tier, bit depth; and the colours, where
    /// they are of high dynamic range: what is left out is BT.709.
    static func av1(_ box: Box, color: ColorCodes?) throws(Failure) -> String {
        var body = box.body
        try body.skip(1)
        let (first, second) = (try body.uint8(), try body.uint8())
        let (profile, level) = (first >> 5, first & 0x1F)
        let isHigh = second & 0x40 != 0
        let depth = !isHigh ? "08" : profile == 2 && second & 0x20 != 0 ? "12" : "10"
        let tier = second & 0x80 == 0 ? "M" : "H"
        let text = "av01.\(profile).\(level < 10 ? "0" : "")\(level)\(tier).\(depth)"
        guard let color, color.isHighDynamicRange else { return text }
        let codes = [color.primaries, color.transfer, color.matrix].map {
            $0 < 10 ? "0\($0)" : String($0)
        }
        // Pictures in colour, 4:2:0 with chroma where `av1C` says.
        let chroma = "\(second >> 3 & 1)\(second >> 2 & 1)\(second & 3)"
        return ([text, String(second >> 4 & 1), chroma] + codes + [color.isFullRange ? "1" : "0"])
            .joined(separator: ".")
    }

    /// `mp4a.40.` and the audio object type (ISO/IEC 14496-1 descriptors, 14496-3 configuration).
    static func mpeg4Audio(_ box: Box) throws(Failure) -> String {
        var body = box.body
        try body.skip(4)
        var stream = try descriptor(0x03, in: &body)
        try stream.skip(2)
        let flags = try stream.uint8()
        if flags & 0x80 != 0 { try stream.skip(2) }
        if flags & 0x40 != 0 { try stream.skip(Int(try stream.uint8())) }
        if flags & 0x20 != 0 { try stream.skip(2) }
        var decoder = try descriptor(0x04, in: &stream)
        guard try decoder.uint8() == 0x40 else {
            throw decoder.fault("mp4a holds something other than MPEG-4 audio")
        }
        try decoder.skip(12)
        var specific = try descriptor(0x05, in: &decoder)
        let bits = try specific.uint16()
        let type = bits >> 11 == 31 ? 32 + (bits >> 5 & 0x3F) : bits >> 11
        return "mp4a.40.\(type)"
    }

    /// A descriptor's contents; its length is coded in 7 bits a byte.
    private static func descriptor(
        _ tag: UInt8, in cursor: inout ByteCursor
    ) throws(Failure) -> ByteCursor {
        guard try cursor.uint8() == tag else { throw cursor.fault("no descriptor of tag \(tag)") }
        var length = 0
        for _ in 0..<4 {
            let byte = try cursor.uint8()
            length = length << 7 | Int(byte & 0x7F)
            if byte & 0x80 == 0 { break }
        }
        return try cursor.part(length)
    }

    private static func hex(_ value: some BinaryInteger, digits: Int) -> String {
        let text = String(value, radix: 16)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }
}
