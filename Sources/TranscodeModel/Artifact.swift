/// What one attempt produced: one file of bytes, named by its SHA-256, and what is in it.
public struct Artifact: Hashable, Sendable, Codable {
    public var digest: Digest
    public var byteCount: Int64
    public var pieces: [Piece]
    public var usage: Usage
    /// Warnings for people, one sentence each.
    public var warnings: [String]
    /// What of the source could not be decoded.
    public var damage: [Damage]

    public init(
        digest: Digest, byteCount: Int64, pieces: [Piece], usage: Usage, warnings: [String],
        damage: [Damage] = []
    ) {
        self.digest = digest
        self.byteCount = byteCount
        self.pieces = pieces
        self.usage = usage
        self.warnings = warnings
        self.damage = damage
    }
}

/// A named output within an artifact's bytes: the part of one rendition that a chunk made, an image.
public struct Piece: Hashable, Sendable, Codable {
    /// The rendition's name, or for images the file name.
    public var name: String
    /// Where the piece's initialization segment is; nil for what has none.
    public var initialization: Extent?
    /// SHA-256 of the initialization segment: equal in every chunk of a rendition (media rule 5).
    public var initializationDigest: Digest?
    /// Media fragments in decode order, or one entry that holds the whole piece.
    public var fragments: [Fragment]
    /// Of sound only: samples at the start of the track that the encoder adds, and that an edit list
    /// or the codec's own header tells players to drop.
    public var primingSamples: Int?
    /// Of sound only, where the plan asks for a loudness.
    public var loudness: LoudnessRecord?
    /// Of a chunk's pictures only: what they do to the decoder's buffer.
    public var buffer: BufferTransfer?
    /// Of a whole rendition's pictures only: the proof of the buffer.
    public var bufferProof: BufferProof?

    public init(
        name: String, initialization: Extent?, initializationDigest: Digest?,
        fragments: [Fragment], primingSamples: Int? = nil, loudness: LoudnessRecord? = nil,
        buffer: BufferTransfer? = nil, bufferProof: BufferProof? = nil
    ) {
        self.loudness = loudness
        self.buffer = buffer
        self.bufferProof = bufferProof
        self.name = name
        self.initialization = initialization
        self.initializationDigest = initializationDigest
        self.fragments = fragments
        self.primingSamples = primingSamples
    }
}

/// A half-open range of bytes in an artifact.
public struct Extent: Hashable, Sendable, Codable {
    public var offset: Int64
    public var length: Int64

    public init(offset: Int64, length: Int64) {
        self.offset = offset
        self.length = length
    }

    public var end: Int64 { offset + length }
}

/// A movie fragment: one `moof` with its `mdat`, which starts at a key frame in a video track.
public struct Fragment: Hashable, Sendable, Codable {
    public var extent: Extent
    /// On the track's timescale; `decodeTime` is its `tfdt`.
    public var decodeTime: Int64
    public var duration: Int64
    /// Samples: frames of video, or codec frames of audio.
    public var samples: Int

    public init(extent: Extent, decodeTime: Int64, duration: Int64, samples: Int) {
        self.extent = extent
        self.decodeTime = decodeTime
        self.duration = duration
        self.samples = samples
    }
}

/// What an attempt used.
public struct Usage: Hashable, Sendable, Codable {
    public var wallSeconds: Double
    /// User and system time of the worker, or of the node's own work.
    public var cpuSeconds: Double
    public var peakMemoryBytes: Int64
    /// CPU-seconds by pipeline stage, where the worker measured them: `read`, `demux`, `decode`, `scale`, `resample`,
    /// `measure`, `encode`, `mux`; and `threads`, of the threads that codecs start by themselves.
    public var stageCPUSeconds: [String: Double]
    /// What confined the worker, in words (I13); of several workers, each different one. Nil for the node's own work.
    public var confinement: String?

    public init(
        wallSeconds: Double = 0, cpuSeconds: Double = 0, peakMemoryBytes: Int64 = 0,
        stageCPUSeconds: [String: Double] = [:], confinement: String? = nil
    ) {
        self.wallSeconds = wallSeconds
        self.cpuSeconds = cpuSeconds
        self.peakMemoryBytes = peakMemoryBytes
        self.stageCPUSeconds = stageCPUSeconds
        self.confinement = confinement
    }
}

extension Usage {
    /// Adds what ran after it.
    public mutating func add(_ other: Usage) {
        wallSeconds += other.wallSeconds
        cpuSeconds += other.cpuSeconds
        peakMemoryBytes = max(peakMemoryBytes, other.peakMemoryBytes)
        stageCPUSeconds.merge(other.stageCPUSeconds, uniquingKeysWith: +)
        guard let more = other.confinement, more != confinement else { return }
        confinement = confinement.map { "\($0); \(more)" } ?? more
    }
}
