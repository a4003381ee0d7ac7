import Foundation
import TranscodeModel
import WorkerHost
import WorkerProtocol

/// Runs single units in worker processes, as a node does.
struct UnitBench {
    let worker: String
    /// Where staging files are made.
    let folder: String

    /// As a node has them, but that a run is worth less patience and less memory.
    static let sourceLimits = SourceLimits(durationSeconds: 3600, probeSeconds: 30)
    static let unitLimits = ProcessLimits(
        addressSpaceBytes: 2 << 30, cpuSeconds: 60, fileBytes: 1 << 30, silenceSeconds: 20,
        stallSeconds: 40, wallSeconds: 90)

    static func probeLimits(_ byteCount: Int64) -> ProcessLimits {
        var limits = ProcessLimits(probing: byteCount, sourceLimits)
        limits.addressSpaceBytes = unitLimits.addressSpaceBytes
        limits.fileBytes = unitLimits.fileBytes
        limits.silenceSeconds = unitLimits.silenceSeconds
        return limits
    }

    struct Ending {
        var outcome: WorkerOutcome
        var limits: ProcessLimits
        /// What the worker wrote.
        var staged: [UInt8]
    }

    func run(_ job: WorkerJob, inputs: [Int32], _ limits: ProcessLimits) async throws -> Ending {
        let staging = try ScratchFile(in: folder)
        let outcome = await WorkerHost().run(
            WorkerLaunch(
                executable: worker,
                request: WorkerRequest(job: job, limits: WorkerLimits(UnitBench.sourceLimits)),
                inputs: inputs, staging: staging.descriptor, limits: limits)
        ) { _ in }
        return Ending(outcome: outcome, limits: limits, staged: [UInt8](try staging.contents()))
    }
}

/// A file that stays open while it is in use.
final class OpenFile {
    let descriptor: Int32

    init(writing bytes: [UInt8], to path: String) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw FuzzFault("\(path): \(String(cString: strerror(errno)))")
        }
    }

    deinit { close(descriptor) }
}
