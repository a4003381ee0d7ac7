/// What came of the proof that a whole rendition keeps to its buffer.
public struct BufferProof: Hashable, Sendable, Codable {
    public var model: BufferModel
    /// Bits in the buffer when the first frame is taken.
    public var start: Int64
    /// Of all frames.
    public var transfer: BufferTransfer
    /// The least that a frame leaves in the buffer, in bits.
    public var lowest: Int64
    /// Frames that are due before they have arrived.
    public var violations: Int
    /// Chunks that were encoded once more, because the one before left less than they counted on.
    public var reencoded: Int

    public init(
        model: BufferModel, start: Int64, transfer: BufferTransfer, lowest: Int64, violations: Int,
        reencoded: Int
    ) {
        self.model = model
        self.start = start
        self.transfer = transfer
        self.lowest = lowest
        self.violations = violations
        self.reencoded = reencoded
    }

    /// Whether numbers from elsewhere can be computed with.
    public var isInRange: Bool {
        let bits: ClosedRange<Int64> = 0...1 << 50
        return bits.contains(model.rate) && (1...1 << 50).contains(model.size)
            && bits.contains(start) && bits.contains(lowest) && violations >= 0 && reencoded >= 0
            && transfer.isInRange
    }
}

extension BufferTransfer {
    /// Whether numbers from elsewhere can be computed with.
    public var isInRange: Bool {
        let bits: Int64 = 1 << 58
        return (-bits...bits).contains(gain) && (-bits...bits).contains(ceiling)
            && ((0...bits).contains(need) || need == BufferTransfer.unattainable)
    }
}

/// Follows the fullness of the buffer frame by frame.
public struct BufferScan: Sendable {
    public let model: BufferModel
    public let timescale: Int
    private let start: Int64
    /// Before the next frame is taken.
    public private(set) var fullness: Int64
    private var lowest: Int64
    private var violations = 0
    private var transfer: BufferTransfer

    /// Starts with some bits in the buffer.
    public init(_ model: BufferModel, timescale: Int, start: Int64) {
        precondition(timescale > 0 && model.size > 0)
        self.model = model
        self.timescale = timescale
        self.start = start
        fullness = start
        lowest = start
        transfer = .nothing(size: model.size)
    }

    /// As a film starts.
    public init(_ model: BufferModel, timescale: Int) {
        self.init(
            model, timescale: timescale, start: model.bits(twentieths: BufferModel.firstStart))
    }

    /// Takes one frame. After one that is not there in time the buffer is empty.
    public mutating func take(_ sample: CodedSample) {
        let bits = sample.bytes * 8
        if bits > fullness { violations += 1 }
        let left = max(0, fullness - bits)
        lowest = min(lowest, left)
        fullness = min(
            left + model.arrival(ticks: sample.ticks, timescale: timescale), model.size)
        transfer = transfer.followed(by: model.transfer(of: sample, timescale: timescale))
    }

    /// What was seen so far.
    public func proof(reencoded: Int) -> BufferProof {
        BufferProof(
            model: model, start: start, transfer: transfer, lowest: lowest, violations: violations,
            reencoded: reencoded)
    }
}
