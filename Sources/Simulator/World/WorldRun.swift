import Foundation
import Ledger

/// One world from its beginning to its end.
public enum WorldRun {
    public struct Outcome: Sendable {
        public var tally: Tally
        public var violation: Violation?
        public var trace: [TraceLine]
        public var jobs: [JobSummary]

        /// A number that says whether two traces are the same (FNV-1a).
        public var traceHash: UInt64 {
            trace.reduce(0xcbf2_9ce4_8422_2325) { hash, line in
                line.text.utf8.reduce(hash) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
            }
        }
    }

    /// Throws only what keeps a world from starting, such as a directory that cannot be made.
    public static func run(_ scenario: Scenario, isTracing: Bool) throws -> Outcome {
        let clock = WorldClock()
        let memory = MemoryLedger(
            clock: clock.ledgerClock, keepsHistory: scenario.keepsHistory,
            plantedBug: scenario.options.plantedBug)
        switch scenario.options.driver {
        case .memory:
            return outcome(
                World(scenario, ledger: memory, mirror: nil, clock: clock, isTracing: isTracing))
        case .sqlite:
            let folder = try makeFolder(scenario.seed)
            defer { remove(folder) }
            let ledger = try SQLiteLedger.open(
                at: folder.appendingPathComponent("ledger.db").path, clock: clock.ledgerClock,
                plantedBug: scenario.options.plantedBug)
            return outcome(
                World(scenario, ledger: ledger, mirror: memory, clock: clock, isTracing: isTracing))
        }
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
        return Outcome(
            tally: world.tally, violation: violation, trace: world.trace,
            jobs: world.oracle.model.summaries)
    }

    /// In memory where the system has a place for that: what a disk does is not the question here.
    private static func makeFolder(_ seed: UInt64) throws -> URL {
        let memory = URL(fileURLWithPath: "/dev/shm")
        let isThere = FileManager.default.isWritableFile(atPath: memory.path)
        let parent = isThere ? memory : FileManager.default.temporaryDirectory
        let folder = parent.appendingPathComponent(
            "reelmill-simulate-\(ProcessInfo.processInfo.processIdentifier)-\(seed)-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return folder
    }

    private static func remove(_ folder: URL) {
        do {
            try FileManager.default.removeItem(at: folder)
        } catch {
            // A folder that is left over in the memory's file system harms no later world.
        }
    }
}
