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
    public var text: [TextRendition] = []
    /// On the output's timeline, in order, none longer than until the next.
    public var chapters: [Chapter] = []
    /// By position: a unit depends only on units before it.
    public var units: [PlannedUnit]
    public var warnings: [String]
    /// What the probe found damaged; allowed by the profile.
    public var damage: [Damage]
    /// How many units earlier jobs had done when this was planned; nil for none.
    public var unitsMade: Int?
    /// What the estimates rest on; nil in plans from before costs were learned.
    public var costs: CostTable?

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

extension ImagePlan {
    /// Whether it is the poster alone, made of a picture that is attached to sound. Where that picture is broken,
    /// there is none.
    public var isCoverArt: Bool { thumbnailTimes.isEmpty }
}

/// The exact times of the output's frames (media rule 1).
///
/// Frame n is shown at n ÷ rate seconds, and shows the last source frame whose time is before
/// `origin + (n + ½) ÷ rate`. With a cadence it is shown when that says, and shows the last source frame
/// that is not after that.
public struct FrameGrid: Hashable, Sendable, Codable {
    /// Frames a second; with a cadence, the usual rate.
    public var rate: Rational
    public var frames: Int
    /// The source time of frame 0, in seconds on the source's timeline.
    public var origin: Rational
    /// Ticks a second of the delivered tracks, and ticks a frame: `timescale ÷ ticksPerFrame = rate`; with
    /// a cadence, the ticks of a usual frame, rounded.
    public var timescale: Int
    public var ticksPerFrame: Int
    /// When each frame starts, where they do not all last equally long.
    public private(set) var cadence: FrameCadence?

    public init(rate: Rational, frames: Int, origin: Rational, timescale: Int, ticksPerFrame: Int) {
        precondition(Rational(Int64(timescale), Int64(ticksPerFrame)) == rate)
        self.rate = rate
        self.frames = frames
        self.origin = origin
        self.timescale = timescale
        self.ticksPerFrame = ticksPerFrame
    }

    /// A grid whose frames start when `cadence` says.
    public init(rate: Rational, origin: Rational, timescale: Int, cadence: FrameCadence) {
        precondition(rate.isPositive && timescale > 0)
        self.rate = rate
        self.frames = cadence.frames.upperBound
        self.origin = origin
        self.timescale = timescale
        self.ticksPerFrame = max(1, Int((Rational(Int64(timescale)) / rate).rounded))
        self.cadence = cadence
    }

    private enum CodingKeys: String, CodingKey {
        case rate, frames, origin, timescale, ticksPerFrame, cadence
    }

    /// Refuses what no planner made: a receipt may come from anywhere.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        rate = try container.decode(Rational.self, forKey: .rate)
        frames = try container.decode(Int.self, forKey: .frames)
        origin = try container.decode(Rational.self, forKey: .origin)
        timescale = try container.decode(Int.self, forKey: .timescale)
        ticksPerFrame = try container.decode(Int.self, forKey: .ticksPerFrame)
        cadence = try container.decodeIfPresent(FrameCadence.self, forKey: .cadence)
        guard rate.isPositive, (1...FrameCadence.countMaximum).contains(frames),
            (1...Int(UInt32.max)).contains(timescale),
            (1...Int(UInt32.max)).contains(ticksPerFrame),
            cadence.map({ $0.frames.upperBound <= frames }) ?? true
        else {
            throw DecodingError.dataCorruptedError(
                forKey: .frames, in: container, debugDescription: "not a grid: \(frames) frames")
        }
    }

    /// In seconds.
    public var duration: Rational {
        guard let cadence else { return Rational(Int64(frames)) / rate }
        return Rational(cadence.end, Int64(timescale))
    }

    /// Frames a second over the whole length.
    public var averageRate: Rational { cadence == nil ? rate : Rational(Int64(frames)) / duration }

    /// When a frame starts, in ticks of the delivered tracks; for the number after the last, where that
    /// one ends.
    public func ticks(of frame: Int) -> Int64 {
        cadence?.ticks(of: frame) ?? Int64(frame) * Int64(ticksPerFrame)
    }

    /// When all frames start, in ticks of the delivered tracks.
    public var frameTicks: TickRuns {
        guard let cadence else { return TickRuns((0..<frames).lazy.map { self.ticks(of: $0) }) }
        return TickRuns(cadence.starts)
    }

    /// The grid as the unit of some frames needs it, the first of which starts a segment: a cadence is cut
    /// to them.
    func part(_ frames: Range<Int>) -> FrameGrid {
        var part = self
        part.cadence = cadence?.part(frames)
        return part
    }

    /// The first source time, in ticks of `timeBase`, that is too late for output frame `frame`: the
    /// frame shows the last source frame before it.
    public func deadlineTicks(frame: Int, timeBase: Rational) -> Int64 {
        if let cadence {
            let time = origin + Rational(cadence.ticks(of: frame), Int64(timescale))
            return (time / timeBase).floor + 1
        }
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
    /// How the index's times come from those in the file.
    public var sourceClock: SourceClock
    public var grid: FrameGrid
    /// Frames between IDR frames, and frames in a segment: a multiple of it. With a cadence, no group and
    /// no segment has more.
    public var keyFrameInterval: Int
    public var segmentFrames: Int
    /// Of the first segment, a multiple of the key-frame interval, where it is shorter than others, so that it can be played
    /// the sooner; nil where it is not, and with a cadence, which has it in ticks.
    public var leadFrames: Int?
    /// By how many frames the presentation lags behind the decode times, for frame reordering: the
    /// same in every rendition, undone by each track's edit list.
    public var reorderFrames: Int
    /// What is done to each picture before scaling.
    public var treatment: PictureTreatment
    /// The size of treated pictures, with square samples; nil in plans that are older than this.
    public var picture: PictureSize?
    /// The colours of every rendition.
    public var color: ColorDescription
    /// Of pictures that stay in high dynamic range.
    public var light: LightMetadata?
    /// From the largest to the smallest.
    public var renditions: [VideoRendition]
    public var chunks: [Chunk]
    /// Encode units that make other renditions than these beside some of these; nil for none.
    public var taken: [TakenGroup]?

    public init(
        streamIndex: Int, sourceTimeBase: Rational, sourceClock: SourceClock = .plain,
        grid: FrameGrid, keyFrameInterval: Int,
        segmentFrames: Int, leadFrames: Int? = nil, reorderFrames: Int,
        treatment: PictureTreatment, picture: PictureSize? = nil, color: ColorDescription,
        light: LightMetadata? = nil,
        renditions: [VideoRendition], chunks: [Chunk]
    ) {
        self.streamIndex = streamIndex
        self.sourceTimeBase = sourceTimeBase
        self.sourceClock = sourceClock
        self.grid = grid
        self.keyFrameInterval = keyFrameInterval
        self.segmentFrames = segmentFrames
        self.leadFrames = leadFrames
        self.reorderFrames = reorderFrames
        self.treatment = treatment
        self.picture = picture
        self.color = color
        self.light = light
        self.renditions = renditions
        self.chunks = chunks
    }
}

