import TranscodeModel

/// One subsegment as the `sidx` lists it.
public struct IndexReference: Hashable, Sendable, Codable {
    public var byteCount: Int64
    /// In ticks of presentation.
    public var duration: Int64
    /// Whether it says that it starts with a stream access point of type 1.
    public var startsWithAccessPoint: Bool

    init(byteCount: Int64, duration: Int64, startsWithAccessPoint: Bool = true) {
        self.byteCount = byteCount
        self.duration = duration
        self.startsWithAccessPoint = startsWithAccessPoint
    }
}

/// The `sidx` box (ISO/IEC 14496-12, 8.16.3), version 1, that describes a whole track file.
enum SegmentIndex {
    private static let headerLength = 40

    static func byteCount(references: Int) -> Int { headerLength + 12 * references }

    /// Presentation starts at 0, since the edit list takes away what comes before.
    static func bytes(
        name: String, header: TrackHeader, _ references: [IndexReference]
    ) throws(Failure) -> [UInt8] {
        guard let count = UInt16(exactly: references.count) else {
            throw .invalidBytes(name, "\(references.count) segments do not fit an index", at: 0)
        }
        var body = BoxWriter.big(header.trackID) + BoxWriter.big(UInt32(header.timescale))
        body += BoxWriter.big(UInt64(0)) + BoxWriter.big(UInt64(0))
        body += BoxWriter.big(UInt16(0)) + BoxWriter.big(count)
        for reference in references {
            guard let size = Int32(exactly: reference.byteCount),
                let duration = UInt32(exactly: reference.duration)
            else {
                throw .invalidBytes(
                    name, "a segment of \(reference.byteCount) bytes does not fit an index", at: 0)
            }
            body += BoxWriter.big(size) + BoxWriter.big(duration)
            body += BoxWriter.big(UInt32(0x9000_0000))
        }
        return BoxWriter.fullBox("sidx", version: 1, body)
    }

    /// Reads an index whose first byte of media follows it at once.
    static func references(_ box: Box, header: TrackHeader) throws(Failure) -> [IndexReference] {
        var body = box.body
        guard try body.versionAndFlags().version == 1 else {
            throw body.fault("sidx is not version 1")
        }
        guard try body.uint32() == header.trackID, try body.uint32() == UInt32(header.timescale)
        else { throw body.fault("sidx is of another track or timescale") }
        guard try body.uint64() == 0, try body.uint64() == 0 else {
            throw body.fault("sidx does not start at time 0 and at its own end")
        }
        try body.skip(2)
        let count = Int(try body.uint16())
        guard body.remaining == 12 * count else { throw body.fault("sidx has a wrong length") }
        var references: [IndexReference] = []
        for _ in 0..<count {
            let size = try body.uint32()
            guard size >> 31 == 0 else { throw body.fault("sidx refers to another sidx") }
            let duration = Int64(try body.uint32())
            references.append(
                IndexReference(
                    byteCount: Int64(size), duration: duration,
                    startsWithAccessPoint: try body.uint32() == 0x9000_0000))
        }
        return references
    }

    /// The index that describes some fragments. Those that are decoded where a segment starts do start one; all do where
    /// `segments` is nil.
    static func references(
        _ fragments: [TrackFragment], segments: SegmentTicks?, shift: Int64
    ) -> [IndexReference] {
        let starts = fragments.indices.filter {
            $0 == 0 || segments?.start(at: fragments[$0].decodeTime) ?? true
        }
        return zip(starts, starts.dropFirst() + [fragments.count]).map { first, next in
            let members = fragments[first..<next]
            let start = max(0, members[first].compositionStart - shift)
            let end = members.map { $0.compositionStart - shift + $0.duration }.max() ?? start
            return IndexReference(
                byteCount: members.reduce(0) { $0 + $1.extent.length },
                duration: max(0, end - start),
                startsWithAccessPoint: true)
        }
    }
}
