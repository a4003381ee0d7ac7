/// What `bench workers` measured.
struct WorkerBenchReport: Encodable {
    /// Of one unit.
    struct Timing {
        /// Milliseconds from the call to the worker's word of what confines it, and to its accepted result.
        var confined: Double
        var result: Double
        /// Milliseconds of processor time of the worker.
        var cpu: Double
        var peakMemoryBytes: Int64
    }

    /// Of all units that were started in one way.
    struct Timings: Encodable {
        var name: String
        var confined: [Double] = []
        var result: [Double] = []
        var cpu: [Double] = []
        var peakMemoryBytes: Int64 = 0

        init(name: String) { self.name = name }

        mutating func add(_ timing: Timing) {
            confined.append(timing.confined)
            result.append(timing.result)
            cpu.append(timing.cpu)
            peakMemoryBytes = max(peakMemoryBytes, timing.peakMemoryBytes)
        }

        mutating func add(_ other: Timings) {
            confined += other.confined
            result += other.result
            cpu += other.cpu
            peakMemoryBytes = max(peakMemoryBytes, other.peakMemoryBytes)
        }

        private enum CodingKeys: String, CodingKey {
            case name, units, confined, result, cpu, peakMemoryBytes
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(name, forKey: .name)
            try container.encode(confined.count, forKey: .units)
            try container.encode(Summary(confined), forKey: .confined)
            try container.encode(Summary(result), forKey: .result)
            try container.encode(Summary(cpu), forKey: .cpu)
            try container.encode(peakMemoryBytes, forKey: .peakMemoryBytes)
        }
    }

    /// Milliseconds.
    struct Summary: Encodable {
        var p50: Double
        var p90: Double
        var p99: Double
        var max: Double

        /// There must be some.
        init(_ values: [Double]) {
            let sorted = values.sorted()
            func percentile(_ part: Double) -> Double {
                sorted[Swift.min(sorted.count - 1, Int(part * Double(sorted.count)))]
            }
            (p50, p90, p99, max) = (
                percentile(0.5), percentile(0.9), percentile(0.99), percentile(1)
            )
        }
    }

    var machine: LedgerBenchReport.Machine
    var atOnce: Int
    /// Load of the machine over the last minute, before and after.
    var loadBefore: Double
    var loadAfter = 0.0
    var timings: [Timings] = []

    init(machine: LedgerBenchReport.Machine, atOnce: Int, loadBefore: Double) {
        self.machine = machine
        self.atOnce = atOnce
        self.loadBefore = loadBefore
    }

    private static let header = [
        "FROM A", "UNITS", "UNTIL", "P50 ms", "P90 ms", "P99 ms", "MAX ms",
    ]

    private var rows: [[String]] {
        timings.flatMap { timings in
            [
                ("confined", timings.confined), ("result", timings.result),
                ("(processor time)", timings.cpu),
            ].map { label, values in
                let summary = Summary(values)
                return [timings.name, String(values.count), label]
                    + [summary.p50, summary.p90, summary.p99, summary.max].map {
                        Quantity.decimal($0, 1)
                    }
            }
        }
    }

    private var conditions: String {
        "one-frame encodes, \(atOnce) at once, \(machine.cores) cores (\(machine.processor)), load "
            + "\(Quantity.decimal(loadBefore, 1)) before and \(Quantity.decimal(loadAfter, 1)) after; "
            + "a worker peaks at "
            + timings.map { "\(Quantity.bytes($0.peakMemoryBytes)) from a \($0.name)" }
            .joined(separator: ", ")
    }

    var text: String {
        var table = TextTable(header: Self.header, rightAligned: [1, 3, 4, 5, 6])
        for row in rows { table.add(row) }
        return conditions + "\n\n" + table.text
    }

    var markdown: String {
        let lines =
            [
                "| from a | units | until | p50 ms | p90 ms | p99 ms | max ms |",
                "|---|--:|---|--:|--:|--:|--:|",
            ] + rows.map { "| " + $0.joined(separator: " | ") + " |" }
        return lines.joined(separator: "\n") + "\n\n" + conditions
    }
}