extension VideoPlan {
    /// From what each rung is scaled. Plans without a size of their own are taken to have the largest rung's.
    public var halvings: HalvingChain {
        HalvingChain(picture: picture ?? renditions.first?.size ?? PictureSize(width: 2, height: 2))
    }
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
    /// What the encoder counts on in the decoder's buffer when a chunk starts, in twentieths; nil for the usual
    /// (`BufferModel`).
    public var bufferStart: Int?
    /// Set where the source's packets are copied; nil where pictures are encoded.
    public var copied: CopiedPictures?

    public var size: PictureSize { PictureSize(width: width, height: height) }

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
    /// How the index's times come from those in the file.
    public var sourceClock: SourceClock
    public var codec: AudioCodec
    public var kilobitsPerSecond: Int
    public var sampleRate: Int
    /// 1, 2, or 6 for 5.1.
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
    /// In seconds, of the first segment, where it is shorter than others; nil where it is not.
    public var segmentLead: Rational?
    /// What the track is for; nil for plain sound.
    public var roles: [SoundRole]?
    /// Of a rendition in 5.1: the name of the stereo rendition of the same track.
    public var surroundOf: String?
    /// Nil leaves the sound as loud as it is.
    public var loudness: LoudnessTarget?
    /// Set where the source's packets are copied; nil where sound is encoded.
    public var copied: CopiedSound?

    public init(
        name: String, streamIndex: Int, sourceClock: SourceClock = .plain, codec: AudioCodec,
        kilobitsPerSecond: Int, sampleRate: Int,
        channels: Int, language: String, title: String?, isDefault: Bool, origin: Rational,
        samples: Int, segmentDuration: Rational, segmentLead: Rational? = nil,
        roles: [SoundRole]? = nil,
        surroundOf: String? = nil, loudness: LoudnessTarget? = nil
    ) {
        self.roles = roles
        self.surroundOf = surroundOf
        self.loudness = loudness
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
        self.segmentLead = segmentLead
    }

    /// Where segments start, before rounding up to whole codec frames.
    public var segments: SegmentSpans { SegmentSpans(duration: segmentDuration, lead: segmentLead) }

    /// In seconds.
    public var duration: Rational { Rational(Int64(samples), Int64(sampleRate)) }
}

public struct ImagePlan: Hashable, Sendable, Codable {
    public var streamIndex: Int
    /// Of the index's times, in seconds; nil for cover art, and in plans that are older than this.
    public var sourceTimeBase: Rational?
    /// How the index's times come from those in the file.
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
        streamIndex: Int, sourceTimeBase: Rational? = nil, sourceClock: SourceClock = .plain,
        posterTime: Rational, thumbnailTimes: [Rational], interval: Rational,
        posterWidth: Int, posterHeight: Int, thumbnailWidth: Int, thumbnailHeight: Int,
        columns: Int, rows: Int, treatment: PictureTreatment, color: ColorDescription
    ) {
        self.streamIndex = streamIndex
        self.sourceTimeBase = sourceTimeBase
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
