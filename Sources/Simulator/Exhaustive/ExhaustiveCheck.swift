import Scheduler
import TranscodeModel

/// Searches every state that a small world can reach: two nodes with the production core, the reference ledger, a few
/// units, and a number of faults at any places, in every order of effects (in the manner of model checkers:
/// breadth first, so that what it finds is shown by the fewest steps).
///
/// At each step every invariant is held against the ledger, and at the end whether from every state the job can still
/// come to its end without another fault.
public struct ExhaustiveCheck: Sendable {
    public let configuration: ExhaustiveConfiguration

    public init(_ configuration: ExhaustiveConfiguration = ExhaustiveConfiguration()) {
        self.configuration = configuration
    }

    public func run() -> ExhaustiveReport {
        var search = StateSearch(configuration)
        return search.run()
    }
}

/// One search.
private struct StateSearch {
    private let configuration: ExhaustiveConfiguration
    private var report = ExhaustiveReport()
    private var numbers: [Fingerprint: Int32] = [:]
    /// By state: the state it was first reached from, and by which of its moves.
    private var origins: [(state: Int32, move: UInt16)] = []
    private var isEnd: [Bool] = []
    /// Steps without a fault, for the question of liveness.
    private var steps: [(from: Int32, to: Int32)] = []

    init(_ configuration: ExhaustiveConfiguration) {
        self.configuration = configuration
    }

    mutating func run() -> ExhaustiveReport {
        let start: SmallWorld
        do {
            start = try SmallWorld(configuration)
        } catch {
            report.violation = ExhaustiveViolation(
                invariant: error.invariant, message: error.message, trace: [])
            return report
        }
        _ = number(start, from: 0, by: 0)
        var frontier: [(number: Int32, world: SmallWorld)] = [(0, start)]
        while !frontier.isEmpty {
            var next: [(number: Int32, world: SmallWorld)] = []
            for (number, world) in frontier {
                guard expand(world, number, into: &next) else { return report }
            }
            frontier = next
            if !frontier.isEmpty { report.depth += 1 }
        }
        report.isComplete = true
        requireLiveness()
        return report
    }

    /// False when the search is over.
    private mutating func expand(
        _ world: SmallWorld, _ origin: Int32, into next: inout [(number: Int32, world: SmallWorld)]
    ) -> Bool {
        for (index, move) in world.moves.enumerated() {
            var after = world
            report.transitions += 1
            do {
                try after.take(move)
            } catch {
                report.violation = ExhaustiveViolation(
                    invariant: error.invariant, message: error.message,
                    trace: trace(to: origin, then: move))
                return false
            }
            let known = origins.count
            let target = number(after, from: origin, by: index)
            if !move.isFault { steps.append((origin, target)) }
            if origins.count > known { next.append((target, after)) }
            if origins.count >= configuration.statesMaximum { return false }
        }
        return true
    }

    /// The number of a state; a new one if it has not been reached before.
    private mutating func number(_ world: SmallWorld, from origin: Int32, by move: Int) -> Int32 {
        let print = world.fingerprint
        if let number = numbers[print] { return number }
        let number = Int32(origins.count)
        numbers[print] = number
        origins.append((origin, UInt16(move)))
        isEnd.append(world.jobState.isFinal)
        if world.jobState.isFinal { report.endings[world.jobState.rawValue, default: 0] += 1 }
        report.states += 1
        return number
    }

    /// From every state some way leads to the job's end, without another fault.
    private mutating func requireLiveness() {
        var backward: [[Int32]] = Array(repeating: [], count: origins.count)
        for step in steps { backward[Int(step.to)].append(step.from) }
        var isLive = isEnd
        var open = isEnd.indices.filter { isEnd[$0] }.map { Int32($0) }
        while let state = open.popLast() {
            for before in backward[Int(state)] where !isLive[Int(before)] {
                isLive[Int(before)] = true
                open.append(before)
            }
        }
        guard let stuck = isLive.firstIndex(of: false) else { return }
        report.violation = ExhaustiveViolation(
            invariant: "I5", message: "from here the job never ends without another fault",
            trace: trace(to: Int32(stuck)))
    }

    /// The way from the start to a state, in words.
    private func trace(to state: Int32, then last: Move? = nil) -> [String] {
        var path: [Int] = []
        var state = state
        while state != 0 {
            path.append(Int(origins[Int(state)].move))
            state = origins[Int(state)].state
        }
        var lines: [String] = []
        do {
            var world = try SmallWorld(configuration)
            for index in path.reversed() {
                let move = world.moves[index]
                lines.append(world.words(for: move))
                try world.take(move)
            }
            if let last { lines.append(world.words(for: last)) }
        } catch { lines.append("then \(error.invariant) is violated: \(error.message)") }
        return lines
    }
}
