import Foundation

/// All that a run shows.
struct Report: Codable {
    var seed: UInt64
    var seconds = 0.0
    var parts: [Part: Tally] = [:]

    var findings: [Tally.Finding] { Part.allCases.flatMap { parts[$0]?.findings ?? [] } }
    var findingCount: Int { parts.values.reduce(0) { $0 + $1.findingCount } }

    /// A table for people, then what deserves a look.
    var text: String {
        let header = ["PART", "INPUTS", "CONTAINED CRASHES", "FINDINGS", "OUTCOMES"]
        let rows = Part.allCases.compactMap { part in parts[part].map { cells(part, $0) } }
        let widths = header.indices.map { column in
            ([header] + rows).map { $0[column].count }.max() ?? 0
        }
        var lines = ([header] + rows).map { row in
            row.indices.map { column in
                let blanks = String(repeating: " ", count: widths[column] - row[column].count)
                return (1...3).contains(column) ? blanks + row[column] : row[column] + blanks
            }.joined(separator: "  ")
        }
        for (way, entry) in parts[.media]?.contained.sorted(by: { $0.key < $1.key }) ?? [] {
            let place = entry.path.map { ", kept in \($0)" } ?? ""
            lines.append("contained, \(entry.count) times: \(way) (seed \(entry.seed)\(place))")
        }
        for finding in findings {
            let place = finding.path.map { "; kept in \($0)" } ?? ""
            lines.append("FINDING in \(finding.part.rawValue): \(finding.text)\(place)")
            lines.append(
                "  again: reelmill-fuzz \(finding.part.rawValue) --seed \(finding.seed) --rounds 1")
        }
        lines.append("\(Int(seconds)) s, seed \(seed), \(findingCount) findings")
        return lines.joined(separator: "\n")
    }

    private func cells(_ part: Part, _ tally: Tally) -> [String] {
        let outcomes = tally.outcomes.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            .map { "\($0.key) \($0.value)" }
        return [
            part.rawValue, "\(tally.inputs)", "\(tally.containedCount)", "\(tally.findingCount)",
            outcomes.joined(separator: ", "),
        ]
    }

    func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let named = Dictionary(uniqueKeysWithValues: parts.map { ($0.key.rawValue, $0.value) })
        return String(
            decoding: try encoder.encode(
                Sheet(seed: seed, seconds: seconds, parts: named, findings: findingCount)),
            as: UTF8.self)
    }

    private struct Sheet: Encodable {
        var seed: UInt64
        var seconds: Double
        var parts: [String: Tally]
        var findings: Int
    }
}
