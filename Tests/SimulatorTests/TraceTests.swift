import Ledger
import Planner
import Scheduler
import Testing
import TranscodeModel

@testable import Simulator

/// A day of uploads: what is simulated is what was asked for, and what it says of itself holds.
struct TraceTests {
    @Test("The same seed gives the same outcome; another one gives another")
    func isDeterministic() throws {
        let first = try TraceFixture.run(seed: 3)
        let again = try TraceFixture.run(seed: 3)
        let other = try TraceFixture.run(seed: 4)
        #expect(first.violation == nil)
        #expect(first.fleets.map(\.outcome) == again.fleets.map(\.outcome))
        #expect(first.fleets.map(\.outcome) != other.fleets.map(\.outcome))
    }

    @Test("Every upload ends once, ready or failed, though workers, nodes and uploads fail")
    func everythingEnds() throws {
        var options = TraceFixture.options(seed: 5)
        options.slowShare = 0.1
        var load = try TraceLoad(options)
        load.troubles.transientShare = 0.05
        load.troubles.crashShare = 0.02
        load.troubles.nodeHours = 0.05
        let world = try TraceFixture.world(load, workers: 24, of: 4)
        try world.run()
        let unusable = load.uploads.count(where: \.isUnusable)
        let tally = world.tally
        #expect(tally.nodesDied > 0 && tally.takenBack > 0 && tally.retried > 0)
        #expect(tally.hedges > 0)
        #expect(tally.jobsFailed >= unusable)
        #expect(tally.readyAt.count { $0 >= 0 } + tally.jobsFailed == load.uploads.count)
        #expect(zip(tally.readyAt, tally.playableAt).allSatisfy { $0 < 0 || $1 >= 0 && $1 <= $0 })
    }

    @Test("The lean ledger answers what the reference answers, with everything going wrong")
    func leanLedgerIsTheReference() throws {
        for seed in 1...3 as ClosedRange<UInt64> {
            var options = TraceFixture.options(seed: seed)
            options.slowShare = 0.1
            var load = try TraceLoad(options)
            load.troubles.transientShare = 0.05
            load.troubles.crashShare = 0.05
            load.troubles.nodeHours = 0.05
            let clock = WorldClock()
            let mirror = MirroredLedger(
                LeanLedger(clock: clock.ledgerClock),
                ContractLedger(
                    MemoryLedger(
                        clock: clock.ledgerClock, keepsHistory: false, plantedBug: nil)))
            let world = TraceWorld(
                load, fleet: TraceFleet(workers: 20, workersOfNode: 5), ledger: mirror,
                clock: clock)
            try world.run()
            #expect(mirror.difference == nil)
            #expect(mirror.comparisons > 1000)
            #expect(world.tally.hedges > 0 && world.tally.takenBack > 0)
        }
    }

    @Test(
        "Where workers are too few for all there is, uploads are playable long before their turn comes"
    )
    func playableOnBusyFleet() throws {
        var load = try TraceLoad(TraceFixture.options(seed: 2))
        for index in load.uploads.indices { load.uploads[index].tenant %= 3 }
        func waits(_ choice: LeaseChoice) throws -> (playable: Int64, ready: Int64) {
            // Half of what the work asks for.
            let workers = max(2, Int(load.workerSeconds / (2 * 3600 * load.hours)))
            var fleet = TraceFleet(workers: workers, workersOfNode: workers)
            fleet.policy.leaseChoice = choice
            let clock = WorldClock()
            let world = TraceWorld(
                load, fleet: fleet, ledger: LeanLedger(clock: clock.ledgerClock), clock: clock)
            try world.run()
            var sums = (playable: Int64(0), ready: Int64(0))
            for (number, upload) in load.uploads.enumerated() where world.tally.readyAt[number] >= 0
            {
                sums.playable += world.tally.playableAt[number] - upload.atMilliseconds
                sums.ready += world.tally.readyAt[number] - upload.atMilliseconds
            }
            return sums
        }
        let hurried = try waits(LeaseChoice())
        let fair = try waits(LeaseChoice(agedShare: 1, headStart: 0))
        #expect(3 * hurried.playable < fair.playable)
        // It costs the rest next to nothing.
        #expect(10 * hurried.ready < 11 * fair.ready)
    }

