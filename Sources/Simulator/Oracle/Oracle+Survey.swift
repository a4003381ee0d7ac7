import Ledger
import TranscodeModel

// What a survey shows is what the model knows.
extension Oracle {
    func check(_ survey: LedgerSurvey, _ request: SurveyRequest) throws(Violation) {
        let now = survey.nowMilliseconds
        for candidate in survey.candidates {
            guard let unit = model.unit(candidate.unit), unit.state == .ready,
                unit.epoch == candidate.epoch, unit.runAt <= now
            else {
                throw Violation(
                    "model", "the survey offers unit \(candidate.unit), which is not ready")
            }
        }
        guard survey.candidates.count <= request.candidatesMaximum,
            survey.stragglers.count <= 2 * request.stragglersMaximum
        else { throw Violation("I17", "the survey shows more than was asked for") }
        guard survey.unfinishedJobs == model.unfinished || request.jobs != nil else {
            throw Violation(
                "I5",
                "the survey counts \(survey.unfinishedJobs) unfinished jobs, not \(model.unfinished)"
            )
        }
        // With thousands of jobs, looking at each after every survey would take nearly all the time.
        surveys += 1
        if surveys % (1 + model.unfinished / 64) == 0 { try checkLeases(survey, request) }
    }

    /// The leases that a survey shows, and whether it should show ready units.
    private func checkLeases(
        _ survey: LedgerSurvey, _ request: SurveyRequest
    ) throws(Violation) {
        let now = survey.nowMilliseconds
        var own: [LeaseToken] = []
        var overdue = 0
        var isWaiting = false
        for case let job? in model.jobs where !job.state.isFinal {
            let tenant = model.tenants[job.upload.tenant]
            for position in job.units.indices {
                switch job.units[position].state {
                case .ready where job.units[position].runAt <= now && tenant.hasRoom:
                    isWaiting = true
                case .leased:
                    for case let hold? in [job.units[position].holder, job.units[position].rival] {
                        if hold.until < now { overdue += 1 }
                        guard hold.node == request.node else { continue }
                        own.append(
                            LeaseToken(
                                tenant: tenant.id, unit: UnitID(job: job.id, position: position),
                                epoch: job.units[position].epoch, attempt: hold.attempt))
                    }
                default: break
                }
            }
        }
        guard Set(survey.own) == Set(own) else {
            throw Violation(
                "I3", "the survey shows \(survey.own) as leases of \(request.node), not \(own)")
        }
        guard survey.overdue.count == overdue else {
            throw Violation(
                "I5", "the survey shows \(survey.overdue.count) overdue leases, not \(overdue)")
        }
        guard !isWaiting || !survey.candidates.isEmpty || request.candidatesMaximum == 0 else {
            throw Violation("I5", "units wait, and the survey shows none")
        }
    }
}
