/// A part of a file with a name, a size and contents: an MP4 box, an EBML element, a RIFF chunk, an Ogg page, a
/// transport packet.
struct Element {
    enum SizeCoding { case big, little, ebml }

    var name: [UInt8]
    var nameRange: Range<Int>
    /// Empty where the format states no size.
    var sizeRange: Range<Int>
    var coding: SizeCoding
    var body: Range<Int>
    /// Positions in the list of elements, from the outermost on.
    var ancestors: [Int]
    var isContainer = false

    var start: Int { min(nameRange.lowerBound, sizeRange.lowerBound) }
    var whole: Range<Int> { start..<body.upperBound }

    func size(in bytes: [UInt8]) -> UInt64 {
        let stated = bytes.number(at: sizeRange, isLittle: coding == .little)
        // The leading one bit of an EBML size tells its length.
        return coding == .ebml ? stated & (1 << UInt64(7 * sizeRange.count) - 1) : stated
    }

    func write(size: UInt64, to bytes: inout [UInt8]) {
        guard !sizeRange.isEmpty else { return }
        switch coding {
        case .big: bytes.write(size, at: sizeRange)
        case .little: bytes.write(size, at: sizeRange, isLittle: true)
        case .ebml:
            let marker: UInt64 = 1 << UInt64(7 * sizeRange.count)
            bytes.write(size & (marker - 1) | marker, at: sizeRange)
        }
    }
}

