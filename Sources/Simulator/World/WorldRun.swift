import Ledger

/// One world from its beginning to its end.
public enum WorldRun {
    public struct Outcome: Sendable {
        public var tally: Tally
        public var violation: Violation?
        public var trace: [TraceLine]
    }

    /// Throws only what keeps a world from starting, such as a directory that cannot be made.
    public static func run(_ scenario: Scenario, isTracing: Bool) throws -> Outcome {
        let clock = WorldClock()
        let memory = MemoryLedger(
            clock: clock.ledgerClock, keepsHistory: scenario.keepsHistory,
            plantedBug: scenario.options.plantedBug)
        let world = World(
            scenario, ledger: memory, mirror: nil, clock: clock, isTracing: isTracing)
        return outcome(world)
    }

    private static func outcome(_ world: World) -> Outcome {
        var violation: Violation?
        do {
            try world.run()
        } catch let error as Violation {
            violation = error
        } catch {
            violation = Violation("model", "the ledger failed: \(error)")
        }
        return Outcome(tally: world.tally, violation: violation, trace: world.trace)
    }
}
