public import TranscodeModel

/// A part of a rendition: what one encode unit made of it.
public struct TrackPart: Sendable {
    /// The unit's artifact.
    public var source: any ByteSource
    public var piece: Piece

    public init(source: any ByteSource, piece: Piece) {
        self.source = source
        self.piece = piece
    }
}

/// Joins a rendition's parts into its track file (media rule 7).
///
/// Fragments carry their final times, so joining is copying; every claim of the parts is checked
/// against their bytes on the way.
public struct TrackAssembly: Sendable {
    public var rendition: String
    /// Ticks before presentation time 0; nil takes what the coding itself asks for, which is right
    /// for sound.
    public var shift: Int64?
    /// Which fragments start segments, by when they are decoded; nil for all.
    public var segments: SegmentTicks?
    /// Samples that the plan counts; nil when it counts none (sound).
    public var expectedSamples: Int?

    public init(
        rendition: String, shift: Int64?, segments: SegmentTicks?, expectedSamples: Int?
    ) {
        self.rendition = rendition
        self.shift = shift
        self.segments = segments
        self.expectedSamples = expectedSamples
    }

    /// Writes initialization segment, index and fragments; gives back where they are.
    ///
    /// Fails with `parameterSetsDiffer`, `wrongFrameCount` or `outputInvalid`, naming the part.
    public func write(
        _ parts: [TrackPart], to sink: inout some ByteSink
    ) throws(Failure) -> Piece {
        let source = try initializationBytes(parts)
        let segment = try InitializationSegment(name: rendition, bytes: source)
        let shift = self.shift ?? segment.header.codingShift
        let initialization = try segment.published(shift: shift)
        let fragments = try checkedFragments(parts, header: segment.header)
        let references = SegmentIndex.references(
            fragments, segments: segments, shift: shift)
        let index = try SegmentIndex.bytes(
            name: rendition, header: segment.header, references)
        try sink.write(initialization)
        try sink.write(index)
        var offset = Int64(initialization.count + index.count)
        var placed: [Fragment] = []
        for part in parts {
            for var fragment in part.piece.fragments {
                try sink.copy(from: part.source, fragment.extent)
                fragment.extent.offset = offset
                offset = fragment.extent.end
                placed.append(fragment)
            }
        }
        return Piece(
            name: rendition,
            initialization: Extent(offset: 0, length: Int64(initialization.count)),
            initializationDigest: parts[0].piece.initializationDigest, fragments: placed)
    }

    /// The parts' common initialization segment.
    private func initializationBytes(_ parts: [TrackPart]) throws(Failure) -> [UInt8] {
        guard let first = parts.first?.piece, let extent = first.initialization,
            let digest = first.initializationDigest
        else { throw failure("the first chunk has no initialization segment") }
        let bytes = try parts[0].source.read(extent)
        for (index, part) in parts.enumerated() {
            guard part.piece.name == rendition else {
                throw failure("chunk \(index) is of rendition \(part.piece.name)")
            }
            guard let other = part.piece.initialization,
                part.piece.initializationDigest == digest, try part.source.read(other) == bytes
            else {
                throw Failure(
                    .permanent, .parameterSetsDiffer,
                    "Rendition \(rendition): the encoder's parameter sets in chunk \(index) differ "
                        + "from those in chunk 0, so that they cannot be joined. Pin the encoder's "
                        + "parameters in the profile.")
            }
        }
        return bytes
    }

    /// Every fragment as its bytes tell it: contiguous, in sequence, as many samples as planned.
    private func checkedFragments(
        _ parts: [TrackPart], header: TrackHeader
    ) throws(Failure) -> [TrackFragment] {
        var fragments: [TrackFragment] = []
        var time: Int64 = 0
        for (index, part) in parts.enumerated() {
            for claim in part.piece.fragments {
                let found = try TrackReader.fragment(part.source, claim.extent, header: header)
                guard found.decodeTime == claim.decodeTime, found.duration == claim.duration,
                    found.sampleCount == claim.samples
                else { throw failure("a fragment of chunk \(index) is not what its unit reported") }
                guard found.decodeTime == time else {
                    throw failure(
                        "chunk \(index) has a fragment at tick \(found.decodeTime) where "
                            + "\(time) is due")
                }
                if let last = fragments.last, found.sequence != last.sequence &+ 1 {
                    throw failure(
                        "chunk \(index) has fragment number \(found.sequence) after \(last.sequence)"
                    )
                }
                time += found.duration
                fragments.append(found)
            }
        }
        let samples = fragments.reduce(0) { $0 + $1.sampleCount }
        guard !fragments.isEmpty, samples == expectedSamples ?? samples else {
            throw Failure(
                .permanent, .wrongFrameCount,
                "Rendition \(rendition) has \(samples) frames where the plan has "
                    + "\(expectedSamples ?? 0). Transcode the source again.")
        }
        return fragments
    }

    private func failure(_ reason: String) -> Failure {
        Failure(
            .permanent, .outputInvalid,
            "Rendition \(rendition) cannot be joined: \(reason). Transcode the source again.")
    }
}
