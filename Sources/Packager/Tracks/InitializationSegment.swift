public import TranscodeModel

/// The `ftyp` and `moov` of a track file with one track.
public struct InitializationSegment: Sendable {
    public let header: TrackHeader
    private let movie: Box
    /// Far above any real time, far below an overflow of sums.
    private static let timeMaximum: Int64 = 1 << 60

    /// Parses `ftyp` and `moov` alone.
    public init(name: String, bytes: [UInt8]) throws(Failure) {
        let source = MemoryByteSource(name: name, bytes: bytes)
        let boxes = try TopLevelBox.all(in: source)
        guard boxes.map(\.type) == ["ftyp", "moov"] else {
            throw source.fault(
                "it should hold ftyp and moov, but holds \(boxes.map(\.type))", at: 0)
        }
        try self.init(movie: try boxes[1].load(from: source))
    }

    init(movie: Box) throws(Failure) {
        self.movie = movie
        let boxes = try movie.children()
        let track = try boxes.only("trak", in: movie)
        let media = try track.child("mdia")
        let description = try media.child("minf").child("stbl").child("stsd")
        var entries = description.body
        try entries.skip(4)
        guard try entries.uint32() == 1, let first = try entries.boxes().first else {
            throw description.body.fault("there should be one sample description")
        }
        let entry = try SampleEntry(first)
        let timescale = try InitializationSegment.timescale(media.child("mdhd"))
        let trackID = try InitializationSegment.trackID(track.child("tkhd"))
        let extends = try boxes.only("mvex", in: movie).child("trex")
        header = TrackHeader(
            timescale: timescale, codec: entry.codec, media: entry.media,
            shift: try InitializationSegment.shift(track), preSkip: entry.preSkip,
            trackID: trackID,
            defaults: try InitializationSegment.defaults(extends, trackID: trackID))
    }

    private static func timescale(_ box: Box) throws(Failure) -> Int {
        var body = box.body
        try body.skip(try body.versionAndFlags().version == 1 ? 16 : 8)
        let timescale = Int(try body.uint32())
        guard timescale > 0 else { throw body.fault("the timescale is 0") }
        return timescale
    }

    private static func trackID(_ box: Box) throws(Failure) -> UInt32 {
        var body = box.body
        try body.skip(try body.versionAndFlags().version == 1 ? 16 : 8)
        return try body.uint32()
    }

    private static func defaults(_ box: Box, trackID: UInt32) throws(Failure) -> SampleDefaults {
        var body = box.body
        try body.skip(4)
        guard try body.uint32() == trackID else { throw body.fault("trex is for another track") }
        try body.skip(4)
        return SampleDefaults(
            duration: try body.uint32(), size: try body.uint32(), flags: try body.uint32())
    }

    /// The media time of the only edit.
    private static func shift(_ track: Box) throws(Failure) -> Int64 {
        guard let edits = try track.children().first("edts") else { return 0 }
        var body = try edits.child("elst").body
        let isLong = try body.versionAndFlags().version == 1
        guard try body.uint32() == 1 else { throw body.fault("there should be one edit") }
        try body.skip(isLong ? 8 : 4)
        let time = isLong ? Int64(bitPattern: try body.uint64()) : Int64(try body.int32())
        guard (0...timeMaximum).contains(time), try body.uint32() == 1 << 16 else {
            throw body.fault("an edit that is empty or changes the speed")
        }
        return time
    }

    /// The segment as it is published: CMAF brands, an edit list that takes `shift` ticks off the
    /// start, no durations (the fragments have them), no user data.
    ///
    /// The edit's duration is 0, "all that the fragments hold" (ISO/IEC 23000-19, 7.5.13).
    public func published(shift: Int64) throws(Failure) -> [UInt8] {
        var body: [UInt8] = []
        for box in try movie.children() {
            switch box.type {
            case "udta", "meta": continue
            case "mvhd": body += try InitializationSegment.zeroingDuration(box, skip: (12, 20))
            case "trak": body += try InitializationSegment.track(box, shift: shift)
            case "mvex":
                let kept = try box.children().filter { $0.type != "mehd" }
                body += BoxWriter.box("mvex", kept.flatMap { $0.bytes })
            default: body += box.bytes
            }
        }
        let brands = ["iso6", "cmfc", "mp41", "dash"].flatMap { Array($0.utf8) }
        return BoxWriter.box("ftyp", Array("iso6".utf8) + BoxWriter.big(UInt32(0)) + brands)
            + BoxWriter.box("moov", body)
    }

    private static func track(_ track: Box, shift: Int64) throws(Failure) -> [UInt8] {
        var body: [UInt8] = []
        for box in try track.children() {
            switch box.type {
            case "udta", "meta", "edts": continue
            case "tkhd":
                body += try zeroingDuration(box, skip: (16, 24))
                if shift > 0 { body += editList(mediaTime: shift) }
            case "mdia":
                var media: [UInt8] = []
                for child in try box.children() {
                    media +=
                        child.type == "mdhd"
                        ? try zeroingDuration(child, skip: (12, 20)) : Array(child.bytes)
                }
                body += BoxWriter.box("mdia", media)
            default: body += box.bytes
            }
        }
        return BoxWriter.box("trak", body)
    }

    private static func editList(mediaTime: Int64) -> [UInt8] {
        let entry =
            BoxWriter.big(UInt64(0)) + BoxWriter.big(mediaTime) + BoxWriter.big(UInt32(1 << 16))
        return BoxWriter.box(
            "edts", BoxWriter.fullBox("elst", version: 1, BoxWriter.big(UInt32(1)) + entry))
    }

    /// Sets a header's duration to 0; it stands `skip` bytes after version and flags, by version.
    private static func zeroingDuration(
        _ box: Box, skip: (short: Int, long: Int)
    ) throws(Failure) -> [UInt8] {
        var body = box.body
        let isLong = try body.versionAndFlags().version == 1
        try body.skip(isLong ? skip.long : skip.short)
        let start = body.position - box.bytes.startIndex
        try body.skip(isLong ? 8 : 4)
        var bytes = Array(box.bytes)
        for index in start..<start + (isLong ? 8 : 4) { bytes[index] = 0 }
        return bytes
    }
}
