import Ledger
import TranscodeModel

// Time: what is due when it passes.
extension NodeCore {
    /// Looks at the ledger when it has not been looked at for a while.
    mutating func lookIfDue(_ now: Int64) -> [NodeEffect] {
        if let lastLook, now - lastLook < policy.careMilliseconds { return [] }
        return look(now)
    }

    /// Looks when the ledger changed, as soon as nothing is under way; not while there is no room for what may be new.
    mutating func lookIfStale(_ now: Int64) -> [NodeEffect] {
        guard isStale, hasRoom, !isLooking else { return [] }
        return look(now)
    }

    /// Looks when a unit of which we know has waited out its delay.
    mutating func lookIfWoken(_ now: Int64) -> [NodeEffect] {
        guard let due = wakeAt, due <= now, !isLooking else { return [] }
        wakeAt = nil
        return hasRoom ? look(now) : []
    }

    mutating func look(_ now: Int64) -> [NodeEffect] {
        guard isRegistered, !isLooking, ending == nil else { return [] }
        isLooking = true
        isStale = false
        lastLook = now
        let room = hasRoom ? policy.workers - members.count : 0
        let most = room == 0 ? 0 : max(64, 8 * room)
        return [
            .survey(
                SurveyRequest(
                    node: identity.id, jobs: policy.jobs,
                    candidatesMaximum: most,
                    // More than fit: the longest overdue may be no stragglers by their peers' pace.
                    stragglersMaximum: room == 0 ? 0 : max(room, 8),
                    endingMaximum: isDiskShort ? most : 0))
        ]
    }

    /// Renews everything in hand, also what is being stopped: it is ours until it is given back.
    mutating func renewIfDue(_ now: Int64) -> [NodeEffect] {
        guard now - lastRenewal >= policy.renewMilliseconds, !members.isEmpty else { return [] }
        lastRenewal = now
        let held = members.keys.sorted(by: Self.precedes).map { HeldLease(token: $0, progress: 0) }
        return [.ask([.renew(held, durationMilliseconds: policy.leaseMilliseconds)])]
    }

    /// Asks again for what was not answered.
    mutating func resend(_ now: Int64) -> [NodeEffect] {
        if !isRegistered, !isRegistering {
            isRegistering = true
            return [.ask([.register(identity)])]
        }
        var operations: [LedgerOperation] = []
        for token in members.keys.sorted(by: Self.precedes) {
            guard case .ending(let operation, _)? = members[token]?.phase,
                let due = members[token]?.resendAt, due <= now
            else { continue }
            members[token]?.resendAt = nil
            operations.append(operation)
        }
        return operations.isEmpty ? [] : [.ask(operations)]
    }

    /// Lets units end that are predicted to be short; the rest is handed back at once, and after the time for draining
    /// so is everything.
    mutating func drainIfDue(_ now: Int64) -> [NodeEffect] {
        guard shutdown != .none else { return [] }
        let start = drainStart ?? now
        drainStart = start
        let isOver =
            shutdown == .stop || Double(now - start) / 1000 > policy.drainSeconds
        var effects: [NodeEffect] = []
        for token in members.keys.sorted(by: Self.precedes) {
            guard let member = members[token], member.phase == .running else { continue }
            let worked = Double(now - member.startedAt) / 1000
            if isOver || member.lease.estimate.cpuSeconds - worked > policy.drainSeconds {
                members[token]?.phase = .stopping(.handBack)
                effects.append(.stop(token))
            }
        }
        return effects
    }

    /// An order, so that the same state gives the same effects.
    static func precedes(_ left: LeaseToken, _ right: LeaseToken) -> Bool {
        (left.unit.job.text, left.unit.position, left.attempt)
            < (right.unit.job.text, right.unit.position, right.attempt)
    }
}
