import ArtifactStore
import Foundation
import Ledger
import Node
import TranscodeModel

/// Removes from the state directory what nothing needs any more, as the ledger decides.
struct GarbageCollection {
    let workplace: Workplace
    let policy: RetentionPolicy
    /// While so many are given up, nobody else can write to the ledger: a part of a second.
    private static let artifactsAtOnce = 20_000
    private static let pauseSeconds = 0.02

    struct Report: Encodable {
        var policy: RetentionPolicy
        /// False for a dry run: then nothing was changed.
        var isDeleted: Bool
        /// What the policy gives up.
        var expired: RetentionReport
        /// What was removed, with what an earlier collection had left.
        var removed = ArtifactRemoval.Count()
        /// Jobs whose logs are given up: they go when the artifacts do.
        var jobsWithLogs = 0
        /// Staged files of dead attempts that were removed.
        var staged = 0
    }

    func look() throws -> Report {
        var report = Report(
            policy: policy, isDeleted: false, expired: try workplace.ledger.expired(policy))
        try forEachExpiredLog { _, _ in report.jobsWithLogs += 1 }
        return report
    }

    /// Killed at any moment, it leaves nothing that the next one, or a node, does not finish.
    func run() throws -> Report {
        var report = Report(policy: policy, isDeleted: true, expired: RetentionReport())
        report.expired.artifactsShared = try workplace.ledger.expired(policy).artifactsShared
        while true {
            let some = try workplace.ledger.condemn(policy, atMost: Self.artifactsAtOnce)
            guard some.total.jobs > 0 else { break }
            report.expired.add(some)
            Thread.sleep(forTimeInterval: Self.pauseSeconds)
        }
        report.removed = try ArtifactRemoval(ledger: workplace.ledger, store: workplace.store)
            .finish()
        try removeLeftovers(&report)
        try EarlyRemoval(ledger: workplace.ledger, store: workplace.store).run()
        return report
    }

    /// What is in the state directory beside artifacts.
    private func removeLeftovers(_ report: inout Report) throws {
        try forEachExpiredLog { job, tenant in
            try workplace.store.removeLogs(of: job, tenant: tenant)
            report.jobsWithLogs += 1
        }
        report.staged = try workplace.store.sweepStaging {
            Set(
                try workplace.ledger.liveLeases().map {
                    StagingName(unit: $0.unit, epoch: $0.epoch)
                })
        }
    }

    /// Jobs whose time is over and that have logs. One that the ledger does not know is of another time of it, from before a
    /// restore: nobody can ask for its logs.
    private func forEachExpiredLog(_ body: (JobID, TenantID) throws -> Void) throws {
        let (ledger, store) = (workplace.ledger, workplace.store)
        for tenant in try ledger.tenants().map(\.id) {
            for job in try store.jobsWithLogs(tenant: tenant) {
                if let record = try ledger.job(job),
                    !policy.givesUp(record, atMilliseconds: ledger.nowMilliseconds)
                {
                    continue
                }
                try body(job, tenant)
            }
        }
    }
}
