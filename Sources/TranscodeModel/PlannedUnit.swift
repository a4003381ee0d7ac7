/// A work unit as the planner fixes it, before the ledger gives it an identity.
public struct PlannedUnit: Hashable, Sendable, Codable {
    /// Its place in the job; the probe is 0, so planned units start at 1.
    public var position: Int
    public var work: Work
    /// Positions of the units whose artifacts it reads.
    public var dependencies: [Int]
    /// Names the work itself: the same source and settings give the same digest in any job, so an
    /// artifact that exists already is taken instead of made again.
    public var content: Digest
    /// Predicted, for ordering and admission.
    public var estimate: Estimate

    public init(
        position: Int, work: Work, dependencies: [Int], content: Digest, estimate: Estimate
    ) {
        self.position = position
        self.work = work
        self.dependencies = dependencies
        self.content = content
        self.estimate = estimate
    }
}

/// What a unit is asked to do; names refer to the plan's renditions.
public enum Work: Hashable, Sendable, Codable {
    /// Encodes a chunk of every named rendition in one decode.
    case encode(chunk: Int, renditions: [String])
    /// Encodes a whole audio rendition.
    case audio(rendition: String)
    case images
    /// Writes all subtitles as WebVTT.
    case text
    /// Joins the committed pieces of one rendition into its track file.
    case stitch(rendition: String)
    /// Makes a chunk, and those before it, playable at the destination before the job is done (`EarlyPlay`).
    case preview(chunk: Int)
    /// Writes playlists, manifests and the receipt; for `progressive`, the MP4.
    case package
    /// Checks what will be published, byte by byte.
    case verify
    /// Makes the output appear, in one atomic step.
    case publish

    public var kind: UnitKind {
        switch self {
        case .encode: .encode
        case .audio: .audio
        case .images: .images
        case .text: .text
        case .stitch: .stitch
        case .preview: .preview
        case .package: .package
        case .verify: .verify
        case .publish: .publish
        }
    }
}

/// What a unit is predicted to use.
public struct Estimate: Hashable, Sendable, Codable {
    public var cpuSeconds: Double
    public var memoryBytes: Int64
    /// The size of the artifact.
    public var outputBytes: Int64

    public init(cpuSeconds: Double, memoryBytes: Int64, outputBytes: Int64) {
        self.cpuSeconds = cpuSeconds
        self.memoryBytes = memoryBytes
        self.outputBytes = outputBytes
    }
}
