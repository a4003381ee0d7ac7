/// One thing that is wrong with an output.
public struct PublicationFinding: Hashable, Sendable, Codable, CustomStringConvertible {
    /// Relative to the output directory.
    public var path: String
    /// A stable name of the rule that is broken.
    public var rule: Rule
    public var message: String

    public enum Rule: String, Sendable, Codable, CaseIterable {
        case missing, unexpected, unreadable, hash, size, structure, timing, count, alignment
        case index, manifest, receipt, buffer
    }

    public init(_ path: String, _ rule: Rule, _ message: String) {
        self.path = path
        self.rule = rule
        self.message = message
    }

    public var description: String { "\(path): \(message) [\(rule.rawValue)]" }
}

/// Collects findings, a bounded number for each file: a broken file says enough with its first ones.
struct FindingList {
    private(set) var findings: [PublicationFinding] = []
    private var countByPath: [String: Int] = [:]
    private static let maximumPerFile = 10

    mutating func add(_ path: String, _ rule: PublicationFinding.Rule, _ message: String) {
        let count = countByPath[path, default: 0]
        countByPath[path] = count + 1
        if count < FindingList.maximumPerFile {
            findings.append(PublicationFinding(path, rule, message))
        }
    }

    mutating func require(
        _ condition: Bool, _ path: String, _ rule: PublicationFinding.Rule,
        _ message: @autoclosure () -> String
    ) {
        if !condition { add(path, rule, message()) }
    }
}
