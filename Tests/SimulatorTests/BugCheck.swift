import Ledger
import Simulator
import Synchronization
import TranscodeModel

/// The checks that a planted bug has to get past. Each says what it saw; nil when it saw nothing.
enum BugCheck: String, CaseIterable {
    case exhaustive = "exhaustive check"
    case differential = "differential test"
    case outage = "store outage"
    case durability = "store's order of calls"

    func complaint(about bug: PlantedBug?) throws -> String? {
        switch self {
        case .exhaustive: exhaustive(bug)
        case .differential: differential(bug)
        case .outage: try outage(bug)
        case .durability: try durability(bug)
        }
    }

    /// The smallest worlds that show each kind of bug; all of them without one.
    private static let worlds: [ExhaustiveConfiguration] = {
        func world(_ nodes: Int, _ encodes: Int, faults: Int, attempts: Int)
            -> ExhaustiveConfiguration
        {
            var world = ExhaustiveConfiguration()
            world.nodes = nodes
            world.encodes = encodes
            world.faultsMaximum = faults
            world.attemptsMaximum = attempts
            return world
        }
        return [world(1, 2, faults: 1, attempts: 2), world(2, 1, faults: 1, attempts: 2)]
    }()

    private func exhaustive(_ bug: PlantedBug?) -> String? {
        for world in Self.worlds {
            var world = world
            world.plantedBug = bug
            // Enough for every bug that it can find; the whole world is searched without one.
            if bug != nil { world.statesMaximum = 12_000 }
            if let violation = ExhaustiveCheck(world).run().violation {
                return "\(violation.invariant) after \(violation.trace.count) steps: "
                    + violation.message
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
            if let difference = duel.run(steps: 400) {
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