    @Test("A ledger that answers something else is told apart")
    func mirrorNotices() throws {
        let clock = WorldClock()
        let mirror = MirroredLedger(
            LeanLedger(clock: clock.ledgerClock),
            ContractLedger(
                MemoryLedger(
                    clock: clock.ledgerClock, keepsHistory: false, plantedBug: .noDelay)))
        var load = try TraceLoad(TraceFixture.options(seed: 1))
        load.troubles.transientShare = 0.2
        let world = TraceWorld(
            load, fleet: TraceFleet(workers: 20, workersOfNode: 5), ledger: mirror, clock: clock)
        try world.run()
        #expect(mirror.difference != nil)
    }

    @Test("What a clairvoyant needs is never more than what was used, nor more than all the work")
    func boundIsABound() throws {
        for seed in 1...4 as ClosedRange<UInt64> {
            let report = try TraceFixture.run(seed: seed)
            let outcome = try #require(report.fleets.first?.outcome)
            #expect(outcome.boundCoreHours > 0)
            #expect(outcome.boundCoreHours <= outcome.coreHours)
            #expect(outcome.utilisation <= 1 && outcome.utilisation > 0)
            #expect(outcome.utilisationByHour.allSatisfy { $0 <= 1.0001 })
        }
    }

    @Test("No batch is done sooner than its bound; one unit after another takes their sum")
    func makespanBoundIsABound() throws {
        for seed in 1...6 as ClosedRange<UInt64> {
            var load = try TraceLoad(TraceFixture.options(seed: seed))
            load.troubles = .none
            load.troubles.runSigma = 0.06
            load.uploads = load.uploads.prefix(4).map {
                var upload = $0
                upload.atMilliseconds = 2_000
                upload.isUnusable = false
                return upload
            }
            for workers in [1, 3, 16] {
                let world = try TraceFixture.world(load, workers: workers, of: workers)
                try world.run()
                let seconds = Double(world.now - 2_000) / 1000
                #expect(seconds >= MakespanBound.seconds(world))
            }
        }
    }

    @Test("A chain and two units beside it, by hand")
    func boundByHand() throws {
        // Encodes of 10 s and 4 s, a stitch after both, and so on to the publish; the probe takes 1 s.
        let shape = TraceFixture.handMade(probe: 1, encodes: [10, 4], then: [1, 1, 1, 1])
        #expect(shape.criticalPath(shape.trueSeconds) == 15)
        #expect(shape.totalSeconds == 19)
        var load = TraceFixture.load(shape, uploads: 1)
        load.countsStarts = false
        let one = try TraceFixture.world(load, workers: 1, of: 1)
        let two = try TraceFixture.world(load, workers: 2, of: 2)
        // Each of the 7 units takes 8 ms more.
        #expect(abs(MakespanBound.seconds(one) - 19.056) < 1e-9)
        #expect(abs(MakespanBound.seconds(two) - 15.048) < 1e-9)
        try one.run()
        try two.run()
        let first = try #require(two.firstLease)
        let took = Double(two.now - first) / 1000
        // What is on top are requests of some milliseconds.
        #expect(took >= 15.048 && took < 15.2)
        #expect(two.tally.neededSeconds == 19)
        #expect(abs(two.tally.occupiedSeconds - 19.056) < 1e-9)
    }

    @Test("A slow unit is hedged, and the second lease's result counts")
    func slowUnitIsHedged() throws {
        let shape = TraceFixture.handMade(
            probe: 0.2, encodes: [Double](repeating: 5, count: 12), then: [0.1, 0.1, 0.1, 0.1])
        var load = TraceFixture.load(shape, uploads: 8)
        load.troubles.slowShare = 0.1
        load.troubles.slowFactor = 20
        let world = try TraceFixture.world(load, workers: 64, of: 16)
        try world.run()
        #expect(world.tally.hedges > 0)
        #expect(world.tally.doubledSeconds > 0)
        #expect(world.tally.readyAt.allSatisfy { $0 > 0 })
    }

    @Test("Fleets with more workers make nobody wait longer")
    func largerFleetsAreQuicker() throws {
        var options = TraceFixture.options(seed: 2)
        options.workers = [16, 160]
        let report = try TraceRun(options).run()
        let ready = report.fleets.map(\.outcome.ready)
        #expect(ready[1].p50 <= ready[0].p50 && ready[1].p95 <= ready[0].p95)
        #expect(report.fleets[0].outcome.utilisation > report.fleets[1].outcome.utilisation)
    }
}
