/// A track of AAC-LC whose packets can stand in an output as they are: a codec frame each, all alike, one after the other
/// without a gap.
public struct CodedSound: Hashable, Sendable, Codable {
    /// Samples in a codec frame.
    public static let frameSamples = 1024
    /// Of the first packet, in ticks of the track; it may come before what is heard.
    public var startTicks: Int64
    public var packets: Int
    /// Of all packets, without headers.
    public var byteCount: Int64

    public init(startTicks: Int64, packets: Int, byteCount: Int64) {
        self.startTicks = startTicks
        self.packets = packets
        self.byteCount = byteCount
    }
}

/// Which packets of a source are a rendition as they are. Silent codec frames stand in where there are none.
public struct CopiedSound: Hashable, Sendable, Codable {
    /// Silent codec frames before the packets, and after them.
    public var leadingFrames: Int
    public var trailingFrames: Int
    /// Packets of the source's track, counted from its first.
    public var packets: Range<Int>
    /// Samples of the codec frames that come before what is heard.
    public var primingSamples: Int
    /// Of the source's track on average, rounded up.
    public var kilobitsPerSecond: Int

    public init(
        leadingFrames: Int, trailingFrames: Int, packets: Range<Int>, primingSamples: Int,
        kilobitsPerSecond: Int
    ) {
        self.leadingFrames = leadingFrames
        self.trailingFrames = trailingFrames
        self.packets = packets
        self.primingSamples = primingSamples
        self.kilobitsPerSecond = kilobitsPerSecond
    }
}
