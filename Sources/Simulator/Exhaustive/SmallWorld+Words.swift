import Ledger
import Scheduler
import TranscodeModel

extension SmallWorld {
    /// A step, for people.
    func words(for move: Move) -> String {
        switch move {
        case .perform(let seat, let knowsDeaths):
            let deaths = knowsDeaths ? ", and sees who died" : ""
            return "the ledger performs for \(name(seat)): \(nextRequest(seat))\(deaths)"
        case .deliver(let seat): return "\(name(seat)) hears the answer: \(nextAnswer(seat))"
        case .finish(let seat, let token, let end):
            return "on \(name(seat)) \(words(token)) ends: \(end)"
        case .tick(let seat): return "\(name(seat)) looks what is due"
        case .pass: return "a step of time passes"
        case .pause: return "everybody stands still until leases run out"
        case .lose(let seat, let tookEffect):
            let effect = tookEffect ? "takes effect" : "does not take effect"
            return "the answer to \(name(seat)) is lost, and this \(effect): \(nextRequest(seat))"
        case .crash(let seat): return "\(name(seat)) crashes, and another node starts"
        }
    }

    private func name(_ seat: Int) -> String { "node \(seats[seat].node)" }

    private func words(_ token: LeaseToken) -> String {
        "unit \(token.unit.position) (epoch \(token.epoch), attempt \(token.attempt))"
    }

    private func nextRequest(_ seat: Int) -> String {
        switch seats[seat].requests.first {
        case .survey?: "survey"
        case .ask(let operations)?: operations.map { words($0) }.joined(separator: "; ")
        case nil: "nothing"
        }
    }

    private func nextAnswer(_ seat: Int) -> String {
        switch seats[seat].answers.first {
        case .surveyed(let survey, let dead, _, _)?:
            "a survey with \(survey.candidates.count) ready, \(survey.overdue.count) overdue, "
                + "\(survey.own.count) own, \(dead.count) dead"
        case .answered(_, let answers)?: answers.map { words($0) }.joined(separator: "; ")
        case .askFailed?, .surveyFailed?: "the ledger cannot be reached"
        default: "nothing"
        }
    }

    private func words(_ operation: LedgerOperation) -> String {
        switch operation {
        case .register(let record): "register \(record.id)"
        case .retire(let node): "retire \(node)"
        case .lease(let picks, _, _):
            "lease " + picks.map { "unit \($0.unit.position)" }.joined(separator: ", ")
        case .hedge(let token, _, _, _): "hedge \(words(token))"
        case .renew(let held, _):
            "renew " + held.map { words($0.token) }.joined(separator: ", ")
        case .complete(let completion): "complete \(words(completion.token))"
        case .release(let release): "release \(words(release.token)): \(release.reason)"
        case .setBreaker(let record): "set breaker \(record.key)"
        }
    }

    private func words(_ answer: LedgerAnswer) -> String {
        switch answer {
        case .noted: "noted"
        case .leased(let leases):
            leases.isEmpty
                ? "nothing leased"
                : leases.map { "leased \(words($0.token))" }.joined(separator: ", ")
        case .renewed(let kept): "\(kept.count) renewed"
        case .completed(.committed(let state)): "committed, and the job is \(state)"
        case .completed(.alreadyDone): "committed already"
        case .released(.released(let state)): "released, and the unit is \(state)"
        case .released(.rivalGoesOn): "released, and the other lease goes on"
        case .completed(.condemned): "its artifact was given up"
        case .completed(.fenced), .released(.fenced): "fenced"
        case .breakerSet(let isSet): isSet ? "set" : "not set"
        }
    }
}
