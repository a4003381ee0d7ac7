import Ledger
import Scheduler
import TranscodeModel

/// How many workers a job that is planned now can count on: an even share of all, among the jobs that are under way or
/// wait. Where many wait, gaps at a job's end are filled by the next, and it need not be parted for them.
enum JobShare {
    /// - Parameter policy: of this node. The workers of others that are alive are added to its own.
    static func workers(_ ledger: any Ledger, _ policy: NodePolicy) throws(LedgerFailure) -> Int {
        let survey = try ledger.survey(
            SurveyRequest(
                node: NodeID("none"), jobs: policy.jobs, candidatesMaximum: 0, stragglersMaximum: 0)
        )
        let workers = survey.nodes.filter { !NodeIdentity.isDead($0) }.reduce(0) { $0 + $1.workers }
        return max(1, max(policy.workers, workers) / max(survey.unfinishedJobs, 1))
    }
}
