import Ledger
import TranscodeModel

/// Holds one operation of the ledger against what it may do, from outside: the rows before and after it, and its answer.
struct TransitionRule {
    let before: MemoryLedger.State
    let after: MemoryLedger.State
    let now: Int64

    func check(_ operation: LedgerOperation, _ answer: LedgerAnswer) throws(BrokenRule) {
        try checkRows()
        switch (operation, answer) {
        case (.lease(let picks, _, _), .leased(let leases)):
            for lease in leases { try checkLease(lease, picks) }
        case (.hedge(let token, _, _, _), .leased(let leases)):
            for lease in leases {
                try require(isHeld(token, in: before), "I3", "a unit that is not leased is hedged")
                let old = try row(token.unit, in: before)
                try require(
                    lease.token.attempt == old.attempt + 1, "I11", "a hedge counts no attempt")
            }
        case (.renew(_, _), .renewed(let kept)):
            for token in kept {
                try require(isHeld(token, in: after), "I3", "a lease is renewed that was lost")
            }
        case (.complete(let completion), .completed(let outcome)):
            try checkCompletion(completion, outcome)
        case (.release(let release), .released(let outcome)):
            try checkRelease(release, outcome)
        default: break
        }
    }

    private func row(_ unit: UnitID, in state: MemoryLedger.State) throws(BrokenRule) -> UnitRow {
        guard let row = state.unit(unit) else {
            throw BrokenRule("I4", "unit \(unit) is not there")
        }
        return row
    }

    private func hold(_ token: LeaseToken, in state: MemoryLedger.State) -> Hold? {
        guard let row = state.unit(token.unit), row.state == .leased, row.epoch == token.epoch
        else { return nil }
        return [row.holder, row.rival].compactMap { $0 }.first { $0.attempt == token.attempt }
    }

    private func isHeld(_ token: LeaseToken, in state: MemoryLedger.State) -> Bool {
        hold(token, in: state) != nil
    }

    private func checkLease(_ lease: Lease, _ picks: [LeasePick]) throws(BrokenRule) {
        let old = try row(lease.unit, in: before)
        let new = try row(lease.unit, in: after)
        try require(
            old.state == .ready && old.runAt <= now, "I4", "a unit is leased that is not ready")
        try require(
            picks.contains { $0.unit == lease.unit && $0.epoch == old.epoch }, "I3",
            "a unit is leased that was not picked at its epoch")
        try require(
            lease.token.epoch == old.epoch + 1 && new.epoch == old.epoch + 1, "I3",
            "a lease does not move the epoch")
        try require(
            lease.token.attempt == old.attempt + 1 && new.attempt == old.attempt + 1, "I11",
            "a lease counts no attempt")
    }

    private func checkCompletion(
        _ completion: Completion, _ outcome: CommitOutcome
    ) throws(BrokenRule) {
        let token = completion.token
        let new = try row(token.unit, in: after)
        switch outcome {
        case .committed:
            try require(
                isHeld(token, in: before), "I3", "a completion counts whose lease was lost")
            try require(
                new.state == .done && new.completion?.epoch == token.epoch, "I1",
                "a completion is answered, and not there")
        case .alreadyDone:
            try require(
                new.completion.map { $0.epoch == token.epoch && $0.attempt == token.attempt }
                    ?? false, "I1", "a lease is told that it completed, and it did not")
        case .fenced:
            try require(
                !isHeld(token, in: before), "I3", "the newest lease of a unit is fenced")
        case .condemned:
            throw BrokenRule("I18", "an artifact is condemned that nobody gave up")
        }
    }

    private func checkRelease(_ release: Release, _ outcome: ReleaseOutcome) throws(BrokenRule) {
        guard outcome != .fenced else { return }
        guard let lost = hold(release.token, in: before) else {
            throw BrokenRule("I3", "a lease is released that was lost")
        }
        if release.ground == .overdue {
            try require(lost.until < now, "I3", "a lease is taken back that was renewed in time")
        }
        let old = try row(release.token.unit, in: before)
        let new = try row(release.token.unit, in: after)
        if case .rivalGoesOn = outcome {
            try require(
                new.state == .leased && new.epoch == old.epoch, "I3",
                "the other lease of a unit is lost with one")
            return
        }
        try require(new.epoch == old.epoch + 1, "I3", "a loss does not move the epoch")
        if case .retry(let delay, _, _, _) = release.verdict, outcome == .released(.ready) {
            try require(
                new.runAt == now + delay, "I5", "a unit is ready again at another time than asked")
        }
    }

    // Rows

    private static let edges: Set<[UnitState]> = [
        [.blocked, .ready], [.blocked, .cancelled], [.ready, .leased], [.ready, .cancelled],
        [.leased, .done], [.leased, .ready], [.leased, .dead], [.leased, .cancelled],
    ]

    /// Only drawn arrows (I4), and an event for each (I10).
    private func checkRows() throws(BrokenRule) {
        var changes: Int64 = 0
        for (old, new) in zip(before.jobs[0].units, after.jobs[0].units) {
            if old.state != new.state {
                changes += 1
                try require(
                    Self.edges.contains([old.state, new.state]), "I4",
                    "there is no arrow from \(old.state) to \(new.state)")
            } else if (old.rival == nil) != (new.rival == nil) {
                changes += 1
            }
            try require(
                new.epoch >= old.epoch && new.attempt >= old.attempt
                    && new.attemptsMaximum >= old.attemptsMaximum, "I3", "a count goes back")
            try require(
                !old.state.isFinal || old.completion == new.completion && old.epoch == new.epoch,
                "I4", "a unit that has ended is changed")
        }
        let (old, new) = (before.jobs[0].state, after.jobs[0].state)
        if old != new {
            changes += 1
            try require(!old.isFinal, "I4", "a job that has ended goes on as \(new)")
        }
        try require(
            after.eventCount - before.eventCount == changes, "I10",
            "\(changes) changes have \(after.eventCount - before.eventCount) events")
    }
}
