public import TranscodeModel

/// The version of requests and events; a worker refuses any other.
public let workerProtocolVersion = 1

/// The one thing that a worker process is asked to do.
public struct WorkerRequest: Sendable, Codable, Hashable {
    public var version: Int
    public var job: WorkerJob
    public var limits: WorkerLimits

    public init(job: WorkerJob, limits: WorkerLimits) {
        self.version = workerProtocolVersion
        self.job = job
        self.limits = limits
    }
}

public enum WorkerJob: Sendable, Codable, Hashable {
    /// Reads every packet of the source and writes the `SourceIndex` as JSON to staging.
    case probe(ProbeRequest)
    case encode(EncodeRequest)
    case audio(AudioRequest)
    case images(ImagesRequest)
    /// Rewrites CMAF tracks (descriptor 3 and those from 5 on, video first) as one progressive MP4.
    case remux(RemuxRequest)
    /// Says which libraries and encoders there are; has no source and no staging.
    case describe
}

/// What the worker must keep to by itself; the host enforces its own limits too.
public struct WorkerLimits: Sendable, Codable, Hashable {
    /// Widest and tallest picture accepted, and most pixels in one.
    public var sideMaximum: Int
    public var pixelsMaximum: Int
    public var streamsMaximum: Int
    /// Longest source accepted, in seconds.
    public var durationMaximumSeconds: Int
    /// Encoder and decoder threads: 1 keeps outputs equal everywhere.
    public var threads: Int

    public init(
        sideMaximum: Int = 16_384, pixelsMaximum: Int = 67_108_864, streamsMaximum: Int = 100,
        durationMaximumSeconds: Int = 86_400, threads: Int = 1
    ) {
        self.sideMaximum = sideMaximum
        self.pixelsMaximum = pixelsMaximum
        self.streamsMaximum = streamsMaximum
        self.durationMaximumSeconds = durationMaximumSeconds
        self.threads = threads
    }
}

public struct ProbeRequest: Sendable, Codable, Hashable {
    /// The upload's name, for messages only.
    public var displayName: String
    public init(displayName: String) { self.displayName = displayName }
}

/// One chunk, all its renditions, in one decode.
public struct EncodeRequest: Sendable, Codable, Hashable {
    public var streamIndex: Int
    /// Of the source stream.
    public var timeBase: Rational
    /// The whole film's, with a cadence of the chunk's frames alone.
    public var grid: FrameGrid
    public var chunk: Chunk
    public var keyFrameInterval: Int
    public var segmentFrames: Int
    public var reorderFrames: Int
    public var treatment: PictureTreatment
    public var color: ColorDescription
    /// From the largest to the smallest: each is scaled from the one before.
    public var renditions: [VideoRendition]
    /// When set, only this rendition is encoded: those above it are scaled alone, so that its bytes are
    /// the same as when all are encoded.
    public var onlyRendition: String?

    public init(
        plan: VideoPlan, timeBase: Rational, chunk: Chunk, renditions: [VideoRendition],
        onlyRendition: String? = nil
    ) {
        self.onlyRendition = onlyRendition
        self.streamIndex = plan.streamIndex
        self.timeBase = timeBase
        self.grid = plan.grid(of: chunk)
        self.chunk = chunk
        self.keyFrameInterval = plan.keyFrameInterval
        self.segmentFrames = plan.segmentFrames
        self.reorderFrames = plan.reorderFrames
        self.treatment = plan.treatment
        self.color = plan.color
        self.renditions = renditions
    }

    public var timing: FrameTiming {
        FrameTiming(
            grid: grid, keyFrameInterval: keyFrameInterval, segmentFrames: segmentFrames,
            reorderFrames: reorderFrames)
    }
}

public struct AudioRequest: Sendable, Codable, Hashable {
    public var rendition: AudioRendition
    public init(rendition: AudioRendition) { self.rendition = rendition }
}

public struct ImagesRequest: Sendable, Codable, Hashable {
    public var plan: ImagePlan
    public init(plan: ImagePlan) { self.plan = plan }
}

public struct RemuxRequest: Sendable, Codable, Hashable {
    /// Languages of the inputs in order; `und` for pictures.
    public var languages: [String]
    /// Samples of all inputs together, to size the `moov` that stands first.
    public var samples: Int
    /// Of the first input, when its samples last unequally: the sum of their durations, in its ticks.
    public var unequalTicks: Int64?
    public init(languages: [String], samples: Int, unequalTicks: Int64? = nil) {
        self.languages = languages
        self.samples = samples
        self.unequalTicks = unequalTicks
    }
}
