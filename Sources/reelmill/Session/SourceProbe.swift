import ArtifactStore
import Foundation
import TranscodeModel
import WorkerHost
import WorkerProtocol

/// Asks a worker about a source, without a ledger.
struct SourceProbe {
    let workerExecutable: String
    let limits: SourceLimits
    let sandbox: SandboxPolicy

    init(_ settings: Settings) {
        workerExecutable = WorkerLocation.find(override: settings.workerPath)
        limits = settings.limits
        sandbox = settings.sandbox
    }

    func index(_ path: String) async throws -> SourceIndex {
        let source = try SourceFile.open(absolute(path))
        let name = (source.path as NSString).lastPathComponent
        try limits.requireBytes(source.byteCount, name: name)
        let processLimits = ProcessLimits(probing: source.byteCount, limits)
        let scratch = try ScratchFile()
        let launch = WorkerLaunch(
            executable: workerExecutable,
            request: WorkerRequest(
                job: .probe(ProbeRequest(displayName: name)), limits: WorkerLimits(limits)),
            inputs: [source.descriptor], staging: scratch.descriptor, limits: processLimits,
            sandbox: sandbox)
        let outcome = await WorkerHost().run(launch) { _ in }
        withExtendedLifetime(source) {}
        if case .failure(let failure) = outcome.result {
            throw failure.ofProbe(name: name, processLimits)
        }
        do {
            return try JSONDecoder().decode(SourceIndex.self, from: try scratch.contents())
        } catch let error as DecodingError {
            throw Failure(
                .crashed, .workerProtocol, "\(path): the probe's index is unreadable: \(error)")
        }
    }
}
