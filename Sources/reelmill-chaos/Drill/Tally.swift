/// What came of all rounds, by kind.
struct Tally {
    private struct Line {
        var rounds = 0
        var fired = 0
        var kills = 0
        var resumed = 0
        var longestSeconds = 0.0
        var violations = 0

        static func + (left: Line, right: Line) -> Line {
            Line(
                rounds: left.rounds + right.rounds, fired: left.fired + right.fired,
                kills: left.kills + right.kills, resumed: left.resumed + right.resumed,
                longestSeconds: max(left.longestSeconds, right.longestSeconds),
                violations: left.violations + right.violations)
        }
    }

    private var lines: [Kind: Line] = [:]

    var violations: Int { lines.values.reduce(0) { $0 + $1.violations } }

    mutating func add(_ ending: Round.Ending, of round: Round) {
        let line = Line(
            rounds: 1, fired: ending.hasFired ? 1 : 0, kills: ending.kills,
            resumed: ending.recoverySeconds == nil ? 0 : 1,
            longestSeconds: ending.recoverySeconds ?? 0,
            violations: ending.violations.isEmpty ? 0 : 1)
        lines[round.kind] = (lines[round.kind] ?? Line()) + line
    }

    /// A table for people.
    var text: String {
        let header = [
            "KIND", "ROUNDS", "FIRED", "KILLS", "RESUMED", "LONGEST RECOVERY", "VIOLATIONS",
        ]
        let kinds = Kind.allCases.filter { lines[$0] != nil }
        var rows = kinds.map { cells($0.rawValue, lines[$0] ?? Line()) }
        rows.append(cells("all", lines.values.reduce(Line(), +)))
        let widths = header.indices.map { column in
            ([header] + rows).map { $0[column].count }.max() ?? 0
        }
        return ([header] + rows).map { row in
            row.indices.map { column in
                let blanks = String(repeating: " ", count: widths[column] - row[column].count)
                return column == 0 ? row[column] + blanks : blanks + row[column]
            }.joined(separator: "  ")
        }.joined(separator: "\n")
    }

    private func cells(_ name: String, _ line: Line) -> [String] {
        let tenths = Int((line.longestSeconds * 10).rounded())
        return [
            name, "\(line.rounds)", "\(line.fired)", "\(line.kills)", "\(line.resumed)",
            "\(tenths / 10).\(tenths % 10) s", "\(line.violations)",
        ]
    }
}
