import Ledger
import Scheduler
import TranscodeModel

/// What was asked and answered, in a line's words.
enum LedgerText {
    /// `u3.5`: unit 5 of upload 3.
    static func unit(_ unit: UnitID) -> String {
        "u\(Upload.number(of: unit.job)).\(unit.position)"
    }

    static func token(_ token: LeaseToken) -> String {
        "\(unit(token.unit)) epoch \(token.epoch) attempt \(token.attempt)"
    }

    static func operations(_ operations: [LedgerOperation]) -> String {
        operations.map(operation).joined(separator: "; ")
    }

    static func operation(_ operation: LedgerOperation) -> String {
        switch operation {
        case .register(let record): "register \(record.id)"
        case .retire(let node): "retire \(node)"
        case .lease(let picks, _, _):
            "lease " + picks.map { "\(unit($0.unit)) at epoch \($0.epoch)" }.joined(separator: ", ")
        case .hedge(let held, _, _, _): "hedge \(token(held))"
        case .renew(let held, _):
            "renew " + held.map { token($0.token) }.sorted().joined(separator: ", ")
        case .complete(let completion): "complete \(token(completion.token))"
        case .release(let lost): release(lost)
        case .setBreaker(let record):
            "set breaker \(record.key) \(record.state.rawValue), generation \(record.generation)"
        }
    }

    private static func release(_ lost: Release) -> String {
        let ground =
            switch lost.ground {
            case .holder: "its own"
            case .overdue: "overdue"
            case .nodeDied(let node): "\(node) died"
            }
        let verdict =
            switch lost.verdict {
            case .retry(let delay, let splits, let returns, _):
                "again after \(seconds(delay))" + (splits ? ", split" : "")
                    + (returns ? ", attempt returned" : "")
            case .dead(let failure): "dead, \(failure.code.rawValue)"
            }
        return "release \(token(lost.token)) (\(ground)): \(verdict)"
    }

    static func answers(_ answers: [LedgerAnswer]) -> String {
        answers.map(answer).joined(separator: "; ")
    }

    static func answer(_ answer: LedgerAnswer) -> String {
        switch answer {
        case .noted: "noted"
        case .leased(let leases):
            leases.isEmpty
                ? "none granted"
                : "granted " + leases.map { token($0.token) }.joined(separator: ", ")
        case .renewed(let kept):
            kept.isEmpty
                ? "none kept" : "kept " + kept.map { token($0) }.sorted().joined(separator: ", ")
        case .completed(.committed(let state)): "committed, job \(state.rawValue)"
        case .completed(.condemned): "its artifact was given up"
        case .completed(.fenced), .released(.fenced): "fenced"
        case .completed(.alreadyDone): "already done"
        case .released(.released(let state)): "now \(state.rawValue)"
        case .released(.rivalGoesOn): "the rival goes on"
        case .breakerSet(let isSet): isSet ? "set" : "another was quicker"
        }
    }
}
