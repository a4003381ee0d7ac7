import Ledger
import TranscodeModel

// The steps of a row, each whole.
extension BackfillRow {
    func running(_ job: JobID, source: Digest, pass: Int) -> BackfillRow {
        var row = self
        (row.state, row.isDue, row.code, row.reason) = (.running, false, nil, nil)
        (row.job, row.source, row.admittedPass) = (job, source, pass)
        return row
    }

    func ended(
        _ state: State, _ code: String?, _ reason: String?, source: Digest?, pass: Int
    ) -> BackfillRow {
        var row = self
        (row.state, row.isDue, row.code, row.reason) = (state, false, code, reason)
        (row.source, row.endedPass) = (source, pass)
        return row
    }

    /// As it was, and looked at.
    func kept() -> BackfillRow {
        var row = self
        row.isDue = false
        return row
    }

    /// To be done again.
    func again() -> BackfillRow {
        var row = self
        (row.state, row.isDue, row.code, row.reason) = (.pending, true, nil, nil)
        row.admittedPass = 0
        return row
    }

    /// What its job has come to; nil while that is under way.
    func ended(by job: JobRecord, pass: Int) -> BackfillRow? {
        switch job.state {
        case .planning, .running: nil
        case .ready: ended(.done, nil, nil, source: source, pass: pass)
        case .cancelled:
            ended(
                .failed, FailureCode.cancelled.rawValue, job.cancelReason, source: source,
                pass: pass)
        case .failed:
            ended(
                job.failure?.code == .quarantined ? .quarantined : .failed,
                job.failure?.code.rawValue ?? FailureCode.internalFault.rawValue,
                job.failure?.message, source: source, pass: pass)
        }
    }
}
