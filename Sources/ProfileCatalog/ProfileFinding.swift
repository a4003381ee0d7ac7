/// Something wrong in a profile, and where.
public struct ProfileFinding: Hashable, Sendable, Codable, CustomStringConvertible {
    public var file: String
    /// From 1.
    public var line: Int
    public var column: Int
    /// Dotted, such as `video.quality`; empty for the file as a whole.
    public var key: String
    /// What is wrong and what is allowed.
    public var message: String

    public var description: String {
        "\(file):\(line):\(column): \(key.isEmpty ? "" : key + ": ")\(message)"
    }
}

/// A profile that cannot be used.
public struct ProfileFault: Error, Hashable, Sendable, CustomStringConvertible {
    /// Never empty.
    public var findings: [ProfileFinding]
    public var description: String { findings.map(\.description).joined(separator: "\n") }
}
