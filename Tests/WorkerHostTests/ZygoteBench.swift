import Foundation
import Glibc
import Testing
import TranscodeModel
import WorkerProtocol

@testable import WorkerHost

/// Zygotes of its own, and inmates that are forked from them.
struct ZygoteBench: Sendable {
    let zygotes: Zygotes
    let executable: String

    /// An inmate says nothing while it works; on a busy machine that may take long.
    static let patient = ProcessLimits(silenceSeconds: 600, stallSeconds: 600)

    init(executable: String? = nil, patienceSeconds: Int = 600) {
        zygotes = Zygotes(patienceSeconds: patienceSeconds)
        do { self.executable = try executable ?? TestPrograms.inmate() } catch {
            preconditionFailure("there is no inmate: \(error)")
        }
    }

    /// The process that inmates are forked from.
    var zygote: pid_t? { zygotes.seat(of: executable).process }

    func run(
        _ attempt: String, inputs: [Int32] = [], limits: ProcessLimits = Self.patient,
        onNote: @escaping @Sendable (WorkerNote) -> Void = { _ in }
    ) async -> WorkerOutcome {
        await run(attempt, inputs: inputs, limits: limits, zygotes: zygotes, onNote: onNote)
    }

    func run(
        _ attempt: String, inputs: [Int32] = [], limits: ProcessLimits = Self.patient,
        zygotes: Zygotes?, onNote: @escaping @Sendable (WorkerNote) -> Void = { _ in }
    ) async -> WorkerOutcome {
        await WorkerHost(zygotes: zygotes).run(
            WorkerLaunch(
                executable: executable,
                request: WorkerRequest(
                    job: .probe(ProbeRequest(displayName: attempt)), limits: WorkerLimits()),
                inputs: inputs, staging: nil, limits: limits), onProgress: { _ in },
            onNote: onNote)
    }

    /// The number that an inmate answers.
    func answer(
        _ attempt: String, inputs: [Int32] = [], limits: ProcessLimits = Self.patient
    ) async throws -> Int {
        let result = try await run(attempt, inputs: inputs, limits: limits).result.get()
        return try #require(result.warnings.first.flatMap { Int($0) })
    }
}
