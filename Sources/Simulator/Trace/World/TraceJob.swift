import TranscodeModel

/// What the trace itself knows of an upload under way, apart from the ledger: what is done, and what may be begun.
final class TraceJob {
    let shape: TraceShape
    private(set) var isDone: [Bool]
    private var unmet: [Int]
    private(set) var unitsDone = 0
    /// Of the attempts that were committed: the work alone, in CPU-seconds.
    var neededSeconds = 0.0

    init(_ shape: TraceShape) {
        self.shape = shape
        isDone = [Bool](repeating: false, count: shape.trueSeconds.count)
        unmet = shape.trueSeconds.indices.map { shape.unmet($0) }
    }

    func mayBegin(_ position: Int) -> Bool {
        unmet[position] == 0 && !isDone[position] && (position == 0 || isDone[0])
    }

    var isComplete: Bool { unitsDone == isDone.count }

    /// A unit is done; returns how many may be begun because of it.
    func finish(_ position: Int) -> Int {
        isDone[position] = true
        unitsDone += 1
        if position == 0 { return unmet.dropFirst().count { $0 == 0 } }
        var begun = 0
        for dependent in shape.dependents[position] {
            unmet[dependent] -= 1
            if unmet[dependent] == 0 { begun += 1 }
        }
        return begun
    }
}
