import Ledger
import Packager
import TranscodeModel

/// What the commands say of a job, as text or JSON.
struct JobReport: Encodable {
    var id: JobID
    var tenant: TenantID
    var key: String?
    var state: JobState
    var source: String
    var sourceSHA256: Digest
    var destination: String
    var profile: String
    var jobClass: JobClass
    var priority: Int
    var createdMilliseconds: Int64
    var finishedMilliseconds: Int64?
    var unitsDone: Int
    var unitsTotal: Int
    /// Of these, how many earlier jobs had made when the job was planned. Only where one job is asked for.
    var unitsMade: Int?
    var failure: Failure?
    var failedUnit: Int?
    var cancelReason: String?
    /// When `gc` gave up its artifacts; its output is not touched.
    var collectedMilliseconds: Int64?
    /// Only where one job is asked for.
    var progress: JobProgress?
    var playback: PlaybackTimes?
    var units: [UnitRecord]?
    /// What of the source could not be used, as far as it is known.
    var damage: [Damage]?

    enum CodingKeys: String, CodingKey {
        case id, tenant, key, state, source, sourceSHA256, destination, profile
        case jobClass = "class"
        case priority, createdMilliseconds, finishedMilliseconds, unitsDone, unitsTotal, unitsMade,
            failure
        case failedUnit, cancelReason, collectedMilliseconds, progress, playback, units, damage
    }

    init(_ record: JobRecord) {
        id = record.id
        tenant = record.tenant
        key = record.key
        state = record.state
        source = record.source.locator
        sourceSHA256 = record.source.digest
        destination = record.destination
        profile = record.profile.name
        jobClass = record.jobClass
        priority = record.priority
        createdMilliseconds = record.createdMilliseconds
        finishedMilliseconds = record.finishedMilliseconds
        unitsDone = record.unitsDone
        unitsTotal = record.unitsTotal
        failure = record.failure
        failedUnit = record.failedUnit
        cancelReason = record.cancelReason
        collectedMilliseconds = record.collectedMilliseconds
    }

    /// With its units and how far they have come.
    init(_ record: JobRecord, from ledger: any Ledger) throws {
        self.init(record)
        let units = try ledger.units(ofJob: record.id)
        self.units = units
        let plan = try ledger.plan(ofJob: record.id)
        progress = JobProgress(record, units: units, plan: plan)
        playback = PlaybackTimes(record, units: units)
        unitsMade = plan?.unitsMade
        let made = try ledger.artifacts(ofJob: record.id).filter { $0.kind != .probe }
            .sorted { $0.position < $1.position }
        damage = (plan?.damage ?? []) + Damage.ofUnits(made.map(\.artifact.damage))
    }

    /// Why the job failed, as one sentence for standard error.
    static func failureText(_ record: JobRecord) -> String {
        let unit = record.failedUnit.map { " (unit \($0))" } ?? ""
        let reason =
            record.failure.map { "\($0.message) [\($0.code.rawValue)]" } ?? record.cancelReason
            ?? "no reason was recorded"
        return "\(record.source.displayName): job \(record.id) \(record.state.rawValue)\(unit): "
            + reason
    }
}
