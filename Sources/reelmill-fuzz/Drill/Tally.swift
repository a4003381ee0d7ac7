/// What came of some inputs.
struct Tally: Codable {
    /// Something that must hold and did not.
    struct Finding: Codable, Hashable {
        var part: Part
        var seed: UInt64
        var text: String
        /// The input, when it is kept.
        var path: String?
    }

    /// A way in which workers died, and were survived.
    struct Contained: Codable {
        var count = 0
        /// Of the first.
        var seed: UInt64
        var path: String?
    }

    var inputs = 0
    var outcomes: [String: Int] = [:]
    var contained: [String: Contained] = [:]
    var findings: [Finding] = []
    /// Those beyond the list.
    var furtherFindings = 0

    private static let findingsMaximum = 200

    mutating func count(_ outcome: String) { outcomes[outcome, default: 0] += 1 }

    mutating func find(_ finding: Finding) {
        guard findings.count < Tally.findingsMaximum else {
            furtherFindings += 1
            return
        }
        findings.append(finding)
    }

    mutating func contain(_ way: String, seed: UInt64, path: String?) {
        contained[way, default: Contained(seed: seed, path: path)].count += 1
    }

    mutating func add(_ other: Tally) {
        inputs += other.inputs
        outcomes.merge(other.outcomes, uniquingKeysWith: +)
        for (way, entry) in other.contained {
            contained[way, default: Contained(seed: entry.seed, path: entry.path)].count +=
                entry.count
        }
        for finding in other.findings { find(finding) }
        furtherFindings += other.furtherFindings
    }

    var containedCount: Int { contained.values.reduce(0) { $0 + $1.count } }
    var findingCount: Int { findings.count + furtherFindings }
}
