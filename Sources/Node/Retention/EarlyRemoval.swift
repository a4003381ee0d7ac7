public import ArtifactStore
public import Ledger
import TranscodeModel

/// Takes away what jobs have made playable and will not finish. Any process may do it at any time: what is to be done is in
/// the store and the ledger, and stays there until it is done.
public struct EarlyRemoval: Sendable {
    let ledger: any Ledger
    let store: any ArtifactStore

    public init(ledger: any Ledger, store: any ArtifactStore) {
        self.ledger = ledger
        self.store = store
    }

    /// Throws a `LedgerFailure`; or, in the end, the first `Failure` of a destination, which does not keep the others from
    /// being seen to, and which is tried again the next time.
    public func run() throws {
        var failure: Failure?
        for job in try store.earlyJobs() {
            // One that the ledger does not know is of another time of it, from before a restore: nothing is known of it.
            guard let record = try ledger.job(job), record.state.isFinal else { continue }
            do throws(Failure) {
                try EarlyOutput(path: record.destination, job: job).remove()
                try store.forgetEarly(job)
            } catch { failure = failure ?? error }
        }
        if let failure { throw failure }
    }
}
