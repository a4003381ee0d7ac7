/// What becomes of pictures in high dynamic range.
public enum DynamicRange: String, Hashable, Sendable, Codable, CaseIterable {
    /// They are tone-mapped to BT.709.
    case standard
    /// They stay as they are where the codec can say so (HEVC, AV1), in 10 bits.
    case source
}

/// What becomes of two fields.
public enum Deinterlacing: String, Hashable, Sendable, Codable, CaseIterable {
    /// One frame.
    case frame
    /// Two frames, so that motion stays as smooth as it was: 25 interlaced frames become 50.
    case field
}
