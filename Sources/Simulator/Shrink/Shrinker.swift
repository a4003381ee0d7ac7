/// Makes a failing world smaller while it goes on failing in the same way: fewer faults, uploads, nodes and workers
/// (delta debugging: Zeller and Hildebrandt, 2002).
public struct Shrinker {
    public private(set) var scenario: Scenario
    public private(set) var outcome: WorldRun.Outcome
    private let invariant: String
    /// Worlds that may still be tried.
    private var triesLeft: Int

    /// - Parameter outcome: of this scenario; it has a violation.
    public init(_ scenario: Scenario, _ outcome: WorldRun.Outcome, triesMaximum: Int = 400) {
        self.scenario = scenario
        self.outcome = outcome
        invariant = outcome.violation?.invariant ?? ""
        triesLeft = triesMaximum
    }

    /// Ends with the trace of the smallest world that was found.
    public mutating func shrink() throws {
        var size: [Int]
        repeat {
            size = [
                scenario.faults.count, scenario.uploads.count, scenario.nodes, scenario.workers,
            ]
            try reduce(scenario.faults.map(\.number)) { $0.options.faultsKept = $1 }
            try reduce(scenario.uploads.map(\.number)) { $0.options.uploadsKept = $1 }
            try lower(scenario.nodes) { $0.options.nodes = $1 }
            try lower(scenario.workers) { $0.options.workers = $1 }
        } while triesLeft > 0
            && size != [
                scenario.faults.count, scenario.uploads.count, scenario.nodes, scenario.workers,
            ]
        outcome = try WorldRun.run(scenario, isTracing: true)
    }

    /// Takes away as many of these numbers as can be spared, in ever smaller parts.
    private mutating func reduce(
        _ numbers: [Int], keep: (inout Scenario, Set<Int>) -> Void
    ) throws {
        var kept = numbers
        var length = kept.count
        while length > 0 {
            var start = 0
            while start < kept.count {
                var fewer = kept
                fewer.removeSubrange(start..<min(start + length, kept.count))
                if try fails({ keep(&$0, Set(fewer)) }) { kept = fewer } else { start += length }
            }
            length = length == 1 ? 0 : (length + 1) / 2
        }
    }

    private mutating func lower(_ count: Int, set: (inout Scenario, Int) -> Void) throws {
        for fewer in 1..<max(count, 1) where try fails({ set(&$0, fewer) }) { return }
    }

    /// Whether a changed world fails in the same way; it is kept then.
    private mutating func fails(_ change: (inout Scenario) -> Void) throws -> Bool {
        guard triesLeft > 0 else { return false }
        triesLeft -= 1
        var wish = scenario
        change(&wish)
        let candidate = Scenario(seed: scenario.seed, options: wish.options)
        let result = try WorldRun.run(candidate, isTracing: false)
        guard result.violation?.invariant == invariant else { return false }
        scenario = candidate
        outcome = result
        return true
    }
}
