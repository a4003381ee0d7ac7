public import TranscodeModel

/// A finished output's pictures, to be measured beside the source that they were made from.
public struct PictureComparisonRequest: Sendable, Codable, Hashable {
    /// Its renditions are those of the descriptors from 5 on, in this order.
    public var plan: VideoPlan

    public init(plan: VideoPlan) { self.plan = plan }
}

/// A finished track of sound, to be measured beside the source that it was made from.
public struct SoundComparisonRequest: Sendable, Codable, Hashable {
    public var rendition: AudioRendition
    /// Which of the output file's tracks of sound it is, from 0.
    public var track: Int
    /// Where the lag between the two is measured: in samples from the start of the output, ascending.
    public var windows: [Int]

    public init(rendition: AudioRendition, track: Int, windows: [Int]) {
        self.rendition = rendition
        self.track = track
        self.windows = windows
    }
}

/// What is measured at one frame of one rendition. Errors are mean squares of luma, over blocks of 4×4 samples.
public struct PictureMeasurement: Sendable, Hashable, Codable {
    /// How far neighbours are compared, in frames of the grid.
    public static let reach = 3
    /// In a worker's answer.
    public static let byteCount = 60

    /// The errors against the source's pictures of frames n−3 to n+3; negative where there is no such frame.
    public var errors: [Float]
    /// How much the source's pictures of frames n+1 to n+3 differ from that of frame n, in the same measure;
    /// negative where there is no such frame.
    public var steps: [Float]
    /// SSIM of luma against the source's picture of frame n, from −1 to 1.
    public var similarity: Float
    /// By how much the means of Y, Cb and Cr are above the source's, in steps of eight bits.
    public var offsets: [Float]
    /// The variance of the source's blocks: what an error would be if nothing were right.
    public var variance: Float

    public init(
        errors: [Float], steps: [Float], similarity: Float, offsets: [Float], variance: Float
    ) {
        precondition(errors.count == 7 && steps.count == 3 && offsets.count == 3)
        self.errors = errors
        self.steps = steps
        self.similarity = similarity
        self.offsets = offsets
        self.variance = variance
    }

    /// Little-endian numbers of 32 bits, in the order of the members.
    public var bytes: [UInt8] {
        Floats.bytes(errors + steps + [similarity] + offsets + [variance])
    }

    /// Nil when a number is out of its range: a worker is not believed.
    public init?(bytes: ArraySlice<UInt8>) {
        guard bytes.count == PictureMeasurement.byteCount else { return nil }
        let numbers = Floats.read(bytes)
        let errorMaximum: Float = 65_025
        guard numbers.allSatisfy(\.isFinite),
            numbers[..<10].allSatisfy({ $0 >= -1 && $0 <= errorMaximum }), numbers[3] >= 0,
            abs(numbers[10]) <= 1.001, numbers[11..<14].allSatisfy({ abs($0) <= 255 }),
            numbers[14] >= 0, numbers[14] <= errorMaximum
        else { return nil }
        self.init(
            errors: Array(numbers[..<7]), steps: Array(numbers[7..<10]), similarity: numbers[10],
            offsets: Array(numbers[11..<14]), variance: numbers[14])
    }

    /// The error against the source's picture of frame n + `offset`; nil when there is none.
    public func error(_ offset: Int) -> Float? {
        let value = errors[offset + PictureMeasurement.reach]
        return value < 0 ? nil : value
    }
}

/// What is measured in one block of sound of `milliseconds`, below about 4 kHz and over all channels.
public struct SoundMeasurement: Sendable, Hashable, Codable {
    public static let byteCount = 12
    public static let milliseconds = 5

    /// Sums of squares of the source and of the output, and of their products. Full scale is 1.
    public var source: Float
    public var output: Float
    public var product: Float

    public init(source: Float, output: Float, product: Float) {
        self.source = source
        self.output = output
        self.product = product
    }

    public var bytes: [UInt8] { Floats.bytes([source, output, product]) }

    /// Nil when a number is out of its range.
    public init?(bytes: ArraySlice<UInt8>) {
        guard bytes.count == SoundMeasurement.byteCount else { return nil }
        let numbers = Floats.read(bytes)
        guard numbers.allSatisfy({ $0.isFinite && abs($0) < 1e9 }), numbers[0] >= 0,
            numbers[1] >= 0
        else { return nil }
        self.init(source: numbers[0], output: numbers[1], product: numbers[2])
    }
}

/// How late the output's sound is in one window.
public struct LagMeasurement: Sendable, Hashable, Codable {
    public static let byteCount = 8
    /// The furthest that is looked for.
    public static let millisecondsMaximum = 100
    /// The length of a window.
    public static let windowMilliseconds = 400

    /// Milliseconds; negative when the output is early.
    public var milliseconds: Float
    /// The normalised correlation at that lag, from 0 to 1; negative when either side is silent.
    public var correlation: Float

    public init(milliseconds: Float, correlation: Float) {
        self.milliseconds = milliseconds
        self.correlation = correlation
    }

    public var bytes: [UInt8] { Floats.bytes([milliseconds, correlation]) }

    /// Nil when a number is out of its range.
    public init?(bytes: ArraySlice<UInt8>) {
        guard bytes.count == LagMeasurement.byteCount else { return nil }
        let numbers = Floats.read(bytes)
        guard numbers.allSatisfy(\.isFinite), numbers[1] >= -1, numbers[1] <= 1.001,
            abs(numbers[0]) <= Float(LagMeasurement.millisecondsMaximum + 1)
        else { return nil }
        self.init(milliseconds: numbers[0], correlation: numbers[1])
    }
}

/// Numbers of 32 bits as bytes, little-endian.
enum Floats {
    static func bytes(_ numbers: [Float]) -> [UInt8] {
        numbers.flatMap { number in
            let bits = number.bitPattern
            return [0, 8, 16, 24].map { UInt8(truncatingIfNeeded: bits >> UInt32($0)) }
        }
    }

    static func read(_ bytes: ArraySlice<UInt8>) -> [Float] {
        stride(from: bytes.startIndex, to: bytes.endIndex, by: 4).map { index in
            let bits = (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[index + $1]) << (8 * $1) }
            return Float(bitPattern: bits)
        }
    }
}
