/// How the times of a stream come from those that its file states.
public struct SourceClock: Hashable, Sendable, Codable {
    /// Whether the file gives no times at all, so that pictures are counted instead: tick n is the n-th picture.
    /// Such a stream can only be decoded from its start.
    public var isCounted: Bool
    /// Where the clock jumps, ascending by position.
    public var splices: [TimeSplice]
    /// The longest step between two pictures that is believed, in ticks of the stream: where jumps were looked for, a
    /// longer one is a damaged time. Nil where they were not, and for sound.
    public var stepMaximum: Int64?

    public init(
        isCounted: Bool = false, splices: [TimeSplice] = [], stepMaximum: Int64? = nil
    ) {
        self.isCounted = isCounted
        self.splices = splices
        self.stepMaximum = stepMaximum
    }

    /// Times as the file states them.
    public static let plain = SourceClock()
}

/// From a packet on, what to add to a stream's times so that they go on where they were: recordings of broadcasts
/// jump where their clock was set anew (ISO/IEC 13818-1, section 2.7.6).
public struct TimeSplice: Hashable, Sendable, Codable {
    /// Where the first packet with the new clock starts in the file.
    public var bytePosition: Int64
    /// In ticks of the stream.
    public var offsetTicks: Int64

    public init(bytePosition: Int64, offsetTicks: Int64) {
        self.bytePosition = bytePosition
        self.offsetTicks = offsetTicks
    }
}
