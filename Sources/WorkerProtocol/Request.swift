public import TranscodeModel

/// The version of requests and events; a worker refuses any other.
public let workerProtocolVersion = 5

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
    case text(TextRequest)
    /// Rewrites CMAF tracks (descriptor 3 and those from 5 on, video first) as one progressive MP4.
    case remux(RemuxRequest)
    /// Measures finished pictures (descriptors from 5 on, one for each rendition) beside the source.
    case comparePictures(PictureComparisonRequest)
    /// Measures a finished track of sound (descriptor 5) beside the source.
    case compareSound(SoundComparisonRequest)
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

    public init(_ limits: SourceLimits) {
        self.init(
            sideMaximum: limits.side, pixelsMaximum: limits.pixels, streamsMaximum: limits.streams,
            durationMaximumSeconds: limits.durationSeconds)
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
    /// How the plan's times come from those in the file.
    public var clock: SourceClock
    /// Under `strict`, damage of the chunk's own pictures fails the unit.
    public var damage: DamagePolicy
    /// The whole film's, with a cadence of the chunk's frames alone.
    public var grid: FrameGrid
    public var chunk: Chunk
    public var keyFrameInterval: Int
    public var segmentFrames: Int
    public var reorderFrames: Int
    public var treatment: PictureTreatment
    /// The size of treated pictures, with square samples.
    public var picture: PictureSize
    public var color: ColorDescription
    public var light: LightMetadata?
    /// From the largest to the smallest. None has other bytes for the others' sake.
    public var renditions: [VideoRendition]
    /// When set, only this rendition is encoded.
    public var onlyRendition: String?
    /// How full the buffer is at the chunk's first frame, in twentieths of its size, where that is known of the chunk
    /// before; nil counts on what every chunk of that place may.
    public var bufferStart: Int?

    public init(
        plan: VideoPlan, timeBase: Rational, chunk: Chunk, renditions: [VideoRendition],
        damage: DamagePolicy = .salvage, onlyRendition: String? = nil
    ) {
        self.onlyRendition = onlyRendition
        self.damage = damage
        self.clock = plan.sourceClock
        self.streamIndex = plan.streamIndex
        self.timeBase = timeBase
        self.grid = plan.grid(of: chunk)
        self.chunk = chunk
        self.keyFrameInterval = plan.keyFrameInterval
        self.segmentFrames = plan.segmentFrames
        self.reorderFrames = plan.reorderFrames
        self.treatment = plan.treatment
        self.picture = plan.halvings.picture
        self.color = plan.color
        self.light = plan.light
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
    /// Under `strict`, any damage of the track fails the unit.
    public var damage: DamagePolicy
    public init(rendition: AudioRendition, damage: DamagePolicy = .salvage) {
        self.rendition = rendition
        self.damage = damage
    }
}

public struct ImagesRequest: Sendable, Codable, Hashable {
    public var plan: ImagePlan
    public init(plan: ImagePlan) { self.plan = plan }
}

/// All tracks of text, in one pass over the source.
public struct TextRequest: Sendable, Codable, Hashable {
    public var renditions: [TextRendition]
    public init(renditions: [TextRendition]) { self.renditions = renditions }
}

public struct RemuxRequest: Sendable, Codable, Hashable {
    /// Languages of the inputs in order; `und` for pictures.
    public var languages: [String]
    /// Samples of all inputs together, to size the `moov` that stands first.
    public var samples: Int
    /// Of the first input, when its samples last unequally: the sum of their durations, in its ticks.
    public var unequalTicks: Int64?
    /// On the timeline of the inputs.
    public var chapters: [Chapter] = []
    public init(
        languages: [String], samples: Int, unequalTicks: Int64? = nil, chapters: [Chapter] = []
    ) {
        self.languages = languages
        self.samples = samples
        self.unequalTicks = unequalTicks
        self.chapters = chapters
    }
}
