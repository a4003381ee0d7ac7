import Ledger
import Scheduler
import TranscodeModel

// Requests on their way to the ledger, and answers on their way back.
extension World {
    /// A node that asks more often in a second than there can be reasons spins (I17).
    private static let requestsMaximum = 200

    func send(_ slot: NodeSlot, _ content: Message.Content) throws(Violation) {
        guard slot.countRequest(at: now) <= Self.requestsMaximum + 40 * scenario.workers else {
            throw Violation("I17", "node \(slot.name) asks the ledger without end")
        }
        if case .ask(let operations) = content { try judge(operations, askedBy: slot) }
        let message = Message(slot, content, fate: takeFate(slot, content))
        var arrival = now + transit.milliseconds(0...2)
        switch message.fate {
        case .overtaken(let delay): arrival += delay
        case .late(let delay, isAnswer: false):
            arrival = max(arrival + delay, slot.lastArrival)
            slot.lastArrival = arrival
        default:
            arrival = max(arrival, slot.lastArrival)
            slot.lastArrival = arrival
        }
        queue.add(.arrival(message), at: arrival)
    }

    private func takeFate(_ slot: NodeSlot, _ content: Message.Content) -> Fate? {
        guard !slot.armed.isEmpty,
            let index = slot.armed.firstIndex(where: { Message.matches(content, $0.target) })
        else { return nil }
        let armed = slot.armed.remove(at: index)
        tally.count(armed.kind)
        return armed.fate
    }

    func arrive(_ message: Message) throws {
        let isOrphan = message.slot.incarnation != message.incarnation || !message.slot.isUp
        // What a dead process had not sent for good may be lost.
        if isOrphan, !message.isEcho, transit.happens(0.5) { return }
        if case .refused(let failure) = message.fate {
            note(message.node.text, text(message), "failed: \(failure.code.rawValue)")
            return answer(message, with: failed(message, failure))
        }
        let reply = try perform(message)
        switch message.fate {
        case .unanswered:
            let failure = LedgerFailure(.unreachable, "the answer was lost")
            answer(message, with: failed(message, failure))
        case .late(let delay, isAnswer: true): answer(message, with: reply, after: delay)
        default:
            if case .twice(let delay, _) = message.fate {
                queue.add(.arrival(Message(echoing: message)), at: now + delay)
            }
            if message.isHeard { answer(message, with: reply) }
        }
    }

    private func failed(_ message: Message, _ failure: LedgerFailure) -> NodeEvent {
        switch message.content {
        case .survey: .surveyFailed(failure)
        case .ask(let operations): .askFailed(operations, failure)
        }
    }

    private func answer(_ message: Message, with reply: NodeEvent, after delay: Int64 = 0) {
        message.reply = reply
        var time = now + transit.milliseconds(0...2) + delay
        if case .overtaken = message.fate {
        } else {
            time = max(time, message.slot.lastReply)
            message.slot.lastReply = time
        }
        queue.add(.reply(message), at: time)
    }

    private func perform(_ message: Message) throws -> NodeEvent {
        tally.requests += 1
        switch message.content {
        case .survey(let request):
            let survey = try oracle.survey(request)
            return try witness(survey, message)
        case .ask(let operations):
            let answers = try oracle.perform(operations)
            note(message.node.text, text(message), LedgerText.answers(answers))
            try judge(operations, answers, message)
            observer?(self, operations, answers)
            announce(operations, by: message)
            return .answered(operations, answers)
        }
    }

    private func text(_ message: Message) -> String {
        let echo = message.isEcho ? "(again) " : ""
        switch message.content {
        case .survey: return echo + "survey"
        case .ask(let operations): return echo + LedgerText.operations(operations)
        }
    }

    /// What the shell adds to a survey: which nodes of its own host are dead, and what they hold.
    private func witness(_ survey: LedgerSurvey, _ message: Message) throws -> NodeEvent {
        var dead: [NodeID] = []
        var lost: [LeaseSighting] = []
        let host = "host-\(message.slot.host)"
        for node in survey.nodes where node.host == host && !isAlive(node.id) {
            dead.append(node.id)
            lost += try oracle.ledger.leases(ofNode: node.id)
        }
        return .surveyed(
            survey, dead: dead, lost: lost,
            disk: DiskSpace(
                freeBytes: message.slot.isFull ? 0 : 100_000_000_000, totalBytes: 100_000_000_000))
    }

    func isAlive(_ node: NodeID) -> Bool {
        slots.contains { $0.isUp && $0.identity.id == node }
    }

    /// Other nodes hear of a change a little later.
    private func announce(_ operations: [LedgerOperation], by message: Message) {
        let makesWork = operations.contains {
            switch $0 {
            case .complete, .release, .setBreaker: true
            case .register, .retire, .lease, .hedge, .renew: false
            }
        }
        if makesWork { announce(except: message.slot) }
    }

    func announce(except slot: NodeSlot? = nil) {
        for other in slots where other !== slot && other.isUp && !other.isChangePending {
            other.isChangePending = true
            queue.add(
                .change(other, incarnation: other.incarnation),
                at: now + transit.milliseconds(20...300))
        }
    }
}
