import TranscodeModel

/// A box in memory: its type and what is in it (ISO/IEC 14496-12, 4.2).
struct Box {
    var type: String
    /// The whole box in its file, header and all.
    var extent: Extent
    var body: ByteCursor
    /// The whole box as it stands.
    var bytes: ArraySlice<UInt8>
}

/// Where a box at the top of a file is.
struct TopLevelBox: Hashable {
    var type: String
    var extent: Extent
    var headerLength: Int64

    var bodyLength: Int64 { extent.length - headerLength }

    /// Far more than any file we make has; it bounds the work on a hostile one.
    private static let countMaximum = 1_000_000
    /// Headers of ours are small; media data is never read into memory whole.
    private static let loadMaximum: Int64 = 64 << 20

    /// All boxes at the top level. They must fill the file exactly.
    static func all(in source: any ByteSource) throws(Failure) -> [TopLevelBox] {
        var boxes: [TopLevelBox] = []
        var offset: Int64 = 0
        while offset < source.byteCount {
            guard boxes.count < countMaximum else {
                throw source.fault("too many boxes", at: offset)
            }
            let box = try header(in: source, at: offset)
            boxes.append(box)
            offset = box.extent.end
        }
        return boxes
    }

    static func header(in source: any ByteSource, at offset: Int64) throws(Failure) -> TopLevelBox {
        let length = Int(min(16, max(source.byteCount - offset, 0)))
        let bytes = try source.read(at: offset, length: length)
        var cursor = ByteCursor(name: source.name, bytes: bytes, base: offset)
        let (type, size, header) = try cursor.boxHeader(available: source.byteCount - offset)
        return TopLevelBox(
            type: type, extent: Extent(offset: offset, length: size), headerLength: header)
    }

    /// The box with its contents in memory.
    func load(from source: any ByteSource) throws(Failure) -> Box {
        guard extent.length <= TopLevelBox.loadMaximum else {
            throw source.fault("the \(type) box has \(extent.length) bytes", at: extent.offset)
        }
        let bytes = try source.read(extent)
        var cursor = ByteCursor(name: source.name, bytes: bytes, base: extent.offset)
        try cursor.skip(Int(headerLength))
        return Box(type: type, extent: extent, body: cursor, bytes: bytes[...])
    }
}

extension ByteCursor {
    /// Reads a box header. The size, in 32 or 64 bits, must fit what is available; size 0, "to the
    /// end of the file", is refused, since we never write it.
    fileprivate mutating func boxHeader(
        available: Int64
    ) throws(Failure) -> (type: String, size: Int64, header: Int64) {
        var size = UInt64(try uint32())
        let type = try fourCharacters()
        var header: Int64 = 8
        if size == 1 {
            size = try uint64()
            header = 16
        }
        guard let length = Int64(exactly: size), length >= header, length <= available else {
            throw fault("the \(type) box claims \(size) bytes where \(available) are left")
        }
        return (type, length, header)
    }

    /// The boxes that fill the rest of this range.
    func boxes() throws(Failure) -> [Box] {
        var cursor = self
        var boxes: [Box] = []
        while cursor.remaining > 0 {
            let start = cursor.position
            var whole = cursor
            let (type, size, header) = try cursor.boxHeader(available: Int64(cursor.remaining))
            let bytes = try whole.part(Int(size)).rest
            let body = try cursor.part(Int(size - header))
            boxes.append(
                Box(
                    type: type, extent: Extent(offset: base + Int64(start), length: size),
                    body: body, bytes: bytes))
        }
        return boxes
    }
}

extension Box {
    func children() throws(Failure) -> [Box] { try body.boxes() }

    /// The one child of a type.
    func child(_ type: String) throws(Failure) -> Box { try children().only(type, in: self) }
}

extension [Box] {
    func first(_ type: String) -> Box? { first { $0.type == type } }

    /// The box of a type, which must be there once.
    func only(_ type: String, in parent: Box) throws(Failure) -> Box {
        let found = filter { $0.type == type }
        guard found.count == 1 else {
            throw parent.body.fault(
                "\(parent.type) has \(found.count) \(type) boxes instead of one")
        }
        return found[0]
    }
}
