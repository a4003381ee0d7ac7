/// Everything that a job will do, fixed before any encode.
///
/// A pure function of the source's index and the profile: the same pair gives the same plan, so a
/// crash, a retry or another machine cannot change a cut (I16).
public struct Plan: Hashable, Sendable, Codable {
    public static let currentVersion = 2
    public var version: Int
    public var source: Digest
    public var profile: Profile
    public var packaging: Packaging
    /// Nil when the job makes no moving pictures.
    public var video: VideoPlan?
    public var audio: [AudioRendition]
    public var images: ImagePlan?
    /// By position: a unit depends only on units before it.
    public var units: [PlannedUnit]
    public var warnings: [String]
    /// What the probe found damaged; allowed by the profile.
    public var damage: [Damage]

    public init(
        source: Digest, profile: Profile, packaging: Packaging, video: VideoPlan?,
        audio: [AudioRendition], images: ImagePlan?, units: [PlannedUnit], warnings: [String],
        damage: [Damage] = []
    ) {
        self.version = Plan.currentVersion
        self.source = source
        self.profile = profile
        self.packaging = packaging
        self.video = video
        self.audio = audio
        self.images = images
        self.units = units
        self.warnings = warnings
        self.damage = damage
    }

    /// The length of the published presentation in seconds: that of the pictures, or else of the sound.
    public var duration: Rational {
        video?.grid.duration ?? audio.map(\.duration).max() ?? .zero
    }
}

/// The exact times of the output's frames (media rule 1).
///
/// Frame n is shown at n ÷ rate seconds, and shows the last source frame whose time is before
/// `origin + (n + ½) ÷ rate`.
public struct FrameGrid: Hashable, Sendable, Codable {
    /// Frames a second.
    public var rate: Rational
    public var frames: Int
    /// The source time of frame 0, in seconds on the source's timeline.
    public var origin: Rational
    /// Ticks a second of the delivered tracks, and ticks a frame: `timescale ÷ ticksPerFrame = rate`.
    public var timescale: Int
    public var ticksPerFrame: Int

    public init(rate: Rational, frames: Int, origin: Rational, timescale: Int, ticksPerFrame: Int) {
        precondition(Rational(Int64(timescale), Int64(ticksPerFrame)) == rate)
        self.rate = rate
        self.frames = frames
        self.origin = origin
        self.timescale = timescale
        self.ticksPerFrame = ticksPerFrame
    }

    /// In seconds.
    public var duration: Rational { Rational(Int64(frames)) / rate }

    /// The first source time, in ticks of `timeBase`, that is too late for output frame `frame`: the
    /// frame shows the last source frame before it.
    public func deadlineTicks(frame: Int, timeBase: Rational) -> Int64 {
        // In one fraction, since clocks with unlike units may have no common one that fits 64 bits.
        let (halves, rates) = (Int128(2 * frame + 1), 2 * Int128(rate.numerator))
        let time =
            Int128(origin.numerator) * rates
            + halves * Int128(rate.denominator) * Int128(origin.denominator)
        let unit = Int128(origin.denominator) * rates * Int128(timeBase.numerator)
        let (quotient, remainder) = (time * Int128(timeBase.denominator))
            .quotientAndRemainder(dividingBy: unit)
        return Int64(remainder > 0 ? quotient + 1 : quotient)
    }
}

public struct VideoPlan: Hashable, Sendable, Codable {
    public var streamIndex: Int
    /// Of the source stream, in seconds.
    public var sourceTimeBase: Rational
    public var sourceClock: SourceClock
    public var grid: FrameGrid
    /// Frames between IDR frames, and frames in a segment: a multiple of it.
    public var keyFrameInterval: Int
    public var segmentFrames: Int
    /// By how many frames the presentation lags behind the decode times, for frame reordering: the
    /// same in every rendition, undone by each track's edit list.
    public var reorderFrames: Int
    /// What is done to each picture before scaling.
    public var treatment: PictureTreatment
    /// The colours of every rendition.
    public var color: ColorDescription
    /// From the largest to the smallest.
    public var renditions: [VideoRendition]
    public var chunks: [Chunk]

    public init(
        streamIndex: Int, sourceTimeBase: Rational, sourceClock: SourceClock = .plain,
        grid: FrameGrid, keyFrameInterval: Int,
        segmentFrames: Int, reorderFrames: Int, treatment: PictureTreatment,
        color: ColorDescription,
        renditions: [VideoRendition], chunks: [Chunk]
    ) {
        self.streamIndex = streamIndex
        self.sourceTimeBase = sourceTimeBase
        self.sourceClock = sourceClock
        self.grid = grid
        self.keyFrameInterval = keyFrameInterval
        self.segmentFrames = segmentFrames
        self.reorderFrames = reorderFrames
        self.treatment = treatment
        self.color = color
        self.renditions = renditions
        self.chunks = chunks
    }
}

