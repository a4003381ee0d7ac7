import Testing
import TranscodeModel

@testable import Simulator

@Suite("Seeds: worlds in which anything may go wrong")
struct SeedTests {
    private func options(
        _ driver: SimulationOptions.Driver = .memory, uploads: Int = 4
    ) -> SimulationOptions {
        var options = SimulationOptions()
        options.driver = driver
        options.uploads = uploads
        return options
    }

    @Test("a fixed set of seeds, and some fresh ones, without a violation")
    func seeds() async throws {
        let fresh = UInt64.random(in: 1_000...1_000_000_000)
        print("simulated seeds: 1...16 and, fresh, \(fresh)...\(fresh + 7) (--uploads 4)")
        for seeds in [1...16, fresh...(fresh + 7)] {
            let report = try await Simulation(seeds: seeds, options: options()).run()
            #expect(report.failing.isEmpty, "\(report.text)")
            #expect(report.tally.histories == seeds.count)
        }
    }

    @Test("the same on the SQLite driver, beside the reference, answer by answer")
    func sqlite() async throws {
        let fresh = UInt64.random(in: 1_000...1_000_000_000)
        print("simulated seeds on SQLite: 1...2 and, fresh, \(fresh) (--uploads 3)")
        for seeds in [1...2, fresh...fresh] {
            let report = try await Simulation(
                seeds: seeds, options: options(.sqlite, uploads: 3), threads: 1
            ).run()
            #expect(report.failing.isEmpty, "\(report.text)")
        }
    }

    @Test("a seed is a world: the same trace each time, and another for another seed")
    func determinism() throws {
        let scenario = Scenario(seed: 11, options: options())
        let first = try WorldRun.run(scenario, isTracing: true)
        let second = try WorldRun.run(Scenario(seed: 11, options: options()), isTracing: true)
        #expect(first.trace == second.trace)
        #expect(first.traceHash == second.traceHash)
        #expect(first.trace.count > 20)
        let other = try WorldRun.run(Scenario(seed: 12, options: options()), isTracing: true)
        #expect(other.traceHash != first.traceHash)
    }

    @Test("every fault really happens in some world")
    func coverage() throws {
        for kind in FaultKind.allCases {
            var options = options()
            options.faults = FaultSelection(kinds: [kind])
            let happens = try (UInt64(1)...8).contains { seed in
                let outcome = try WorldRun.run(
                    Scenario(seed: seed, options: options), isTracing: false)
                #expect(outcome.violation == nil)
                return outcome.tally.faults[kind.rawValue, default: 0] > 0
            }
            #expect(happens, "\(kind.rawValue)")
        }
    }

    @Test(
        "fault lists are read as they are written",
        arguments: [
            "all", "none", "all,-clock-jump", "cancel,delay", "-drain",
        ])
    func lists(_ text: String) throws {
        let selection = try FaultSelection(parsing: text)
        #expect(try FaultSelection(parsing: selection.text) == selection)
        #expect(throws: SimulationError.self) { try FaultSelection(parsing: "all,-nothing") }
    }
}