/// What of a file's structure its first bytes and a plain reading tell. It never fails: what cannot be read has no
/// elements.
struct ElementMap {
    private(set) var elements: [Element] = []
    let bytes: [UInt8]
    private static let countMaximum = 4000
    private static let depthMaximum = 12

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        let everything = 0..<bytes.count
        if has([0x1A, 0x45, 0xDF, 0xA3], at: 0) {
            readEBML(everything, [])
        } else if has("RIFF", at: 0) || has("FORM", at: 0) {
            readRIFF(everything, [], isLittle: has("RIFF", at: 0))
        } else if has("OggS", at: 0) {
            readOgg()
        } else if has("FLV", at: 0) {
            readFLV()
        } else if ["ftyp", "moov", "styp", "mdat", "free", "wide", "skip"].contains(where: {
            has($0, at: 4)
        }) {
            readBoxes(everything, [])
        } else if bytes.count > 376, bytes[0] == 0x47, bytes[188] == 0x47 {
            readPackets()
        } else {
            readStartCodes()
        }
    }

    private var isFull: Bool { elements.count >= ElementMap.countMaximum }

    private func has(_ text: String, at offset: Int) -> Bool { has(Array(text.utf8), at: offset) }

    private func has(_ pattern: [UInt8], at offset: Int) -> Bool {
        offset >= 0 && offset + pattern.count <= bytes.count
            && bytes[offset..<offset + pattern.count].elementsEqual(pattern)
    }

    private mutating func add(
        name: Range<Int>, size: Range<Int>, _ coding: Element.SizeCoding, body: Range<Int>,
        _ ancestors: [Int], isContainer: Bool = false
    ) -> Int {
        elements.append(
            Element(
                name: Array(bytes[name]), nameRange: name, sizeRange: size, coding: coding,
                body: body, ancestors: ancestors, isContainer: isContainer))
        return elements.count - 1
    }

    private static let boxContainers: Set<String> = [
        "moov", "trak", "mdia", "minf", "stbl", "edts", "mvex", "moof", "traf", "udta", "dinf",
        "mfra", "schi", "sinf",
    ]

    private mutating func readBoxes(_ range: Range<Int>, _ ancestors: [Int]) {
        var offset = range.lowerBound
        while offset + 8 <= range.upperBound, !isFull {
            var size = Int(bytes.number(at: offset..<offset + 4))
            var field = offset..<offset + 4
            var header = 8
            if size == 1, offset + 16 <= range.upperBound {
                field = offset + 8..<offset + 16
                size = Int(truncatingIfNeeded: bytes.number(at: field))
                header = 16
            }
            guard size >= header, size <= range.upperBound - offset else { return }
            let name = offset + 4..<offset + 8
            let isContainer = ElementMap.boxContainers.contains(
                String(decoding: bytes[name], as: UTF8.self))
            let body = offset + header..<offset + size
            let own = add(
                name: name, size: field, .big, body: body, ancestors, isContainer: isContainer)
            if isContainer, ancestors.count < ElementMap.depthMaximum {
                readBoxes(body, ancestors + [own])
            }
            offset += size
        }
    }

    private static let ebmlContainers: Set<[UInt8]> = [
        [0x1A, 0x45, 0xDF, 0xA3], [0x18, 0x53, 0x80, 0x67], [0x15, 0x49, 0xA9, 0x66],
        [0x16, 0x54, 0xAE, 0x6B], [0xAE], [0xE0], [0xE1], [0x1F, 0x43, 0xB6, 0x75], [0xA0],
        [0x1C, 0x53, 0xBB, 0x6B], [0xBB], [0xB7], [0x10, 0x43, 0xA7, 0x70], [0x45, 0xB9], [0xB6],
        [0x11, 0x4D, 0x9B, 0x74], [0x4D, 0xBB], [0x12, 0x54, 0xC3, 0x67], [0x73, 0x73],
    ]

    private mutating func readEBML(_ range: Range<Int>, _ ancestors: [Int]) {
        var offset = range.lowerBound
        while offset < range.upperBound, !isFull {
            let nameLength = bytes[offset].leadingZeroBitCount + 1
            guard nameLength <= 4, offset + nameLength < range.upperBound else { return }
            let name = offset..<offset + nameLength
            let sizeLength = bytes[name.upperBound].leadingZeroBitCount + 1
            guard sizeLength <= 8, name.upperBound + sizeLength <= range.upperBound else { return }
            let field = name.upperBound..<name.upperBound + sizeLength
            let mask: UInt64 = 1 << UInt64(7 * sizeLength) - 1
            let stated = bytes.number(at: field) & mask
            let left = range.upperBound - field.upperBound
            // All ones: the size is not known, and the element goes on to the end.
            let size = stated == mask ? left : Int(min(stated, UInt64(left)))
            let isContainer = ElementMap.ebmlContainers.contains(Array(bytes[name]))
            let body = field.upperBound..<field.upperBound + size
            let own = add(
                name: name, size: field, .ebml, body: body, ancestors, isContainer: isContainer)
            if isContainer, ancestors.count < ElementMap.depthMaximum {
                readEBML(body, ancestors + [own])
            }
            offset = body.upperBound
        }
    }

    private mutating func readRIFF(_ range: Range<Int>, _ ancestors: [Int], isLittle: Bool) {
        var offset = range.lowerBound
        while offset + 8 <= range.upperBound, !isFull {
            let field = offset + 4..<offset + 8
            let size = min(
                Int(bytes.number(at: field, isLittle: isLittle)), range.upperBound - offset - 8)
            let name = offset..<offset + 4
            let isContainer = ["RIFF", "LIST", "FORM"].contains(
                String(decoding: bytes[name], as: UTF8.self))
            let body = field.upperBound..<field.upperBound + size
            let own = add(
                name: name, size: field, isLittle ? .little : .big, body: body, ancestors,
                isContainer: isContainer)
            if isContainer, size > 4, ancestors.count < ElementMap.depthMaximum {
                readRIFF(
                    body.lowerBound + 4..<body.upperBound, ancestors + [own], isLittle: isLittle)
            }
            offset = body.upperBound + size % 2
        }
    }

    private mutating func readOgg() {
        var offset = 0
        while has("OggS", at: offset), let end = OggPage.end(in: bytes, at: offset), !isFull {
            _ = add(
                name: offset..<offset + 4, size: offset + 26..<offset + 27, .big,
                body: offset + 27..<end, [])
            offset = end
        }
    }

    private mutating func readFLV() {
        var offset = 13
        while offset + 11 <= bytes.count, !isFull {
            let field = offset + 1..<offset + 4
            let end = offset + 11 + Int(bytes.number(at: field)) + 4
            guard end <= bytes.count else { return }
            _ = add(name: offset..<offset + 1, size: field, .big, body: offset + 4..<end, [])
            offset = end
        }
    }

    private mutating func readPackets() {
        for offset in stride(from: 0, to: bytes.count - 187, by: TransportPacket.length) {
            guard bytes[offset] == 0x47, !isFull else { return }
            _ = add(
                name: offset..<offset + 3, size: offset..<offset, .big,
                body: offset + 3..<offset + 188, [])
        }
    }

    /// Program streams and raw video: from one start code to the next.
    private mutating func readStartCodes() {
        var starts: [Int] = []
        for index in stride(from: 0, to: bytes.count - 4, by: 1)
        where bytes[index] == 0 && bytes[index + 1] == 0 && bytes[index + 2] == 1 {
            // Two may touch where one is broken; each here has a name of its own.
            if index - (starts.last ?? -4) >= 4 { starts.append(index) }
        }
        for (start, end) in zip(starts, starts.dropFirst() + [bytes.count]) where !isFull {
            _ = add(
                name: start..<start + 4, size: start..<start, .big, body: start + 4..<end, [])
        }
    }
}
