import Ledger
import TranscodeModel

extension SmallWorld {
    /// Everything that may happen next. While a node has an answer to hear, the others stand still: what it hears
    /// changes nothing for them, so that their steps before it lead where their steps after it lead.
    var moves: [Move] {
        var moves: [Move] = []
        let moving = seats.firstIndex { !$0.answers.isEmpty }.map { [$0] } ?? Array(seats.indices)
        for index in moving where !seats[index].isEnded {
            let seat = seats[index]
            if let request = seat.requests.first {
                moves.append(.perform(seat: index, knowsDeaths: false))
                if case .survey = request {
                    if !crashed.isEmpty { moves.append(.perform(seat: index, knowsDeaths: true)) }
                }
            }
            if !seat.answers.isEmpty { moves.append(.deliver(seat: index)) }
            for attempt in seat.running {
                let ends: [SeatAttemptEnd] = attempt.isStopping ? [.made, .stopped] : [.made]
                moves += ends.map { .finish(seat: index, attempt.token, $0) }
            }
            // A shell whose ledger does not answer is not asked for more and more.
            if seat.waiting < configuration.waitingMaximum { moves.append(.tick(seat: index)) }
        }
        let isPause = isLeaseInGoodHandsRunningOut
        if !isPause { moves.append(.pass) }
        if faultsLeft > 0 {
            moves += faults(moving)
            if isPause { moves.append(.pause) }
        }
        return moves
    }

    private func faults(_ moving: [Int]) -> [Move] {
        var moves: [Move] = []
        for index in moving where !seats[index].isEnded {
            let seat = seats[index]
            moves.append(.crash(seat: index))
            if let request = seat.requests.first {
                moves.append(.lose(seat: index, tookEffect: false))
                if case .ask = request { moves.append(.lose(seat: index, tookEffect: true)) }
            }
            for attempt in seat.running where !attempt.isStopping {
                moves += [.crashed, .transient, .permanent].map {
                    .finish(seat: index, attempt.token, $0)
                }
            }
        }
        return moves
    }

    /// Whether a step of time would cost a node a lease that it has, and would have renewed: a node that has nothing
    /// left to do is one whose renewal failed, which was a fault of its own.
    private var isLeaseInGoodHandsRunningOut: Bool {
        let soon = now...(now + Self.stepMilliseconds - 1)
        return units.contains { row in
            [row.holder, row.rival].contains { hold in
                guard let hold, soon.contains(hold.until) else { return false }
                return seats.contains { seat in
                    !seat.isEnded && seat.node == hold.node
                        && seat.leases.contains {
                            $0.token.epoch == row.epoch && $0.token.attempt == hold.attempt
                        } && seat.isBusy(now: now)
                }
            }
        }
    }
}
