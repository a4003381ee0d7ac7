import Ledger
import Testing
import TranscodeModel

@testable import Simulator

@Suite("Retry, quarantine, hedge, split and breaker, in a world of one fault")
struct PolicyInWorldTests {
    @Test("a worker that crashes once: the unit is tried again, and says why")
    func retry() throws {
        let end = try SimulatorFixture.run(
            SimulatorFixture.scenario(
                faults: [SimulatorFixture.fault(.workerCrash, position: 2, attempt: 1)]))
        #expect(end.job.state == .ready)
        #expect(end.units[2].attempt == 2)
        #expect(end.units[2].crashes == 1)
        #expect(
            end.details(2).contains { $0.hasPrefix("worker-crashed: the worker of u0.2 crashed") })
    }

    @Test(
        "a unit that crashes every worker is quarantined after three, and its job fails with that")
    func quarantine() throws {
        let end = try SimulatorFixture.run(
            SimulatorFixture.scenario(faults: [SimulatorFixture.fault(.poisonUnit, position: 2)]))
        #expect(end.job.state == .failed)
        #expect(end.job.failedUnit == 2)
        #expect(end.job.failure?.code == .quarantined)
        #expect(end.units[2].attempt == 3)
        #expect(end.units.filter { $0.state != .done }.allSatisfy { $0.state.isFinal })
        #expect(end.tally.quarantined == 1)
    }

    @Test("a worker that is 40 times slow gets a rival, and the first result wins")
    func hedge() throws {
        let end = try SimulatorFixture.run(
            SimulatorFixture.scenario(
                workers: 3, faults: [SimulatorFixture.fault(.workerSlow, position: 2, attempt: 1)]))
        #expect(end.job.state == .ready)
        #expect(end.units[2].attempt == 2)
        #expect(end.tally.hedged == 1)
        #expect(end.details(2).contains { $0.contains("the first result wins") })
        #expect(end.events.contains { $0.position == 2 && $0.to == "done" && $0.attempt == 2 })
    }

    @Test("an encode without memory is done one rendition at a time")
    func split() throws {
        let end = try SimulatorFixture.run(
            SimulatorFixture.scenario(faults: [SimulatorFixture.fault(.workerMemory, position: 1)]))
        #expect(end.job.state == .ready)
        #expect(end.units[1].isSplit)
        #expect(end.units[1].attempt == 2)
        #expect(end.details(1).contains { $0.contains("one rendition at a time") })
    }

    @Test(
        "a disk that is full for a while: nothing new is begun, no attempt is spent, and then all goes on"
    )
    func fullDisk() throws {
        let end = try SimulatorFixture.run(
            SimulatorFixture.scenario(
                jobs: 3, faults: [SimulatorFixture.fault(.storeFull, milliseconds: 15_000)]))
        #expect(end.job.state == .ready)
        #expect(end.tally.disksShort >= 1)
        #expect(end.tally.jobsReady == 3)
        #expect(end.units.allSatisfy { $0.attempt == 1 })
    }

    @Test("a store that fails for everyone opens its breaker once, and a trial closes it")
    func breaker() throws {
        let end = try SimulatorFixture.run(
            SimulatorFixture.scenario(
                jobs: 6, workers: 3,
                faults: [SimulatorFixture.fault(.storeDown, at: 1_000, milliseconds: 8_000)]))
        #expect(end.job.state == .ready)
        let breakers = end.events.filter { $0.kind == "breaker" }
        #expect(breakers.first?.detail?.contains("the store does not answer") == true)
        #expect(breakers.last?.to == "closed")
        // Once it is open, nothing fails but what was running on the three workers, and the trials.
        let opened = try #require(breakers.first).sequence
        let failed = end.events.count {
            $0.sequence > opened && $0.detail?.hasPrefix("storage-failed") == true
        }
        #expect(failed <= 3 + breakers.count, "\(failed) failures, \(breakers.count) changes")
    }

    @Test("a node that stops past its leases and goes on is fenced, and nothing is done twice")
    func zombie() throws {
        // While the probe runs, which gets no rival: the lease itself must end.
        var pause = SimulatorFixture.fault(.nodePause, at: 160, milliseconds: 14_000)
        pause.node = 0
        var scenario = SimulatorFixture.scenario(jobs: 2, nodes: 2, workers: 1, faults: [pause])
        scenario.nodesOfHost = 1
        let end = try SimulatorFixture.run(scenario)
        #expect(end.job.state == .ready)
        #expect(end.tally.takenBack > 0)
        #expect(end.tally.fenced > 0)
        #expect(end.events.contains { $0.detail == "the lease was not renewed in time" })
    }
}
