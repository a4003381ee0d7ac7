import TranscodeModel

/// A `moof` and its `mdat`, with every sample told apart.
struct MovieFragment {
    struct Sample {
        var duration: Int64
        var size: Int64
        var isSync: Bool
        var compositionOffset: Int64
    }

    var extent: Extent
    var sequence: UInt32
    var decodeTime: Int64
    var samples: [Sample]
    /// Where the first sample starts in the file.
    var dataOffset: Int64

    /// More than a fragment of ours ever has; it bounds what a hostile count can ask for.
    private static let sampleCountMaximum = 1 << 20
    private static let timeMaximum: Int64 = 1 << 60

    /// Reads the fragment whose `moof` and `mdat` stand side by side.
    init(
        _ moof: TopLevelBox, _ mdat: TopLevelBox, in source: any ByteSource, header: TrackHeader
    ) throws(Failure) {
        guard moof.type == "moof", mdat.type == "mdat" else {
            throw source.fault(
                "a moof and an mdat are expected, not \(moof.type) and \(mdat.type)",
                at: moof.extent.offset)
        }
        let movie = try moof.load(from: source)
        let boxes = try movie.children()
        var numbers = try boxes.only("mfhd", in: movie).body
        try numbers.skip(4)
        sequence = try numbers.uint32()
        let track = try boxes.only("traf", in: movie)
        let parts = try track.children()
        let defaults = try MovieFragment.defaults(try parts.only("tfhd", in: track), header)
        decodeTime = try MovieFragment.decodeTime(try parts.only("tfdt", in: track))
        extent = Extent(
            offset: moof.extent.offset, length: moof.extent.length + mdat.extent.length)
        dataOffset = mdat.extent.offset + mdat.headerLength
        samples = []
        var expected = dataOffset - moof.extent.offset
        for run in parts where run.type == "trun" {
            let added = try MovieFragment.run(run, defaults, room: samples.count, start: expected)
            for sample in added { expected += sample.size }
            samples += added
        }
        guard expected == extent.length, !samples.isEmpty else {
            throw movie.body.fault(
                "its samples fill \(expected - dataOffset + extent.offset) bytes, but the mdat holds "
                    + "\(mdat.bodyLength)")
        }
    }

    private static func defaults(_ box: Box, _ header: TrackHeader) throws(Failure)
        -> SampleDefaults
    {
        var body = box.body
        let flags = try body.versionAndFlags().flags
        guard try body.uint32() == header.trackID else {
            throw body.fault("another track's fragment")
        }
        guard flags & 0x1 == 0, flags & 0x2_0000 != 0 else {
            throw body.fault("data offsets are not counted from the moof")
        }
        var defaults = header.defaults
        if flags & 0x2 != 0 { try body.skip(4) }
        if flags & 0x8 != 0 { defaults.duration = try body.uint32() }
        if flags & 0x10 != 0 { defaults.size = try body.uint32() }
        if flags & 0x20 != 0 { defaults.flags = try body.uint32() }
        return defaults
    }

    private static func decodeTime(_ box: Box) throws(Failure) -> Int64 {
        var body = box.body
        let isLong = try body.versionAndFlags().version == 1
        let time = isLong ? try body.int64() : Int64(try body.uint32())
        guard time < timeMaximum else { throw body.fault("a decode time out of range") }
        return time
    }

    /// Reads one `trun`. Its data must start where the samples before it end.
    private static func run(
        _ box: Box, _ defaults: SampleDefaults, room used: Int, start: Int64
    ) throws(Failure) -> [Sample] {
        var body = box.body
        let (version, flags) = try body.versionAndFlags()
        let count = Int(try body.uint32())
        guard count <= sampleCountMaximum - used else { throw body.fault("\(count) samples") }
        if flags & 0x1 != 0 {
            let offset = try body.int32()
            guard Int64(offset) == start else {
                throw body.fault("the data offset is \(offset) instead of \(start)")
            }
        }
        let firstFlags = flags & 0x4 != 0 ? try body.uint32() : nil
        var samples: [Sample] = []
        for index in 0..<count {
            let duration = flags & 0x100 != 0 ? try body.uint32() : defaults.duration
            let size = flags & 0x200 != 0 ? try body.uint32() : defaults.size
            // Each takes a byte at least, so that a few bytes cannot promise millions.
            guard size > 0 else { throw body.fault("an empty sample") }
            var sampleFlags = flags & 0x400 != 0 ? try body.uint32() : defaults.flags
            if index == 0, let firstFlags { sampleFlags = firstFlags }
            let word = flags & 0x800 != 0 ? try body.uint32() : 0
            samples.append(
                Sample(
                    duration: Int64(duration), size: Int64(size),
                    isSync: sampleFlags & 0x1_0000 == 0,
                    compositionOffset: version == 0
                        ? Int64(word) : Int64(Int32(bitPattern: word))))
        }
        return samples
    }
}
