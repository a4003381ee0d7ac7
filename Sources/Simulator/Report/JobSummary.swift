import TranscodeModel

/// What became of one upload in a simulated world.
public struct JobSummary: Sendable, Hashable, Codable {
    /// `u3`: upload 3.
    public var name: String
    public var shape: String
    public var jobClass: String
    public var tenant: String
    public var state: String
    public var units: Int
    public var unitsDone: Int
    /// Leases of its units.
    public var attempts: Int
    public var failure: String?
}

extension ReferenceModel {
    var summaries: [JobSummary] {
        jobs.compactMap { $0 }.map { job in
            JobSummary(
                name: "u\(job.upload.number)", shape: job.upload.shape.name,
                jobClass: job.upload.jobClass.rawValue,
                tenant: tenants[job.upload.tenant].id.text, state: job.state.rawValue,
                units: job.units.count, unitsDone: job.unitsDone,
                attempts: job.units.map(\.attempt).reduce(0, +),
                failure: job.failure.map { "\($0.code.rawValue): \($0.message)" })
        }
    }
}
