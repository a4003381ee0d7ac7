public import TranscodeModel

/// The beginning of a picture track, as far as its chunks are done: every byte is where it will be in the finished one
/// (`TrackAssembly`), but for the index, in the place of which there is free room.
public struct EarlyTrack: Sendable {
    /// Bytes of a part that belong in the track.
    public struct Range: Hashable, Sendable {
        /// In the part.
        public var extent: Extent
        /// In the track.
        public var position: Int64
    }

    public let name: String
    /// What the track begins with: the initialization segment, and room for the index.
    public let beginning: [UInt8]
    /// By chunk.
    public let ranges: [[Range]]
    let header: TrackHeader
    let initialization: Extent
    let segments: [Segment]
    /// So many segments are of the first chunk.
    let firstSegments: Int

    /// Relative to the output.
    public var path: String { "video/\(name).mp4" }
    var playlistPath: String { "video/\(name).m3u8" }

    /// `parts` are the first chunks in order, one at least; those before `checkedFrom` were checked when they were made
    /// playable. Fails with `outputInvalid` or `parameterSetsDiffer`, naming the chunk.
    init(
        _ rendition: VideoRendition, _ video: VideoPlan, _ parts: [TrackPart], checkedFrom: Int
    ) throws(Failure) {
        name = rendition.name
        let check = EarlyCheck(rendition: rendition, video: video)
        let source = try check.initialization(parts)
        let segment = try InitializationSegment(name: rendition.name, bytes: source)
        guard segment.header.isVideo else { throw check.failure("chunk 0 holds sound") }
        let published = try segment.published(shift: video.timing.shift)
        let room = SegmentIndex.byteCount(references: video.segmentLengths.count)
        header = segment.header
        initialization = Extent(offset: 0, length: Int64(published.count))
        beginning =
            published + BoxWriter.box("free", [UInt8](repeating: 0, count: room - 8))
        var position = Int64(beginning.count)
        var ranges: [[Range]] = []
        var segments: [Segment] = []
        var firstSegments = 0
        var number = 0
        for (index, part) in parts.enumerated() {
            if index >= checkedFrom {
                try check.check(part, chunk: index, firstNumber: number, segment.header)
            }
            number += part.piece.fragments.count
            var own: [Range] = []
            for fragment in part.piece.fragments {
                own.append(Range(extent: fragment.extent, position: position))
                if video.timing.segments.start(at: fragment.decodeTime) {
                    segments.append(
                        Segment(
                            extent: Extent(offset: position, length: 0),
                            start: fragment.decodeTime, duration: 0))
                }
                segments[segments.count - 1].extent.length += fragment.extent.length
                segments[segments.count - 1].duration += fragment.duration
                position += fragment.extent.length
            }
            ranges.append(own)
            if index == 0 { firstSegments = segments.count }
        }
        self.ranges = ranges
        self.segments = segments
        self.firstSegments = firstSegments
    }
}

extension VideoPlan {
    /// How long each segment of the finished tracks is, in ticks.
    var segmentLengths: [Int64] {
        let starts = timing.groups(in: 0..<grid.frames).map { grid.ticks(of: $0.lowerBound) }
            .filter { timing.segments.start(at: $0) }
        return zip(starts, starts.dropFirst() + [grid.ticks(of: grid.frames)]).map { $1 - $0 }
    }
}

/// Whether chunks are what their units said, before anybody plays them.
struct EarlyCheck {
    let rendition: VideoRendition
    let video: VideoPlan

    /// The parts' common initialization segment.
    func initialization(_ parts: [TrackPart]) throws(Failure) -> [UInt8] {
        guard let first = parts.first, let extent = first.piece.initialization else {
            throw failure("chunk 0 has no initialization segment")
        }
        for (index, part) in parts.enumerated() {
            guard part.piece.name == rendition.name, !part.piece.fragments.isEmpty,
                video.timing.segments.start(at: part.piece.fragments[0].decodeTime)
            else { throw failure("chunk \(index) is of another rendition, or starts no segment") }
            guard part.piece.initializationDigest == first.piece.initializationDigest else {
                throw Failure(
                    .permanent, .parameterSetsDiffer,
                    "Rendition \(rendition.name): the encoder's parameter sets in chunk \(index) differ "
                        + "from those in chunk 0, so that they cannot be joined. Pin the encoder's "
                        + "parameters in the profile.")
            }
        }
        return try first.source.read(extent)
    }

    /// Every fragment of a chunk, as its bytes tell it: the groups of the plan, numbered on, each shown from its time on.
    func check(
        _ part: TrackPart, chunk: Int, firstNumber: Int, _ header: TrackHeader
    ) throws(Failure) {
        let (grid, timing) = (video.grid, video.timing)
        guard video.chunks.indices.contains(chunk) else {
            throw failure("there is no chunk \(chunk)")
        }
        let groups = timing.groups(in: video.chunks[chunk].frames)
        guard groups.count == part.piece.fragments.count else {
            throw failure("chunk \(chunk) has \(part.piece.fragments.count) fragments")
        }
        for (index, (claim, group)) in zip(part.piece.fragments, groups).enumerated() {
            let found = try TrackReader.fragment(part.source, claim.extent, header: header)
            let start = grid.ticks(of: group.lowerBound)
            guard found.decodeTime == claim.decodeTime, found.duration == claim.duration,
                found.sampleCount == claim.samples, found.sampleCount == group.count,
                found.decodeTime == start,
                found.duration == grid.ticks(of: group.upperBound) - start,
                found.compositionStart == start + timing.shift, found.startsWithKeyFrame,
                found.sequence == UInt32(firstNumber + index + 1)
            else {
                throw failure("fragment \(index) of chunk \(chunk) is not what the plan says")
            }
        }
    }

    func failure(_ reason: String) -> Failure {
        Failure(
            .permanent, .outputInvalid,
            "Rendition \(rendition.name) cannot be played early: \(reason). Transcode the source again."
        )
    }
}
