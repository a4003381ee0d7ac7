import Ledger
import TranscodeModel

@testable import Simulator

/// Worlds that are made for one purpose.
enum SimulatorFixture {
    static let digest = Digest(bytes: [UInt8](repeating: 1, count: Digest.byteCount))!

    /// One job of a shape, and these faults only.
    static func scenario(
        shape: String = "ladder", jobs: Int = 1, nodes: Int = 1, workers: Int = 2,
        faults: [Fault] = []
    ) -> Scenario {
        var options = SimulationOptions()
        options.faults = .none
        options.nodes = nodes
        options.workers = workers
        var scenario = Scenario(seed: 1, options: options)
        let made = JobShape.all.first { $0.name == shape }!
        scenario.tenants = [SimulatedTenant(number: 0, weight: 1, cap: nil)]
        scenario.uploads = (0..<jobs).map {
            Upload(
                number: $0, atMilliseconds: Int64($0) * 100, tenant: 0, jobClass: .live,
                priority: 0, isRepeated: false, shape: made)
        }
        scenario.faults = faults
        scenario.attemptsMaximum = 5
        scenario.leaseMilliseconds = 6_000
        scenario.safetyMilliseconds = 20_000
        scenario.keepsHistory = true
        return scenario
    }

    /// Of one upload's unit.
    static func fault(
        _ kind: FaultKind, at time: Int64 = 0, position: Int = 0, attempt: Int = 0,
        milliseconds: Int64 = 0
    ) -> Fault {
        var fault = Fault(0, kind, at: time)
        fault.position = position
        fault.attempt = attempt
        fault.milliseconds = milliseconds
        return fault
    }

    struct Ending {
        var job: JobRecord
        var units: [UnitRecord]
        /// Of all jobs.
        var events: [EventRecord]
        var tally: Tally

        func details(_ position: Int) -> [String] {
            events.filter { $0.position == position }.compactMap(\.detail)
        }
    }

    /// Runs a world without a violation; what the ledger says of its first job then.
    static func run(_ scenario: Scenario) throws -> Ending {
        let clock = WorldClock()
        let ledger = MemoryLedger(clock: clock.ledgerClock, keepsHistory: true, plantedBug: nil)
        let world = World(scenario, ledger: ledger, mirror: nil, clock: clock, isTracing: false)
        try world.run()
        let id = Upload.job(scenario.uploads[0].number)
        return Ending(
            job: try ledger.job(id)!, units: try ledger.units(ofJob: id),
            events: try ledger.events(ofJob: nil, after: 0, limit: .max), tally: world.tally)
    }
}
