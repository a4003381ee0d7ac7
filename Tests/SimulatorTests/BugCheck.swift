import Ledger
import Simulator
import Synchronization
import TranscodeModel

/// The checks that a planted bug has to get past. Each says what it saw; nil when it saw nothing.
enum BugCheck: String, CaseIterable {
    case exhaustive = "exhaustive check"
    case simulation = "simulation"
    case differential = "differential test"
    case outage = "store outage"
    case durability = "store's order of calls"

    func complaint(about bug: PlantedBug?) throws -> String? {
        switch self {
        case .exhaustive: exhaustive(bug)
        case .simulation: try simulation(bug)
        case .differential: differential(bug)
        case .outage: try outage(bug)
        case .durability: try durability(bug)
        }
    }

    /// The smallest worlds that show each kind of bug. Of the largest only the first steps are searched here; the
    /// whole of it is searched by `reelmill simulate --exhaustive`.
    private static let worlds: [ExhaustiveConfiguration] = {
        func world(
            nodes: Int, encodes: Int, faults: Int, states: Int = 1_000_000
        ) -> ExhaustiveConfiguration {
            var world = ExhaustiveConfiguration()
            world.nodes = nodes
            world.encodes = encodes
            world.faultsMaximum = faults
            world.attemptsMaximum = 2
            world.statesMaximum = states
            return world
        }
        return [
            world(nodes: 1, encodes: 2, faults: 0), world(nodes: 1, encodes: 1, faults: 1),
            world(nodes: 2, encodes: 1, faults: 1, states: 12_000),
        ]
    }()

    private func exhaustive(_ bug: PlantedBug?) -> String? {
        for world in Self.worlds {
            var world = world
            world.plantedBug = bug
            if let violation = ExhaustiveCheck(world).run().violation {
                return "\(violation.invariant) after \(violation.trace.count) steps: "
                    + violation.message
            }
        }
        return nil
    }

    private func simulation(_ bug: PlantedBug?) throws -> String? {
        var options = SimulationOptions()
        options.plantedBug = bug
        for seed in 1...30 as ClosedRange<UInt64> {
            let scenario = Scenario(seed: seed, options: options)
            if let violation = try WorldRun.run(scenario, isTracing: false).violation {
                return "seed \(seed): \(violation)"
            }
        }
        return nil
    }

    private func differential(_ bug: PlantedBug?) -> String? {
        for seed in 1...6 as ClosedRange<UInt64> {
            let clock = TestClock()
            let source = LedgerClock { clock.now }
            var duel = LedgerDuel(
                MemoryLedger(clock: source), MemoryLedger(clock: source, plantedBug: bug),
                seed: seed
            ) { clock.pass($0) }
            if let difference = duel.run(steps: 300) {
                return "seed \(seed), step \(difference.step)"
            }
        }
        return nil
    }

    private func outage(_ bug: PlantedBug?) throws -> String? {
        var scene = try OutageScene(plantedBug: bug)
        return try scene.opensBreaker(withinAttempts: 30)
            ? nil : "no breaker after \(scene.attempts) failures of the store"
    }

    private func durability(_ bug: PlantedBug?) throws -> String? {
        let calls = try StoreRecorder.commit(plantedBug: bug)
        let order = ["sync file", "rename", "sync objects", "sync staging", "acknowledged"]
        let found = calls.drop { $0 != order[0] && $0 != "rename" }.filter { order.contains($0) }
        return Array(found) == order ? nil : calls.joined(separator: ", ")
    }
}

/// A clock that only a test moves.
final class TestClock: Sendable {
    private let milliseconds = Mutex<Int64>(1_000_000)
    var now: Int64 { milliseconds.withLock { $0 } }
    func pass(_ duration: Int64) { milliseconds.withLock { $0 += duration } }
}
