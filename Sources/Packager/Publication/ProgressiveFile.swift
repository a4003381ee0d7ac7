import TranscodeModel

/// What the `moov` of a progressive MP4 says of its tracks.
struct ProgressiveFile {
    struct Track: Hashable {
        /// `vide` or `soun`.
        var handler: String
        var samples: Int
        /// The media's, in seconds.
        var duration: Rational
    }
    var tracks: [Track]
    /// Whether all boxes of samples stand behind the `moov`.
    var startsWithMovie: Bool
    /// In the list of chapters (`chpl`), which has room for 255.
    var chapters: Int

    init(_ source: any ByteSource) throws(Failure) {
        let boxes = try TopLevelBox.all(in: source)
        guard let place = boxes.firstIndex(where: { $0.type == "moov" }), boxes[0].type == "ftyp"
        else { throw source.fault("it has no ftyp and moov", at: 0) }
        startsWithMovie = !boxes[..<place].contains { $0.type == "mdat" }
        tracks = []
        chapters = 0
        for box in try boxes[place].load(from: source).children() {
            if box.type == "trak" { tracks.append(try ProgressiveFile.track(box)) }
            if box.type == "udta" { chapters = try ProgressiveFile.chapters(box) }
        }
    }

    private static func chapters(_ box: Box) throws(Failure) -> Int {
        for list in try box.children() where list.type == "chpl" {
            var body = list.body
            try body.skip(8)
            return Int(try body.uint8())
        }
        return 0
    }

    private static func track(_ box: Box) throws(Failure) -> Track {
        let media = try box.child("mdia")
        var handler = try media.child("hdlr").body
        try handler.skip(8)
        let table = try media.child("minf").child("stbl")
        var sizes = try table.child("stsz").body
        try sizes.skip(8)
        let samples = Int(try sizes.uint32())
        var times = try table.child("stts").body
        try times.skip(4)
        var ticks: Int64 = 0
        for _ in 0..<(try times.uint32()) {
            let (count, delta) = (Int64(try times.uint32()), Int64(try times.uint32()))
            let (sum, overflow) = ticks.addingReportingOverflow(count * delta)
            guard !overflow else { throw times.fault("times out of range") }
            ticks = sum
        }
        var header = try media.child("mdhd").body
        try header.skip(try header.versionAndFlags().version == 1 ? 16 : 8)
        guard let duration = Rational(exactly: ticks, Int64(try header.uint32())) else {
            throw header.fault("the timescale is 0")
        }
        return Track(
            handler: try handler.fourCharacters(), samples: samples, duration: duration)
    }
}
