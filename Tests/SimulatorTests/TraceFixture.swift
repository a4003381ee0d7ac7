import Ledger
import Planner
import TranscodeModel

@testable import Simulator

/// Traces that are small enough for a test.
enum TraceFixture {
    static let profile = Profile(
        name: "test", summary: "",
        video: VideoSettings(
            codec: .h264, preset: "veryfast", quality: 23,
            ladder: [
                Rung(lines: 720, averageKilobitsPerSecond: 2000),
                Rung(lines: 360, averageKilobitsPerSecond: 700),
                Rung(lines: 234, averageKilobitsPerSecond: 150),
            ], frameRateMaximum: Rational(60), keyFrameIntervalSeconds: 2,
            segmentDurationSeconds: 6, chunkDurationSeconds: 12, parameters: [:]),
        audio: AudioSettings(codec: .aac, kilobitsPerSecond: 128, tracksMaximum: 1), images: nil,
        packaging: .cmaf, publish: PublishSettings(early: true))

    /// A tenth of an hour with some dozens of uploads.
    static func options(seed: UInt64) -> TraceOptions {
        var options = TraceOptions(profile: profile)
        options.seed = seed
        options.hours = 0.1
        options.uploadsOfDay = 24 * 10 * 40
        return options
    }

    static func run(seed: UInt64) throws -> TraceReport { try TraceRun(options(seed: seed)).run() }

    static func world(_ load: TraceLoad, workers: Int, of each: Int) throws -> TraceWorld {
        let clock = WorldClock()
        return TraceWorld(
            load, fleet: TraceFleet(workers: workers, workersOfNode: each),
            ledger: LeanLedger(clock: clock.ledgerClock), clock: clock)
    }

    static func plan(_ index: SourceIndex) throws -> Plan {
        try Planning.plan(index: index, source: SimulatorFixture.digest, profile: profile)
    }

    /// Encodes beside each other, then a stitch, the package, the check and the publish.
    static func handMade(probe: Double, encodes: [Double], then: [Double]) -> TraceShape {
        var units: [PlannedUnit] = []
        func add(_ work: Work, _ dependencies: [Int], _ seconds: Double) {
            units.append(
                PlannedUnit(
                    position: units.count + 1, work: work, dependencies: dependencies,
                    content: SimulatorFixture.digest,
                    estimate: Estimate(
                        cpuSeconds: seconds, memoryBytes: 1_000_000, outputBytes: 1000)))
        }
        for (chunk, seconds) in encodes.enumerated() {
            add(.encode(chunk: chunk, renditions: ["v"]), [], seconds)
        }
        add(.stitch(rendition: "v"), Array(1...encodes.count), then[0])
        let works: [Work] = [.package, .verify, .publish]
        for (work, seconds) in zip(works, then.dropFirst()) { add(work, [units.count], seconds) }
        let plan = Plan(
            source: SimulatorFixture.digest, profile: profile, packaging: .cmaf, video: nil,
            audio: [], images: nil, units: units, warnings: [])
        return TraceShape(
            seconds: 10,
            planned: PlannedJob(plan: plan, criticalSeconds: Planning.criticalSeconds(units)),
            probeEstimate: Estimate(
                cpuSeconds: probe, memoryBytes: 1_000_000, outputBytes: 1000),
            trueSeconds: [probe] + encodes + then, firstPlayable: units.count)
    }

    /// At once, without anything that goes wrong.
    static func load(_ shape: TraceShape, uploads: Int) -> TraceLoad {
        TraceLoad(
            uploads: (0..<uploads).map { _ in
                TraceUpload(atMilliseconds: 2_000, shape: 0, tenant: 0, isUnusable: false)
            }, shapes: [shape], profile: profile, troubles: .none, seed: 1)
    }
}
