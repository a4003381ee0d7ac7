/// Ascending times, stored as runs of equal steps: a constant-rate film of hours is one run.
public struct TickRuns: Hashable, Sendable {
    public struct Run: Hashable, Sendable {
        public var step: Int64
        public var count: Int
    }

    public private(set) var first: Int64?
    public private(set) var runs: [Run]
    public private(set) var count: Int
    public private(set) var last: Int64?

    public init() {
        first = nil
        last = nil
        runs = []
        count = 0
    }

    /// The times must ascend; equal neighbours are allowed.
    public init(_ ticks: some Sequence<Int64>) {
        self.init()
        for tick in ticks { append(tick) }
    }

    public mutating func append(_ tick: Int64) {
        defer {
            last = tick
            count += 1
        }
        guard let previous = last else {
            first = tick
            return
        }
        precondition(tick >= previous, "times must ascend")
        let step = tick - previous
        if let end = runs.indices.last, runs[end].step == step {
            runs[end].count += 1
        } else {
            runs.append(Run(step: step, count: 1))
        }
    }

    /// Every time, expanded.
    public func expanded() -> [Int64] {
        guard var tick = first else { return [] }
        var ticks = [tick]
        ticks.reserveCapacity(count)
        for run in runs {
            for _ in 0..<run.count {
                tick += run.step
                ticks.append(tick)
            }
        }
        return ticks
    }
}

extension TickRuns: Codable {
    /// More times than any source may have; a coded form that claims more is refused.
    private static let countMaximum = 100_000_000

    /// `[first, step, count, step, count, …]`, or `[]`.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.singleValueContainer().decode([Int64].self)
        func corrupt(_ reason: String) -> DecodingError {
            .dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: reason))
        }
        self.init()
        guard let start = values.first else { return }
        guard values.count % 2 == 1 else { throw corrupt("steps and counts come in pairs") }
        var tick = start
        var total = 1
        var list: [Run] = []
        for index in stride(from: 1, to: values.count, by: 2) {
            let (step, repeats) = (values[index], values[index + 1])
            let (span, overflow) = step.multipliedReportingOverflow(by: repeats)
            let (next, overflow2) = tick.addingReportingOverflow(span)
            let (sum, overflow3) = total.addingReportingOverflow(Int(repeats))
            guard step >= 0, repeats > 0, !overflow, !overflow2, !overflow3,
                sum <= TickRuns.countMaximum
            else {
                throw corrupt("a run that is out of range: \(step) × \(repeats)")
            }
            (tick, total) = (next, sum)
            list.append(Run(step: step, count: Int(repeats)))
        }
        (first, last, count, runs) = (start, tick, total, list)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        var values: [Int64] = []
        if let first {
            values.append(first)
            for run in runs { values += [run.step, Int64(run.count)] }
        }
        try container.encode(values)
    }
}
