import Ledger
import Planner
import Scheduler
import TranscodeModel

/// How many workers a job that is planned now can count on, by what the ledger knows of others.
enum JobShare {
    /// - Parameter policy: of this node. The workers of others that are alive are added to its own.
    static func workers(_ ledger: any Ledger, _ policy: NodePolicy) throws(LedgerFailure) -> Int {
        let survey = try ledger.survey(
            SurveyRequest(
                node: NodeID("none"), jobs: policy.jobs, candidatesMaximum: 0, stragglersMaximum: 0)
        )
        let workers = survey.nodes.filter { !NodeIdentity.isDead($0) }.reduce(0) { $0 + $1.workers }
        return PlanningContext.share(
            ofWorkers: max(policy.workers, workers), unfinishedJobs: survey.unfinishedJobs)
    }
}
