import Ledger
import Scheduler
import TranscodeModel

/// What a node asks of the ledger.
enum Request: Hashable, Sendable {
    case survey(SurveyRequest)
    case ask([LedgerOperation])
}

/// An attempt that runs on a node.
struct SeatAttempt: Hashable, Sendable {
    var token: LeaseToken
    var isStopping = false
}

/// The place of a node: its core, and what its shell has not done yet. Effects are performed in order, and answers
/// arrive in order; between any two of them anything else may happen.
struct Seat: Hashable, Sendable {
    var core: NodeCore
    var generation: Int
    var requests: [Request] = []
    var answers: [NodeEvent] = []
    var running: [SeatAttempt] = []
    var isEnded = false

    var node: NodeID { core.identity.id }
    /// Requests that are not answered yet.
    var waiting: Int { requests.count + answers.count }

    /// What the node has, or will hear that it has.
    var leases: [Lease] {
        core.held
            + answers.flatMap { event -> [Lease] in
                guard case .answered(_, let answers) = event else { return [] }
                return answers.flatMap { answer -> [Lease] in
                    if case .leased(let leases) = answer { leases } else { [] }
                }
            }
    }

    /// Whether it has something to do before time passes: to hear an answer, or to ask for what is due.
    func isBusy(now: Int64) -> Bool {
        if waiting > 0 { return true }
        var core = core
        var generator = FixedGenerator()
        return core.step(.tick, now: now, using: &generator).contains {
            switch $0 {
            case .ask, .survey: true
            case .start, .stop, .sweep, .remove, .note, .end: false
            }
        }
    }
}

/// No chance at all: with the policies of the small world no decision depends on it.
struct FixedGenerator: RandomNumberGenerator {
    mutating func next() -> UInt64 { 0x5555_5555_5555_5555 }
}
