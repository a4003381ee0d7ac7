import TranscodeModel

/// How a track's samples are coded, from its sample description.
struct SampleEntry {
    var codec: String
    var media: TrackHeader.Media
    var preSkip: Int?

    init(_ entry: Box) throws(Failure) {
        switch entry.type {
        case "avc1", "hvc1", "av01": self = try SampleEntry(visual: entry)
        case "mp4a", "Opus": self = try SampleEntry(sound: entry)
        default: throw entry.body.fault("samples are coded as \(entry.type), which we never write")
        }
    }

    private init(codec: String, media: TrackHeader.Media, preSkip: Int?) {
        self.codec = codec
        self.media = media
        self.preSkip = preSkip
    }

    /// ISO/IEC 14496-12, 12.1.3: 78 bytes, then boxes.
    private init(visual entry: Box) throws(Failure) {
        var body = entry.body
        try body.skip(24)
        let width = Int(try body.uint16())
        let height = Int(try body.uint16())
        guard width > 0, height > 0 else { throw entry.body.fault("its pictures have no size") }
        try body.skip(50)
        let boxes = try body.boxes()
        let color = try SampleEntry.color(boxes)
        let codec =
            switch entry.type {
            case "avc1": try CodecString.avc(boxes.only("avcC", in: entry))
            case "hvc1": try CodecString.hevc(boxes.only("hvcC", in: entry))
            default: try CodecString.av1(boxes.only("av1C", in: entry), color: color)
            }
        self.init(
            codec: codec,
            media: .video(width: width, height: height, color: color),
            preSkip: nil)
    }

    /// ISO/IEC 14496-12, 12.2.3: 28 bytes, then boxes.
    private init(sound entry: Box) throws(Failure) {
        var body = entry.body
        try body.skip(16)
        let channels = Int(try body.uint16())
        try body.skip(6)
        let sampleRate = Int(try body.uint32() >> 16)
        let boxes = try body.boxes()
        if entry.type == "Opus" {
            var specific = try boxes.only("dOps", in: entry).body
            try specific.skip(2)
            let preSkip = Int(try specific.uint16())
            self.init(
                codec: "opus", media: .audio(sampleRate: sampleRate, channels: channels),
                preSkip: preSkip)
        } else {
            self.init(
                codec: try CodecString.mpeg4Audio(boxes.only("esds", in: entry)),
                media: .audio(sampleRate: sampleRate, channels: channels), preSkip: nil)
        }
    }

    private static func color(_ boxes: [Box]) throws(Failure) -> ColorCodes? {
        guard var body = boxes.first("colr")?.body else { return nil }
        guard try body.fourCharacters() == "nclx" else { return nil }
        return ColorCodes(
            primaries: Int(try body.uint16()), transfer: Int(try body.uint16()),
            matrix: Int(try body.uint16()), isFullRange: try body.uint8() & 0x80 != 0)
    }
}
