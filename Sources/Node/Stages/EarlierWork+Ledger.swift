package import Ledger
package import Planner
package import TranscodeModel

extension EarlierWork {
    /// More jobs of one source are not looked at.
    private static let jobsMaximum = 8

    /// What a tenant's jobs made of a source, as far as it was not given up.
    package static func find(
        source: Digest, tenant: TenantID, in ledger: any Ledger
    ) throws(LedgerFailure) -> EarlierWork {
        var work = EarlierWork()
        let jobs = try ledger.jobs(
            probed: ProfileIdentity.probeContent(source: source), tenant: tenant,
            limit: jobsMaximum)
        for job in jobs {
            do throws(LedgerFailure) {
                try work.add(job, from: ledger)
            } catch  where error.code == .corrupt || error.code == .refused {
                // A plan of another build: what it made is not known, and made again.
                continue
            }
        }
        return work
    }

    private mutating func add(_ job: JobID, from ledger: any Ledger) throws(LedgerFailure) {
        guard let record = try ledger.job(job), record.collectedMilliseconds == nil,
            let plan = try ledger.plan(ofJob: job)
        else { return }
        let done = try ledger.units(ofJob: job).filter { $0.state == .done }
        add(plan, done: Set(done.map(\.position)))
    }
}
