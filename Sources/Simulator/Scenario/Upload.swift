import Ledger
import TranscodeModel

/// A job that somebody is going to submit.
public struct Upload: Sendable {
    /// Names it, and its job.
    var number: Int
    var atMilliseconds: Int64
    /// Which of the tenants.
    var tenant: Int
    var jobClass: JobClass
    var priority: Int
    /// It is submitted once more, as by a client that got no answer.
    var isRepeated: Bool
    var shape: JobShape

    /// A job's name says which upload it is of, so that it can be found again without a table.
    static func job(_ number: Int, repetition: Int = 0) -> JobID {
        let digits = String(number)
        return JobID(
            "j\(repetition)" + String(repeating: "0", count: 11 - digits.count) + digits)
    }

    /// The number of the upload that a job is of.
    static func number(of job: JobID) -> Int {
        var number = 0
        for byte in job.text.utf8.dropFirst(2) { number = number * 10 + Int(byte) - 48 }
        return number
    }

    func submission(tenant: TenantID, attemptsMaximum: Int, repetition: Int) -> JobSubmission {
        JobSubmission(
            id: Upload.job(number, repetition: repetition), tenant: tenant, key: "key-\(number)",
            source: SourceReference(
                locator: "/uploads/\(number)", displayName: "upload \(number)",
                digest: digest(3, UInt64(number), 0), byteCount: 1_000_000,
                modificationMilliseconds: 0),
            profile: shape.profile, profileDigest: shape.profileDigest,
            destination: "/outputs/\(number)", jobClass: jobClass, priority: priority,
            content: digest(4, UInt64(number), 0), probeContent: digest(5, UInt64(number), 0),
            probeEstimate: shape.probeEstimate, attemptsMaximum: attemptsMaximum)
    }

    /// The plan that the probe makes. Its units' contents are the upload's own.
    func plan() -> PlannedJob {
        var units = shape.units
        for index in units.indices {
            units[index].content = digest(6, UInt64(number), UInt64(index + 1))
        }
        return PlannedJob(
            plan: Plan(
                source: digest(3, UInt64(number), 0), profile: shape.profile, packaging: .cmaf,
                video: nil, audio: [], images: nil, units: units, warnings: []),
            criticalSeconds: shape.criticalSeconds)
    }
}