/// The steps between decoding and scaling, in the order in which they are done.
public struct PictureTreatment: Hashable, Sendable, Codable {
    public var deinterlaces: Bool
    public var toneMaps: Bool
    public var orientation: Orientation

    public init(deinterlaces: Bool, toneMaps: Bool, orientation: Orientation) {
        self.deinterlaces = deinterlaces
        self.toneMaps = toneMaps
        self.orientation = orientation
    }

    /// Whether libavfilter is needed at all.
    public var isIdentity: Bool { !deinterlaces && !toneMaps && orientation == .upright }
}

public struct VideoRendition: Hashable, Sendable, Codable {
    /// Unique in the plan, such as `v720`; names its files.
    public var name: String
    /// Even; samples are square.
    public var width: Int
    public var height: Int
    public var codec: VideoCodec
    public var preset: String
    public var quality: Int
    public var averageKilobitsPerSecond: Int
    public var parameters: [String: String]

    public init(
        name: String, width: Int, height: Int, codec: VideoCodec, preset: String, quality: Int,
        averageKilobitsPerSecond: Int, parameters: [String: String]
    ) {
        self.name = name
        self.width = width
        self.height = height
        self.codec = codec
        self.preset = preset
        self.quality = quality
        self.averageKilobitsPerSecond = averageKilobitsPerSecond
        self.parameters = parameters
    }
}

/// The span of the grid that one encode unit covers. Chunk boundaries are segment boundaries.
public struct Chunk: Hashable, Sendable, Codable {
    public var index: Int
    public var frames: Range<Int>
    /// Where decoding may start, best first; the last resort is always the start of the file.
    public var entryPoints: [RandomAccessPoint]

    public init(index: Int, frames: Range<Int>, entryPoints: [RandomAccessPoint]) {
        self.index = index
        self.frames = frames
        self.entryPoints = entryPoints
    }
}

public struct AudioRendition: Hashable, Sendable, Codable {
    /// Unique in the plan, such as `a1`; names its files.
    public var name: String
    public var streamIndex: Int
    public var sourceClock: SourceClock
    public var codec: AudioCodec
    public var kilobitsPerSecond: Int
    public var sampleRate: Int
    /// 1 or 2.
    public var channels: Int
    public var language: String
    public var title: String?
    public var isDefault: Bool
    /// The source time, in seconds, that becomes sample 0. Sound before it is cut, and silence
    /// stands in where the track starts later.
    public var origin: Rational
    /// Samples to deliver; silence stands in where the track ends sooner.
    public var samples: Int
    /// Samples in a segment before rounding up to whole codec frames.
    public var segmentDuration: Rational

    public init(
        name: String, streamIndex: Int, sourceClock: SourceClock = .plain, codec: AudioCodec,
        kilobitsPerSecond: Int, sampleRate: Int,
        channels: Int, language: String, title: String?, isDefault: Bool, origin: Rational,
        samples: Int, segmentDuration: Rational
    ) {
        self.name = name
        self.streamIndex = streamIndex
        self.sourceClock = sourceClock
        self.codec = codec
        self.kilobitsPerSecond = kilobitsPerSecond
        self.sampleRate = sampleRate
        self.channels = channels
        self.language = language
        self.title = title
        self.isDefault = isDefault
        self.origin = origin
        self.samples = samples
        self.segmentDuration = segmentDuration
    }

    /// In seconds.
    public var duration: Rational { Rational(Int64(samples), Int64(sampleRate)) }
}

public struct ImagePlan: Hashable, Sendable, Codable {
    public var streamIndex: Int
    public var sourceClock: SourceClock
    /// The time of the poster and of each thumbnail, in seconds on the source's timeline.
    public var posterTime: Rational
    public var thumbnailTimes: [Rational]
    /// Seconds that each thumbnail stands for.
    public var interval: Rational
    public var posterWidth: Int
    public var posterHeight: Int
    public var thumbnailWidth: Int
    public var thumbnailHeight: Int
    public var columns: Int
    public var rows: Int
    public var treatment: PictureTreatment
    public var color: ColorDescription

    public init(
        streamIndex: Int, sourceClock: SourceClock = .plain, posterTime: Rational,
        thumbnailTimes: [Rational], interval: Rational,
        posterWidth: Int, posterHeight: Int, thumbnailWidth: Int, thumbnailHeight: Int,
        columns: Int, rows: Int, treatment: PictureTreatment, color: ColorDescription
    ) {
        self.streamIndex = streamIndex
        self.sourceClock = sourceClock
        self.posterTime = posterTime
        self.thumbnailTimes = thumbnailTimes
        self.interval = interval
        self.posterWidth = posterWidth
        self.posterHeight = posterHeight
        self.thumbnailWidth = thumbnailWidth
        self.thumbnailHeight = thumbnailHeight
        self.columns = columns
        self.rows = rows
        self.treatment = treatment
        self.color = color
    }
}
