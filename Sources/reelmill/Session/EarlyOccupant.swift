import ArtifactStore
import Ledger
import TranscodeModel

/// Who plays early at a place that somebody wants.
enum EarlyOccupant {
    /// The job, if it goes on. What one has left that has ended otherwise is taken away.
    static func job(at destination: String, _ ledger: any Ledger) throws -> JobRecord? {
        guard let marker = try EarlyMarker.standing(at: destination),
            let record = try ledger.job(marker.job), record.destination == destination
        else { return nil }
        guard record.state.isFinal else { return record }
        try EarlyOutput(path: destination, job: record.id).remove()
        return nil
    }
}
