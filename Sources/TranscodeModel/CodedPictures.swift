/// What a track of H.264 is as it is coded: whether its packets can stand in an output as they are, and what they ask of a
/// decoder's buffer.
public struct CodedPictures: Hashable, Sendable, Codable {
    /// Why the packets are no use to an output, whatever the profile.
    public enum Obstacle: String, Sendable, Codable {
        /// Not stored as in MP4 or Matroska, with one pair of parameter sets beside the packets.
        case storage
        /// A profile of H.264 that is not Baseline, Main, High or High 10.
        case profile
        /// Parameter sets among the pictures.
        case parameterSets = "parameter-sets"
        /// Groups of pictures that refer to others, or key frames that are none.
        case openGroups = "open-groups"
        /// Packets that are damaged, hidden or unlike a picture each.
        case packets
    }

    /// Nil where the packets can be copied.
    public var obstacle: Obstacle?
    /// Of all packets.
    public var byteCount: Int64
    /// By how many places a picture is decoded after the place where it is shown, at most.
    public var reorderFrames: Int
    /// For each of `arrivals`, the bits that a buffer must hold if it is full at first. Empty where there is an obstacle.
    public var needs: [Int64]

    public init(
        obstacle: Obstacle? = nil, byteCount: Int64 = 0, reorderFrames: Int = 0,
        needs: [Int64] = []
    ) {
        self.obstacle = obstacle
        self.byteCount = byteCount
        self.reorderFrames = reorderFrames
        self.needs = needs
    }

    /// Bits that arrive while a picture is shown, ascending, each at most a sixteenth above the one before.
    public static let arrivals: [Int64] = (4...18).flatMap { power in
        (16..<32).map { Int64($0) << power }
    }

    /// Measures packets of some sizes in bytes, in their decoding order.
    public static func needs(_ sizes: [Int32]) -> [Int64] {
        arrivals.map { arrival in
            var (missing, most): (Int64, Int64) = (0, 0)
            for size in sizes {
                missing += Int64(size) * 8
                most = max(most, missing)
                missing = max(0, missing - arrival)
            }
            return most
        }
    }

    /// Bits that a buffer must hold if so many arrive in the time of a picture: no less than is needed. Nil where that is
    /// not known.
    public func need(arrival: Int64) -> Int64? {
        guard let index = CodedPictures.arrivals.lastIndex(where: { $0 <= arrival }),
            needs.indices.contains(index)
        else { return nil }
        return needs[index]
    }

    /// Whether it can be reckoned with.
    public var isInRange: Bool {
        let bits: ClosedRange<Int64> = 0...1 << 58
        return bits.contains(byteCount) && (0...1 << 30).contains(reorderFrames)
            && (needs.isEmpty || needs.count == CodedPictures.arrivals.count)
            && needs.allSatisfy(bits.contains)
    }
}

/// Of a rendition whose pictures are the source's packets.
public struct CopiedPictures: Hashable, Sendable, Codable {
    /// Of the source's track on average, rounded up.
    public var kilobitsPerSecond: Int

    public init(kilobitsPerSecond: Int) { self.kilobitsPerSecond = kilobitsPerSecond }
}
