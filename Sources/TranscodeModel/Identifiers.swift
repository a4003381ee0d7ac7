/// Names a job within its tenant: `j` and twelve characters, made at random once.
public struct JobID: Hashable, Sendable, Codable, CustomStringConvertible {
    public let text: String
    public init(_ text: String) { self.text = text }

    /// A fresh identifier. The alphabet leaves out letters that people confuse (Crockford's base 32).
    public static func random(using generator: inout some RandomNumberGenerator) -> JobID {
        let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz")
        return JobID("j" + String((0..<12).map { _ in alphabet.randomElement(using: &generator)! }))
    }

    public var description: String { text }
    public init(from decoder: any Decoder) throws {
        text = try decoder.singleValueContainer().decode(String.self)
    }
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}

/// Names a work unit: its job and its position there.
public struct UnitID: Hashable, Sendable, Codable, CustomStringConvertible {
    public let job: JobID
    public let position: Int

    public init(job: JobID, position: Int) {
        self.job = job
        self.position = position
    }

    public var description: String { "\(job).\(position)" }
}

/// On whose behalf; part of every key (I14).
public struct TenantID: Hashable, Sendable, Codable, CustomStringConvertible {
    public let text: String

    /// Nil unless it is 1 to 64 letters, digits, `-`, `_` or `.`, and does not start with `.`: it names
    /// a directory too.
    public init?(_ text: String) {
        let allowed = text.utf8.allSatisfy {
            switch $0 {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"),
                UInt8(ascii: "."):
                true
            default: false
            }
        }
        guard allowed, !text.hasPrefix("."), (1...64).contains(text.utf8.count) else {
            return nil
        }
        self.text = text
    }

    private init(trusted text: String) { self.text = text }
    public static let standard = TenantID(trusted: "default")

    public var description: String { text }
    public init(from decoder: any Decoder) throws {
        text = try decoder.singleValueContainer().decode(String.self)
    }
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}

/// A node process; a new one each start.
public struct NodeID: Hashable, Sendable, Codable, CustomStringConvertible {
    public let text: String
    public init(_ text: String) { self.text = text }
    public var description: String { text }
    public init(from decoder: any Decoder) throws {
        text = try decoder.singleValueContainer().decode(String.self)
    }
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}
