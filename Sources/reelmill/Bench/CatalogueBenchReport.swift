import Foundation

/// What a bench of a large catalogue found.
struct CatalogueBenchReport: Encodable {
    struct Phase: Encodable {
        var name: String
        /// A second.
        var rate: Double
        /// Of this process, while it lasted.
        var peakMemoryBytes: Int64
    }

    struct Timing: Encodable {
        var name: String
        /// Every sample, sorted.
        var milliseconds: [Double]

        func percentile(_ part: Double) -> Double {
            milliseconds[min(milliseconds.count - 1, Int(part * Double(milliseconds.count)))]
        }
    }

    var rows: Int
    var machine: String
    var phases: [Phase] = []
    var timings: [Timing] = []

    init(rows: Int, machine: String) {
        self.rows = rows
        self.machine = machine
    }

    /// From here on memory is counted anew (proc_pid_clear_refs(5)).
    mutating func beginPhase() {
        guard let file = FileHandle(forWritingAtPath: "/proc/self/clear_refs") else { return }
        file.write(Data("5".utf8))
        file.closeFile()
    }

    mutating func endPhase(_ name: String, rate: Double) {
        phases.append(Phase(name: name, rate: rate, peakMemoryBytes: Self.peakMemoryBytes))
    }

    private static var peakMemoryBytes: Int64 {
        guard let data = FileManager.default.contents(atPath: "/proc/self/status") else { return 0 }
        let line = String(decoding: data, as: UTF8.self).split(separator: "\n").first {
            $0.hasPrefix("VmHWM:")
        }
        let kilobytes = line?.split(whereSeparator: { !$0.isNumber }).first.flatMap { Int64($0) }
        return (kilobytes ?? 0) * 1024
    }

    mutating func time(_ name: String, _ count: Int, _ body: () throws -> Void) throws {
        // The first look fills caches that a person's second look has too.
        try body()
        let samples = try (0..<count).map { _ in
            try LedgerBenchTime.seconds(body) * 1000
        }
        timings.append(Timing(name: name, milliseconds: samples.sorted()))
    }

    var text: String {
        var rates = TextTable(header: ["WHAT", "A SECOND", "PEAK MEMORY"], rightAligned: [1, 2])
        for phase in phases {
            rates.add([
                phase.name, Quantity.decimal(phase.rate, 0),
                Quantity.bytes(phase.peakMemoryBytes),
            ])
        }
        var times = TextTable(header: ["WHAT", "MEDIAN", "P95", "WORST"], rightAligned: [1, 2, 3])
        for timing in timings {
            times.add(
                [timing.name]
                    + [0.5, 0.95, 1].map { Quantity.decimal(timing.percentile($0), 1) + " ms" })
        }
        return "\(rows) rows and as many jobs, \(machine)\n\n\(rates.text)\n\n\(times.text)"
    }
}
