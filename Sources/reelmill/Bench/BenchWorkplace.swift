import Foundation
import Ledger
import Packager
import TranscodeModel

/// A state directory and outputs of one run, gone when it is over.
struct BenchWorkplace {
    let folder: String
    let settings: Settings
    let profile: Profile
    let workers: Int

    init(settings: Settings, profile: Profile, workers: Int) throws {
        folder =
            FileManager.default.temporaryDirectory.path + "/reelmill-bench-"
            + String(UInt64.random(in: 0...UInt64.max), radix: 36)
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        var own = settings
        own.stateDirectory = folder + "/state"
        self.settings = own
        self.profile = profile
        self.workers = workers
    }

    func remove() throws { try FileManager.default.removeItem(atPath: folder) }

    /// The path of a rendition's track in an output.
    func track(_ index: Int, _ name: String, _ plan: Plan) -> String {
        output(index) + "/" + OutputLayout.trackPath(name, in: plan)
    }

    func output(_ index: Int) -> String { folder + "/out/\(index)" }

    /// Enqueues all inputs at once, as a burst would, and works them off.
    func run(_ inputs: [String]) async throws -> (BenchSample, [Plan]) {
        let cpuStart = Machine.cpuSeconds()
        let wallStart = DispatchTime.now().uptimeNanoseconds
        let workplace = try Workplace.open(settings)
        let enlistment = Enlistment(workplace: workplace, profile: profile)
        let jobs = try inputs.enumerated().map { index, input in
            try enlistment.enlist(input, to: output(index)).job
        }
        let signal = try await NodeSession(
            workplace: workplace, jobs: Set(jobs), workers: workers, endsWhenIdle: true
        ).run()
        if let signal { throw signal.code }
        let wall = Double(DispatchTime.now().uptimeNanoseconds - wallStart) / 1e9
        let cpuEnd = Machine.cpuSeconds()
        var sample = BenchSample(
            wallSeconds: wall,
            cpuSeconds: cpuEnd.children - cpuStart.children + cpuEnd.own - cpuStart.own,
            trackBytes: try FFmpegComparison.bytes(below: folder + "/out"))
        var plans: [Plan] = []
        for job in jobs {
            let record = try workplace.job(job.text)
            guard record.state == .ready, let plan = try workplace.ledger.plan(ofJob: job) else {
                throw CommandFault(.jobFailed, JobReport.failureText(record))
            }
            plans.append(plan)
            sample.playback.append(
                PlaybackTimes(record, units: try workplace.ledger.units(ofJob: job)))
            for made in try workplace.ledger.artifacts(ofJob: job) { sample.add(made) }
        }
        return (sample, plans)
    }
}

extension BenchSample {
    fileprivate mutating func add(_ made: CommittedArtifact) {
        let usage = made.artifact.usage
        peakMemoryBytes = max(peakMemoryBytes ?? 0, usage.peakMemoryBytes)
        unitCPUSeconds[made.kind.rawValue, default: 0] += usage.cpuSeconds
        for (stage, seconds) in usage.stageCPUSeconds {
            stageCPUSeconds[stage, default: 0] += seconds
        }
    }
}
