import Ledger
import TranscodeModel

/// What a backfill would do, and cost.
struct CatalogueForecast: Encodable {
    /// What would become of a row.
    enum Action: String, CaseIterable, Encodable {
        case encode
        /// Another source or profile than its output has.
        case reencode = "encode-changed"
        /// Published before, and sound.
        case skipDone = "skip-done"
        /// The same bytes and profile as another row.
        case skipEqual = "skip-equal"
        case notSelected = "not-selected"
        case underWay = "under-way"
        /// It failed before, and nothing about it has changed.
        case failedBefore = "failed-before"
        /// The source cannot be read, or is no video that can be used.
        case unreadable
        /// Its row, its output or its key cannot be used.
        case unusable

        var isEncode: Bool { self == .encode || self == .reencode }
    }

    /// A low, a likely and a high value.
    struct Range: Encodable, Equatable {
        var low: Double
        var likely: Double
        var high: Double

        func times(_ factor: Double) -> Range {
            Range(low: low * factor, likely: likely * factor, high: high * factor)
        }
    }

    var name: String
    var rows = 0
    var actions: [String: Int] = [:]
    /// Of sources that would be encoded.
    var sourceBytes: Int64 = 0
    var sourceHours = 0.0
    var cpuHours = Range(low: 0, likely: 0, high: 0)
    var outputBytes = Range(low: 0, likely: 0, high: 0)
    /// From the beginning to the end, at the share that it may have of `workers`, within its window.
    var elapsedHours = Range(low: 0, likely: 0, high: 0)
    var workers: Int
    /// How many encodes the range rests on; with 0 it is a guess of half to twice the prediction.
    var sampled = 0
    /// The predictions, before any sample.
    private var predicted = Prediction()

    enum CodingKeys: String, CodingKey {
        case name, rows, actions, sourceBytes, sourceHours, cpuHours, outputBytes, elapsedHours
        case workers, sampled
    }

    /// What the planner expects of one or more encodes.
    struct Prediction {
        var cpuSeconds = 0.0
        var bytes = 0.0

        init() {}

        init(_ plan: Plan) {
            for unit in plan.units {
                cpuSeconds += unit.estimate.cpuSeconds
                // What is stitched is what was encoded, once more.
                if [.encode, .audio, .images, .text].contains(unit.work.kind) {
                    bytes += Double(unit.estimate.outputBytes)
                }
            }
        }
    }

    /// What a sampled encode took, beside what was predicted.
    struct Sample {
        var predicted: Prediction
        var cpuSeconds: Double
        var bytes: Double
    }

    init(name: String, workers: Int) {
        self.name = name
        self.workers = workers
    }

    mutating func add(_ action: Action) {
        rows += 1
        actions[action.rawValue, default: 0] += 1
    }

    /// The cost of a row that would be encoded.
    mutating func add(_ plan: Plan, sourceBytes bytes: Int64) {
        let prediction = Prediction(plan)
        predicted.cpuSeconds += prediction.cpuSeconds
        predicted.bytes += prediction.bytes
        sourceBytes += bytes
        sourceHours += plan.duration.approximation / 3600
    }

    /// Sums up, once all rows and samples are known.
    mutating func conclude(_ samples: [Sample], _ settings: BackfillSettings) {
        sampled = samples.count
        let cpu = Self.factors(samples.map { ($0.predicted.cpuSeconds, $0.cpuSeconds) })
        let size = Self.factors(samples.map { ($0.predicted.bytes, $0.bytes) })
        cpuHours = cpu.times(predicted.cpuSeconds / 3600)
        outputBytes = size.times(predicted.bytes)
        elapsedHours = Self.elapsed(cpuHours, settings, workers: workers)
    }

    /// How long so much CPU time takes, at the share of the workers and in the hours that are allowed.
    static func elapsed(
        _ cpuHours: Range, _ settings: BackfillSettings, workers: Int
    ) -> Range {
        let share = max(1, (settings.shareMaximum * Double(workers)).rounded(.down))
        let open =
            settings.window.map { window in
                Double(window.minutesLeft(at: window.start) ?? DailyWindow.minutesOfDay)
                    / Double(DailyWindow.minutesOfDay)
            } ?? 1
        return cpuHours.times(1 / (share * open))
    }

    /// What was taken against what was predicted.
    static func factors(_ pairs: [(predicted: Double, taken: Double)]) -> Range {
        let known = pairs.filter { $0.predicted > 0 }
        guard !known.isEmpty else { return Range(low: 0.5, likely: 1, high: 2) }
        let each = known.map { $0.taken / $0.predicted }
        let likely =
            known.reduce(0) { $0 + $1.taken } / known.reduce(0) { $0 + $1.predicted }
        // One sample says nothing of the spread.
        guard each.count > 1, let low = each.min(), let high = each.max() else {
            return Range(low: likely * 0.7, likely: likely, high: likely * 1.4)
        }
        return Range(low: low, likely: likely, high: high)
    }

    var text: String {
        var table = TextTable(header: ["ACTION", "ROWS"], rightAligned: [1])
        for action in Action.allCases {
            if let count = actions[action.rawValue] { table.add([action.rawValue, "\(count)"]) }
        }
        table.add(["in all", "\(rows)"])
        guard sourceHours > 0 else { return table.text + "\n\n\(name): nothing would be encoded" }
        func hours(_ range: Range) -> String {
            "\(Quantity.span(hours: range.likely)) (\(Quantity.span(hours: range.low)) to "
                + "\(Quantity.span(hours: range.high)))"
        }
        let basis =
            sampled > 0
            ? "measured on \(sampled) \(sampled == 1 ? "sample" : "samples")"
            : "predicted, not measured: --sample N encodes some"
        return """
            \(table.text)

            to encode    \(Quantity.span(hours: sourceHours)) of video, \(Quantity.bytes(sourceBytes))
            CPU time     \(hours(cpuHours)), \(basis)
            output       \(Quantity.bytes(Int64(outputBytes.likely))) (\(Quantity.bytes(Int64(outputBytes.low))) to \(Quantity.bytes(Int64(outputBytes.high))))
            takes        \(hours(elapsedHours)) with \(workers) workers
            """
    }
}
