/// What a stretch of coded frames does to the buffer before a decoder, whatever was coded before it.
///
/// A fullness x when the first frame is taken becomes min(x + `gain`, `ceiling`) when the frame after the last is,
/// and every frame is there in time if and only if x ≥ `need`. So two stretches that follow each other are one
/// again, and a film is proven from its chunks alone. All three are in bits.
public struct BufferTransfer: Hashable, Sendable, Codable {
    /// What arrives less what is taken; negative where more is taken.
    public var gain: Int64
    /// The most that can be in the buffer afterwards.
    public var ceiling: Int64
    /// The least that must be in it before.
    public var need: Int64

    /// The need of frames for which no fullness is enough.
    public static let unattainable: Int64 = 1 << 60

    public init(gain: Int64, ceiling: Int64, need: Int64) {
        self.gain = gain
        self.ceiling = ceiling
        self.need = need
    }

    /// No frame at all, before a buffer of `size` bits.
    public static func nothing(size: Int64) -> BufferTransfer {
        BufferTransfer(gain: 0, ceiling: size, need: 0)
    }

    /// This stretch and then another. Grouping does not matter: (a, b), c is a, (b, c).
    public func followed(by next: BufferTransfer) -> BufferTransfer {
        let isPossible = isAttainable && next.isAttainable && ceiling >= next.need
        return BufferTransfer(
            gain: BufferTransfer.bounded(gain, next.gain),
            ceiling: min(BufferTransfer.bounded(ceiling, next.gain), next.ceiling),
            need: isPossible ? max(need, next.need - gain) : BufferTransfer.unattainable)
    }

    /// A sum, held where no real stream comes to: its parts may come from a broken file.
    private static func bounded(_ one: Int64, _ other: Int64) -> Int64 {
        min(max(one + other, -(1 << 58)), 1 << 58)
    }

    /// Whether any fullness is enough.
    public var isAttainable: Bool { need < BufferTransfer.unattainable }

    /// Bits in the buffer after the stretch; nil when a frame of it would not be there in time.
    public func fullness(after before: Int64) -> Int64? {
        before >= need ? min(before + gain, ceiling) : nil
    }
}

/// The buffer that a rendition is coded for, as the hypothetical decoders of H.264 (annex C) and HEVC have it.
///
/// Bits arrive at `rate` until the buffer is full; each frame is taken out at once when it is decoded, and must be
/// in it by then.
public struct BufferModel: Hashable, Sendable, Codable {
    /// Bits a second, and bits.
    public var rate: Int64
    public var size: Int64
    /// Whether the encoder keeps to it. SVT-AV1 takes no buffer, and some parameters of a profile put it out of force.
    public var isEnforced: Bool
    private static let otherControls = ["qp", "crf-max", "crf_max", "lossless", "bitrate"]

    /// Fullness is given to encoders in twentieths of the size, so that it is a name and no measurement.
    public static let twentieths = 20
    /// Where the first frame of a film is decoded: as x264 has it by itself.
    public static let firstStart = 18
    /// What an encoder may count on at the start of every later chunk, though the chunk before it may leave more or less. More
    /// is more often not there, and less costs quality at the seams (docs/seams.md).
    public static let laterStart = 10
    /// At the start of each chunk, also of the first, where chunks are not encoded again when they find less: of what is
    /// played early.
    public static let earlyStart = 10

    public init(rate: Int64, size: Int64, isEnforced: Bool) {
        self.rate = rate
        self.size = size
        self.isEnforced = isEnforced
    }

    /// The cap and the buffer of capped constant quality, or what the profile's parameters put in their place.
    public init(_ rendition: VideoRendition) {
        let average = min(max(rendition.averageKilobitsPerSecond, 1), 1 << 31) * 1000
        func parameter(_ name: String) -> Int? {
            let other = name.split(separator: "-").joined(separator: "_")
            guard rendition.codec != .av1,
                let text = rendition.parameters[name] ?? rendition.parameters[other]
            else { return nil }
            return Int(text).map { min(max($0, 0), 1 << 31) * 1000 }
        }
        let rate = parameter("vbv-maxrate") ?? average * 3 / 2
        let size = parameter("vbv-bufsize") ?? average * 2
        self.init(
            rate: Int64(max(rate, 1)), size: Int64(max(size, 1)),
            isEnforced: rendition.codec != .av1 && rate > 0 && size > 0
                && !BufferModel.otherControls.contains { rendition.parameters[$0] != nil })
    }

    /// Bits in the buffer for a number of twentieths of it, rounded down.
    public func bits(twentieths: Int) -> Int64 {
        size * Int64(twentieths) / Int64(BufferModel.twentieths)
    }

    /// The twentieths that are surely in the buffer.
    public func twentieths(bits: Int64) -> Int {
        Int(min(max(bits, 0), size) * Int64(BufferModel.twentieths) / size)
    }

    /// What arrives while a frame is shown that lasts some ticks, at most a whole buffer. Rounded down: so the proof
    /// errs by less than a bit a frame, on the safe side.
    public func arrival(ticks: Int64, timescale: Int) -> Int64 {
        Int64(min(Int128(ticks) * Int128(rate) / Int128(timescale), Int128(size)))
    }

    /// One frame.
    public func transfer(of sample: CodedSample, timescale: Int) -> BufferTransfer {
        let bits = sample.bytes * 8
        return BufferTransfer(
            gain: arrival(ticks: sample.ticks, timescale: timescale) - bits, ceiling: size,
            need: bits > size ? BufferTransfer.unattainable : bits)
    }

    /// Frames in decoding order.
    public func transfer(
        of samples: some Sequence<CodedSample>, timescale: Int
    ) -> BufferTransfer {
        samples.reduce(.nothing(size: size)) {
            $0.followed(by: transfer(of: $1, timescale: timescale))
        }
    }
}

/// A frame as the buffer sees it.
public struct CodedSample: Hashable, Sendable, Codable {
    public var bytes: Int64
    /// How long after it the next one is decoded, on the track's timescale.
    public var ticks: Int64

    public init(bytes: Int64, ticks: Int64) {
        self.bytes = bytes
        self.ticks = ticks
    }
}
