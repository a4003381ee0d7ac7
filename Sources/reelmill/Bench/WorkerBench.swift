import ArtifactStore
import Foundation
import Node
import Planner
import Synchronization
import TranscodeModel
import WorkerHost
import WorkerProtocol

/// Times workers that each encode one small picture.
struct WorkerBench {
    let units: Int
    let plainUnits: Int
    let atOnce: Int
    let settings: Settings

    func run(_ note: (String) -> Void) async throws -> WorkerBenchReport {
        let folder =
            FileManager.default.temporaryDirectory.path + "/reelmill-workers-"
            + String(UInt64.random(in: 0...UInt64.max), radix: 36)
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: false)
        let report: WorkerBenchReport
        do { report = try await measure(in: folder, note) } catch {
            try FileManager.default.removeItem(atPath: folder)
            throw error
        }
        try FileManager.default.removeItem(atPath: folder)
        return report
    }

    private func measure(
        in folder: String, _ note: (String) -> Void
    ) async throws -> WorkerBenchReport {
        let clip = folder + "/picture.avi"
        try RawClip(kind: .film, width: 160, height: 90, frames: 1).write(to: clip)
        let job = try await unit(clip)
        var report = WorkerBenchReport(
            machine: LedgerBenchReport.Machine(
                processor: Processor.name,
                cores: ProcessInfo.processInfo.activeProcessorCount,
                memoryBytes: Machine.memoryBytes),
            atOnce: atOnce, loadBefore: LedgerBench.load)
        // Both in turns, so that what else the machine does concerns both alike.
        var forked = WorkerBenchReport.Timings(name: "zygote")
        var plain = WorkerBenchReport.Timings(name: "program")
        let rounds = 20
        for round in 0..<rounds {
            note("round \(round + 1) of \(rounds)")
            func share(_ count: Int) -> Int {
                count * (round + 1) / rounds - count * round / rounds
            }
            try await run(share(units), job, clip, .init(), &forked)
            try await run(share(plainUnits), job, clip, .init(zygotes: nil), &plain)
        }
        report.timings = [forked, plain].filter { !$0.confined.isEmpty }
        report.loadAfter = LedgerBench.load
        return report
    }

    /// The one encode of the clip, as a node would order it.
    private func unit(_ clip: String) async throws -> WorkerJob {
        let index = try await SourceProbe(settings).index(clip)
        let plan = try Planning.plan(
            index: index, source: try Enlistment.digest(of: clip),
            profile: try ProfileLoading.load("mp4"))
        guard let video = plan.video, let chunk = video.chunks.first else {
            throw CommandFault(.jobFailed, "the sample picture has no pictures")
        }
        return .encode(
            EncodeRequest(
                plan: video, timeBase: video.sourceTimeBase, chunk: chunk,
                renditions: video.renditions))
    }

    private func run(
        _ count: Int, _ job: WorkerJob, _ clip: String, _ host: WorkerHost,
        _ timings: inout WorkerBenchReport.Timings
    ) async throws {
        let source = try SourceFile.open(clip)
        let launch = WorkerLaunch(
            executable: WorkerLocation.find(override: settings.workerPath),
            request: WorkerRequest(job: job, limits: WorkerLimits(settings.limits)),
            inputs: [source.descriptor], staging: nil, limits: ProcessLimits())
        try await withThrowingTaskGroup(of: WorkerBenchReport.Timings.self) { group in
            for lane in 0..<atOnce {
                let mine = count * (lane + 1) / atOnce - count * lane / atOnce
                group.addTask {
                    var timings = WorkerBenchReport.Timings(name: "")
                    for _ in 0..<mine { timings.add(try await Self.time(launch, host)) }
                    return timings
                }
            }
            for try await part in group { timings.add(part) }
        }
        withExtendedLifetime(source) {}
    }

    private static func time(
        _ launch: WorkerLaunch, _ host: WorkerHost
    ) async throws -> WorkerBenchReport.Timing {
        let staging = try ScratchFile()
        var launch = launch
        launch.staging = staging.descriptor
        let start = DispatchTime.now().uptimeNanoseconds
        let mark = Mark()
        let outcome = await host.run(
            launch, onProgress: { _ in },
            onNote: { note in if case .confined = note { mark.set() } })
        let end = DispatchTime.now().uptimeNanoseconds
        _ = try outcome.result.get()
        guard let confined = mark.time else {
            throw CommandFault(.jobFailed, "a worker did not say what confines it")
        }
        return WorkerBenchReport.Timing(
            confined: Double(confined - start) / 1e6, result: Double(end - start) / 1e6,
            cpu: outcome.usage.cpuSeconds * 1000, peakMemoryBytes: outcome.usage.peakMemoryBytes)
    }

    /// When something was first seen.
    private final class Mark: Sendable {
        private let state = Mutex<UInt64?>(nil)
        var time: UInt64? { state.withLock { $0 } }
        func set() {
            let now = DispatchTime.now().uptimeNanoseconds
            state.withLock { $0 = $0 ?? now }
        }
    }
}
