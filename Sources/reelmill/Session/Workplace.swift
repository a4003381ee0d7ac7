import ArtifactStore
import Ledger
import TranscodeModel
import WorkerHost

/// The state directory, opened: one ledger and one store.
struct Workplace: Sendable {
    let settings: Settings
    let ledger: SQLiteLedger
    let store: LocalArtifactStore

    static func open(_ settings: Settings) throws -> Workplace {
        let ledger = try SQLiteLedger.open(at: settings.ledgerPath)
        do throws(Failure) {
            let store = try LocalArtifactStore.open(at: settings.storePath)
            return Workplace(settings: settings, ledger: ledger, store: store)
        } catch { throw CommandFault(.unreachable, error.message) }
    }

    /// A job by its name, or a fault that says how to find it.
    func job(_ name: String) throws -> JobRecord {
        guard let record = try ledger.job(JobID(name)) else {
            throw CommandFault(
                .usage,
                "\(name): there is no such job in \(settings.stateDirectory). `reelmill list` shows "
                    + "the jobs; --state chooses another ledger.")
        }
        return record
    }
}
