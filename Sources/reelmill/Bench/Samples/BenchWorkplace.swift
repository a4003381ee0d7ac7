import ArtifactStore
import Foundation
import Ledger
import TranscodeModel
import WorkerHost

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

    func output(_ index: Int) -> String { folder + "/out/\(index)" }

    /// Enqueues all inputs at once, as a burst would, and works them off.
    func run(_ inputs: [String]) async throws -> BenchRun {
        let meter = CPUMeter()
        let memory = MemorySampler(countingSelf: true)
        let start = Moment()
        let outcome: (workplace: Workplace, jobs: [JobID], enlisted: Double)
        do { outcome = try await work(inputs, meter, start) } catch {
            _ = memory.end()
            throw error
        }
        let end = Moment()
        let looked = memory.end()
        let account = RunAccount(
            meter: meter, before: start, after: end, samplingSeconds: looked.cpuSeconds,
            enlistingSeconds: outcome.enlisted,
            cores: min(workers, ProcessInfo.processInfo.activeProcessorCount))
        let (workplace, jobs) = (outcome.workplace, outcome.jobs)
        var history = RunHistory()
        var outputs: [BenchRun.Output] = []
        for (index, job) in jobs.enumerated() {
            let record = try workplace.job(job.text)
            guard record.state == .ready, let plan = try workplace.ledger.plan(ofJob: job) else {
                throw CommandFault(.jobFailed, JobReport.failureText(record))
            }
            let artifacts = try workplace.ledger.artifacts(ofJob: job)
            try history.add(record, plan, artifacts, workplace.ledger)
            outputs.append(
                BenchRun.Output(
                    plan, sourceBytes: record.source.byteCount, path: output(index),
                    artifacts: artifacts))
        }
        return BenchRun(
            sample: BenchSample(
                wallSeconds: account.wallSeconds, cpuSeconds: account.cpuSeconds(history),
                trackBytes: try FFmpegComparison.bytes(below: folder + "/out"),
                memory: looked.peak, details: account.details(history)),
            outputs: outputs, bars: history.sortedBars)
    }

    private func work(
        _ inputs: [String], _ meter: CPUMeter, _ start: Moment
    ) async throws -> (Workplace, [JobID], Double) {
        let workplace = try meter.measure(MeteredLedger.name) { try Workplace.open(settings) }
        let enlistment = Enlistment(workplace: workplace, profile: profile)
        let jobs = try inputs.enumerated().map { index, input in
            let source = try SourceFile.open(absolute(input))
            try settings.limits.requireBytes(source.byteCount, name: source.path)
            let digest = try meter.measure(MeteredStore.name) { try source.hash() }
            return try meter.measure(MeteredLedger.name) {
                try enlistment.enlist(source, digest, to: output(index)).job
            }
        }
        let enlisted = Moment().cpuSeconds - start.cpuSeconds
        var session = NodeSession(
            workplace: workplace, jobs: Set(jobs), workers: workers, endsWhenIdle: true)
        session.ledger = MeteredLedger(ledger: workplace.ledger, meter: meter)
        session.store = MeteredStore(store: workplace.store, meter: meter)
        if let signal = try await session.run() { throw signal.code }
        return (workplace, jobs, enlisted)
    }
}

/// The time, and what this process and its ended children had used until then.
struct Moment {
    let nanoseconds = DispatchTime.now().uptimeNanoseconds
    let own: Double
    let children: Double

    init() {
        let (ended, own) = Machine.cpuSeconds()
        self.own = own
        children = ended + Zygotes.shared.cpuSeconds
    }

    var cpuSeconds: Double { own + children }
}
