/// What `bench ledger` measured.
struct LedgerBenchReport: Encodable {
    struct Figure: Encodable {
        var name: String
        /// Higher is better for rates, lower for times and costs.
        var value: Double
        var unit: String
        /// What the design asks for; nil where it asks for nothing.
        var target: Double?
        var isMet: Bool?
        /// The same of a bare SQLite table in the same run; nil where there is nothing to compare.
        var bare: Double?
        /// Our figure over the bare one.
        var ratio: Double?
    }

    struct Machine: Encodable {
        var processor: String
        var cores: Int
        var memoryBytes: Int64
    }

    var machine: Machine
    var directory: String
    /// Runs of each figure, of which the best is told.
    var runs: Int
    var units: Int
    /// Load of the machine over the last minute, before and after.
    var loadBefore: Double
    var loadAfter: Double
    var figures: [Figure] = []

    /// A figure of which more is better.
    mutating func addRate(
        _ name: String, _ value: Double, _ unit: String, target: Double? = nil, bare: Double? = nil
    ) {
        figures.append(
            Figure(
                name: name, value: value, unit: unit, target: target,
                isMet: target.map { value >= $0 }, bare: bare, ratio: bare.map { value / $0 }))
    }

    /// A figure of which less is better.
    mutating func addCost(
        _ name: String, _ value: Double, _ unit: String, target: Double? = nil, bare: Double? = nil
    ) {
        figures.append(
            Figure(
                name: name, value: value, unit: unit, target: target,
                isMet: target.map { value <= $0 }, bare: bare, ratio: bare.map { value / $0 }))
    }

    private static let header = ["", "FIGURE", "UNIT", "TARGET", "MET", "BARE", "RATIO"]

    private var rows: [[String]] {
        figures.map { figure in
            [
                figure.name, number(figure.value), figure.unit, figure.target.map(number) ?? "",
                figure.isMet.map { $0 ? "yes" : "no" } ?? "", figure.bare.map(number) ?? "",
                figure.ratio.map { Quantity.decimal($0, 2) } ?? "",
            ]
        }
    }

    private var conditions: String {
        "\(machine.cores) cores (\(machine.processor)), best of \(runs), load "
            + "\(Quantity.decimal(loadBefore, 1)) before and \(Quantity.decimal(loadAfter, 1)) after, "
            + "every commit synced, in \(directory)"
    }

    var text: String {
        var table = TextTable(header: LedgerBenchReport.header, rightAligned: [1, 3, 5, 6])
        for row in rows { table.add(row) }
        return conditions + "\n\n" + table.text
    }

    var markdown: String {
        let lines =
            [
                "| | figure | | target | met | bare SQLite | ratio |",
                "|---|--:|---|--:|---|--:|--:|",
            ]
            + rows.map { "| " + $0.joined(separator: " | ") + " |" }
        return lines.joined(separator: "\n") + "\n\n" + conditions
    }

    private func number(_ value: Double) -> String {
        guard value >= 1000 else { return Quantity.decimal(value, value < 10 ? 2 : 1) }
        var digits = String(Int(value.rounded()))
        var grouped = ""
        while digits.count > 3 {
            grouped = "," + digits.suffix(3) + grouped
            digits.removeLast(3)
        }
        return digits + grouped
    }
}
