import Ledger
import Scheduler
import TranscodeModel

/// What a fault in transit does to a request.
enum Fate {
    /// It fails, and nothing takes effect.
    case refused(LedgerFailure)
    /// It takes effect, and the answer is lost.
    case unanswered
    /// It is performed a second time after so long; the answer is the second time's where `answersLast`.
    case twice(Int64, answersLast: Bool)
    /// It is late, and so is all that the node asks after it; or only its answer is.
    case late(Int64, isAnswer: Bool)
    /// It alone is late: others overtake it.
    case overtaken(Int64)
}

/// A request of a node on its way to the ledger, and its answer on the way back.
final class Message {
    enum Content {
        case survey(SurveyRequest)
        case ask([LedgerOperation])
    }

    let slot: NodeSlot
    let incarnation: Int
    let node: NodeID
    let content: Content
    let fate: Fate?
    /// The second time of a request that is performed twice.
    let isEcho: Bool
    /// Whether the node hears what comes of it.
    let isHeard: Bool
    var reply: NodeEvent?

    init(_ slot: NodeSlot, _ content: Content, fate: Fate?) {
        self.slot = slot
        incarnation = slot.incarnation
        node = slot.identity.id
        self.content = content
        self.fate = fate
        isEcho = false
        if case .twice(_, answersLast: true) = fate { isHeard = false } else { isHeard = true }
    }

    init(echoing first: Message) {
        slot = first.slot
        incarnation = first.incarnation
        node = first.node
        content = first.content
        fate = nil
        isEcho = true
        isHeard = !first.isHeard
    }

    /// Whether a fault that waits for such a request hits it.
    static func matches(_ content: Content, _ target: Fault.Target) -> Bool {
        switch (content, target) {
        case (_, .any), (.survey, .survey): true
        case (.survey, _), (.ask, .survey): false
        case (.ask(let operations), _):
            operations.contains {
                switch ($0, target) {
                case (.lease, .lease), (.hedge, .lease), (.complete, .complete),
                    (.release, .release), (.renew, .renew):
                    true
                default: false
                }
            }
        }
    }
}
