import Ledger
import TranscodeModel

/// As much of the ledger's contract as nodes, and those who enqueue, need. So a trace runs on any driver, and on the lean
/// one that a day of uploads needs.
protocol SchedulingLedger: AnyObject {
    func enqueue(_ submission: JobSubmission) throws(LedgerFailure)
    func perform(_ operations: [LedgerOperation]) throws(LedgerFailure) -> [LedgerAnswer]
    func survey(_ request: SurveyRequest) throws(LedgerFailure) -> LedgerSurvey
    func leases(ofNode node: NodeID) throws(LedgerFailure) -> [LeaseSighting]
}

/// A driver of the whole contract.
final class ContractLedger: SchedulingLedger {
    private let ledger: any Ledger

    init(_ ledger: any Ledger) { self.ledger = ledger }

    func enqueue(_ submission: JobSubmission) throws(LedgerFailure) {
        _ = try ledger.enqueue([submission])
    }

    func perform(_ operations: [LedgerOperation]) throws(LedgerFailure) -> [LedgerAnswer] {
        try ledger.perform(operations)
    }

    func survey(_ request: SurveyRequest) throws(LedgerFailure) -> LedgerSurvey {
        try ledger.survey(request)
    }

    func leases(ofNode node: NodeID) throws(LedgerFailure) -> [LeaseSighting] {
        try ledger.leases(ofNode: node)
    }
}
