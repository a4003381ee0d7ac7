import Ledger
import TranscodeModel

/// Two ledgers that are asked the same and must answer the same: how the lean one is held against a driver of the whole
/// contract.
final class MirroredLedger: SchedulingLedger {
    private let first: any SchedulingLedger
    private let second: any SchedulingLedger
    /// The first difference.
    private(set) var difference: String?
    /// Answers that were compared.
    private(set) var comparisons = 0

    init(_ first: any SchedulingLedger, _ second: any SchedulingLedger) {
        self.first = first
        self.second = second
    }

    func enqueue(_ submission: JobSubmission) throws(LedgerFailure) {
        try first.enqueue(submission)
        try second.enqueue(submission)
    }

    func perform(_ operations: [LedgerOperation]) throws(LedgerFailure) -> [LedgerAnswer] {
        let answers = try first.perform(operations)
        compare(answers, try second.perform(operations), "perform \(operations)")
        return answers
    }

    func survey(_ request: SurveyRequest) throws(LedgerFailure) -> LedgerSurvey {
        let (left, right) = (try first.survey(request), try second.survey(request))
        compare(ordered(left), ordered(right), "survey \(request)")
        return left
    }

    func leases(ofNode node: NodeID) throws(LedgerFailure) -> [LeaseSighting] {
        let (left, right) = (try first.leases(ofNode: node), try second.leases(ofNode: node))
        compare(sorted(left), sorted(right), "leases of \(node)")
        return sorted(left)
    }

    private func compare<Value: Equatable>(
        _ left: Value, _ right: Value, _ asked: @autoclosure () -> String
    ) {
        comparisons += 1
        guard difference == nil, left != right else { return }
        difference = "\(asked()):\n  first:  \(left)\n  second: \(right)"
    }

    /// With what has no order in one.
    private func ordered(_ survey: LedgerSurvey) -> LedgerSurvey {
        var survey = survey
        survey.overdue = sorted(survey.overdue)
        survey.own.sort { order($0) < order($1) }
        survey.shared.sort { order($0.own.token) < order($1.own.token) }
        return survey
    }

    private func sorted(_ sightings: [LeaseSighting]) -> [LeaseSighting] {
        sightings.sorted { order($0.token) < order($1.token) }
    }

    private func order(_ token: LeaseToken) -> String { "\(token.unit).\(token.attempt)" }
}
