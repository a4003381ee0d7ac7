public import TranscodeModel

/// What a worker says. After `result` or `failure` it says nothing more.
public enum WorkerEvent: Sendable, Codable, Hashable {
    /// The first one, before the request is read; and never again.
    case confined(Confinement)
    /// At least once a second, so that silence means a hang.
    case progress(WorkProgress)
    /// All bytes are in staging.
    case result(WorkResult)
    case failure(Failure)
}

public struct WorkProgress: Sendable, Codable, Hashable {
    /// Output frames or audio codec frames done; of a probe, packets read.
    public var done: Int
    /// Bytes written to staging.
    public var bytes: Int64
    public init(done: Int, bytes: Int64) {
        self.done = done
        self.bytes = bytes
    }
}

public struct WorkResult: Sendable, Codable, Hashable {
    public var pieces: [Piece]
    /// CPU-seconds by pipeline stage.
    public var stageCPUSeconds: [String: Double]
    public var warnings: [String]
    /// What of the source could not be decoded.
    public var damage: [Damage]
    /// Of `describe` only.
    public var description: WorkerDescription?

    public init(
        pieces: [Piece], stageCPUSeconds: [String: Double] = [:], warnings: [String] = [],
        damage: [Damage] = [], description: WorkerDescription? = nil
    ) {
        self.pieces = pieces
        self.stageCPUSeconds = stageCPUSeconds
        self.warnings = warnings
        self.damage = damage
        self.description = description
    }
}

/// What a worker build can do.
public struct WorkerDescription: Sendable, Codable, Hashable {
    /// Library name to version, such as `libavcodec` to `59.37.100`.
    public var libraries: [String: String]
    /// The encoders that Reelmill's profiles name, and whether each is there.
    public var encoders: [String: Bool]
    public init(libraries: [String: String], encoders: [String: Bool]) {
        self.libraries = libraries
        self.encoders = encoders
    }
}
