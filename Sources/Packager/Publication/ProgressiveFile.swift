import TranscodeModel

/// What the `moov` of a progressive MP4 says of its tracks.
struct ProgressiveFile {
    struct Track: Hashable {
        /// `vide` or `soun`.
        var handler: String
        var samples: Int
        /// The media's, in seconds.
        var duration: Rational
        /// When each picture is shown, in ticks from the first on; of pictures alone.
        var shownTimes: TickRuns
    }
    var tracks: [Track]
    /// Whether all boxes of samples stand behind the `moov`.
    var startsWithMovie: Bool
    /// In the list of chapters (`chpl`), which has room for 255.
    var chapters: Int

    /// Far above the ticks of any real track, far below an overflow of sums.
    private static let ticksMaximum: Int64 = 1 << 60

    /// More pictures than `picturesMaximum` are refused before their times are told apart: a count takes four bytes,
    /// and what it promises could fill the memory.
    init(_ source: any ByteSource, picturesMaximum: Int) throws(Failure) {
        let boxes = try TopLevelBox.all(in: source)
        guard let place = boxes.firstIndex(where: { $0.type == "moov" }), boxes[0].type == "ftyp"
        else { throw source.fault("it has no ftyp and moov", at: 0) }
        startsWithMovie = !boxes[..<place].contains { $0.type == "mdat" }
        tracks = []
        chapters = 0
        for box in try boxes[place].load(from: source).children() {
            if box.type == "trak" {
                tracks.append(try ProgressiveFile.track(box, picturesMaximum: picturesMaximum))
            }
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

    private static func track(_ box: Box, picturesMaximum: Int) throws(Failure) -> Track {
        let media = try box.child("mdia")
        var handler = try media.child("hdlr").body
        try handler.skip(8)
        let kind = try handler.fourCharacters()
        let table = try media.child("minf").child("stbl")
        var sizes = try table.child("stsz").body
        try sizes.skip(8)
        let samples = Int(try sizes.uint32())
        guard kind != "vide" || samples <= picturesMaximum else {
            throw sizes.fault(
                "it has \(samples) pictures where the plan has \(picturesMaximum)")
        }
        let steps = try runs(table.child("stts"), samples: samples)
        let ticks = steps.reduce(Int128(0)) { $0 + Int128($1.count) * Int128($1.value) }
        guard ticks <= Int128(ticksMaximum) else {
            throw table.body.fault("its samples last \(ticks) ticks")
        }
        var header = try media.child("mdhd").body
        try header.skip(try header.versionAndFlags().version == 1 ? 16 : 8)
        guard let duration = Rational(exactly: Int64(ticks), Int64(try header.uint32())) else {
            throw header.fault("the timescale is 0")
        }
        var shown = TickRuns()
        if kind == "vide" {
            let offsets = try table.children().first("ctts")
            shown = shownTimes(
                steps,
                offsets: try offsets.map { box throws(Failure) in
                    try runs(box, samples: samples)
                })
        }
        return Track(handler: kind, samples: samples, duration: duration, shownTimes: shown)
    }

    /// A table of counts and values, such as `stts`: samples in a row that have the same.
    private static func runs(
        _ box: Box, samples: Int
    ) throws(Failure) -> [(count: Int, value: UInt32)] {
        var body = box.body
        try body.skip(4)
        var list: [(count: Int, value: UInt32)] = []
        var left = samples
        for _ in 0..<(try body.uint32()) {
            let run = (count: Int(try body.uint32()), value: try body.uint32())
            left -= run.count
            guard left >= 0 else { throw body.fault("times of more than \(samples) samples") }
            list.append(run)
        }
        return list
    }

    /// Composition offsets may be negative.
    private static func shownTimes(
        _ steps: [(count: Int, value: UInt32)], offsets: [(count: Int, value: UInt32)]?
    ) -> TickRuns {
        var times: [Int64] = []
        var time: Int64 = 0
        for step in steps {
            for _ in 0..<step.count {
                times.append(time)
                time += Int64(step.value)
            }
        }
        var place = 0
        for run in offsets ?? [] {
            let end = min(place + run.count, times.count)
            for index in place..<end { times[index] += Int64(Int32(bitPattern: run.value)) }
            place = end
        }
        times.sort()
        return TickRuns(times.lazy.map { $0 - (times.first ?? 0) })
    }
}
