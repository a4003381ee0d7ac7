/// The largest source that is accepted. What is over a limit is refused with `over-limit`.
public struct SourceLimits: Hashable, Sendable {
    public var bytes: Int64
    /// Of one picture: its longer side, and its pixels.
    public var side: Int
    public var pixels: Int
    public var streams: Int
    public var durationSeconds: Int
    /// The time to read through a source, beside a second for each 20 MB of it.
    public var probeSeconds: Int

    public init(
        bytes: Int64 = 256 << 30, side: Int = 16_384, pixels: Int = 67_108_864, streams: Int = 100,
        durationSeconds: Int = 86_400, probeSeconds: Int = 120
    ) {
        self.bytes = bytes
        self.side = side
        self.pixels = pixels
        self.streams = streams
        self.durationSeconds = durationSeconds
        self.probeSeconds = probeSeconds
    }

    /// The time that probing a source of so many bytes may take.
    public func probeSeconds(bytes: Int64) -> Double {
        Double(probeSeconds) + Double(bytes) / 20e6
    }

    /// Refuses a source of too many bytes.
    public func requireBytes(_ count: Int64, name: String) throws(Failure) {
        guard count <= bytes else {
            throw Failure(
                .permanent, .overLimit,
                "\(name) has \(count) bytes, more than the limit of \(bytes). Split it, or raise "
                    + "max-bytes.")
        }
    }
}
