import Testing
import TranscodeModel

@testable import Simulator

@Suite("A failing seed is made small, and fails again")
struct ShrinkTests {
    private func options(_ bug: PlantedBug) -> SimulationOptions {
        var options = SimulationOptions()
        options.plantedBug = bug
        options.uploads = 4
        return options
    }

    @Test(
        "a planted bug is found, and its smallest world is short and exact",
        arguments: [
            PlantedBug.noEpochOnLoss, .noFanIn, .noSyncBeforeCommit, .noAttemptAtLease,
            .deadKeepsSiblings, .renewIgnoresLoss, .ignoresCapacity, .retriesPermanent,
        ])
    func isFound(_ bug: PlantedBug) throws {
        for seed in UInt64(1)...60 {
            let scenario = Scenario(seed: seed, options: options(bug))
            let outcome = try WorldRun.run(scenario, isTracing: false)
            guard let violation = outcome.violation else { continue }
            var shrinker = Shrinker(scenario, outcome, triesMaximum: 60)
            try shrinker.shrink()
            let smallest = shrinker.scenario
            #expect(smallest.faults.count <= scenario.faults.count)
            #expect(smallest.uploads.count == 1)
            #expect(shrinker.outcome.violation?.invariant == violation.invariant)
            #expect(shrinker.outcome.trace.last?.what.hasPrefix("violation of") == true)
            let again = try WorldRun.run(
                Scenario(seed: seed, options: smallest.options), isTracing: true)
            #expect(again.traceHash == shrinker.outcome.traceHash)
            print(
                "planted \(bug.rawValue) → seed \(seed): \(violation.invariant), "
                    + "\(smallest.faults.count) faults, \(shrinker.outcome.trace.count) lines")
            return
        }
        Issue.record("no seed finds \(bug.rawValue)")
    }
}
