import Glibc

/// What one kind of work costs on one kind of machine, against what the planner reckons with before it has seen any: learned
/// from units as they complete.
///
/// It keeps the logarithm of the ratio, so that twice as much and half as much weigh the same. Later samples count for a
/// part of a sixty-fourth at least, so that it follows a machine that changes; one that is far off counts as one that is
/// as far off as is usual, so that a stopped or starved worker does not spoil it.
public struct LearnedCost: Hashable, Sendable, Codable {
    /// The processor's name.
    public var machine: String
    /// The kind of work, as the planner names it, such as `encode/h264/medium`.
    public var work: String
    /// The natural logarithm of what it takes against the prediction; 0 before anything is learned.
    public var bias: Double
    /// How far a sample usually is from it.
    public var spread: Double
    public var samples: Int64

    public init(
        machine: String, work: String, bias: Double = 0, spread: Double = 0.3, samples: Int64 = 0
    ) {
        self.machine = machine
        self.work = work
        self.bias = bias
        self.spread = spread
        self.samples = samples
    }

    /// What the first prediction is multiplied with.
    public var factor: Double { exp(bias) }

    /// So few samples may be far off for a reason.
    private static let samplesFew = 3
    /// A factor of twelve.
    private static let biasMaximum = 2.5
    /// Work of less CPU time counts for less: the clock's own steps are part of it.
    private static let secondsWhole = 0.5

    /// Takes in what a unit took, in CPU-seconds.
    public mutating func learn(_ sample: CostSample) {
        guard sample.isInRange else { return }
        let reach = LearnedCost.biasMaximum
        let found = min(max(log(sample.measuredSeconds / sample.predictedSeconds), -reach), reach)
        let distance = found - bias
        let usual = samples < LearnedCost.samplesFew ? 2 * reach : max(0.1, 2.5 * spread)
        let weight = min(1, sample.predictedSeconds / LearnedCost.secondsWhole)
        let share = 1 / Double(min(samples, 62) + 2)
        bias += weight * share * min(max(distance, -usual), usual)
        spread += weight * max(share, 1.0 / 32) * (min(abs(distance), 2 * usual) - spread)
        samples += 1
    }
}

/// What one kind of work in a unit took, and what the planner reckoned with before it had learned anything.
public struct CostSample: Hashable, Sendable, Codable {
    public var work: String
    /// CPU-seconds, each above 0.
    public var predictedSeconds: Double
    public var measuredSeconds: Double

    public init(work: String, predictedSeconds: Double, measuredSeconds: Double) {
        self.work = work
        self.predictedSeconds = predictedSeconds
        self.measuredSeconds = measuredSeconds
    }

    /// Whether there is anything to learn from it.
    public var isInRange: Bool {
        let range = 1e-4...1e7
        return range.contains(predictedSeconds) && range.contains(measuredSeconds)
    }
}

/// What a completed unit teaches.
public struct CostLesson: Hashable, Sendable {
    /// The processor's name.
    public var machine: String
    /// Each of another kind of work.
    public var samples: [CostSample]

    public init(machine: String, samples: [CostSample]) {
        self.machine = machine
        self.samples = samples
    }

    /// Whether a sample can be learned from and its names be kept.
    public func canBeKept(_ sample: CostSample) -> Bool {
        let lengths = 1...CostLesson.nameMaximum
        return sample.isInRange && lengths.contains(machine.unicodeScalars.count)
            && lengths.contains(sample.work.unicodeScalars.count)
    }

    /// Characters of a machine's name, and of a kind of work's.
    private static let nameMaximum = 200
}

/// What each unit of a plan is reckoned to cost before anything is learned, by kinds of work.
public struct CostTable: Hashable, Sendable, Codable {
    public var works: [String]
    /// For each unit, from position 1 on: CPU-seconds of each kind of work, in their order, without the noughts at its end.
    public var seconds: [[Double]]

    public init(works: [String] = [], seconds: [[Double]] = []) {
        self.works = works
        self.seconds = seconds
    }

    /// Adds the next unit's.
    public mutating func append(_ costs: [WorkCost]) {
        var row: [Double] = []
        for cost in costs where cost.seconds > 0 {
            let column = works.firstIndex(of: cost.work) ?? works.count
            if column == works.count { works.append(cost.work) }
            while row.count <= column { row.append(0) }
            // A tenth of a millisecond is enough.
            row[column] = (cost.seconds * 1e4).rounded() / 1e4
        }
        seconds.append(row)
    }

    /// Of one unit; empty for one that is not there.
    public func costs(ofUnit position: Int) -> [WorkCost] {
        guard seconds.indices.contains(position - 1) else { return [] }
        return zip(works, seconds[position - 1]).filter { $0.1 > 0 }.map {
            WorkCost(work: $0.0, seconds: $0.1)
        }
    }
}

/// Some CPU-seconds of one kind of work.
public struct WorkCost: Hashable, Sendable {
    public var work: String
    public var seconds: Double

    public init(work: String, seconds: Double) {
        self.work = work
        self.seconds = seconds
    }
}
