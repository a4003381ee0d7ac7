import Ledger
import Scheduler
import TranscodeModel

extension SmallWorld {
    /// Equal for states from which the same can happen: times count by what they are still to bring, what only people
    /// read does not count, and two nodes that change places change nothing.
    var fingerprint: Fingerprint {
        let straight = print(Array(seats.indices), swaps: false)
        return seats.count == 2 ? min(straight, print([1, 0], swaps: true)) : straight
    }

    private func print(_ order: [Int], swaps: Bool) -> Fingerprint {
        var print = Fingerprint(swapsNodes: swaps)
        print.combine(faultsLeft)
        print.combine(hasPermanentFailure)
        for row in units { combine(row, into: &print) }
        for node in crashed { print.combine(node) }
        print.combine(-1 as Int64)
        for node in ledger.liveNodes.map({ print.number($0.id) }).sorted() { print.combine(node) }
        print.combine(-2 as Int64)
        for index in order { combine(seats[index], into: &print) }
        return print
    }

    private func combine(_ row: UnitRow, into print: inout Fingerprint) {
        print.combine(Int64(row.state.hashIndex))
        print.combine(row.epoch)
        print.combine(row.attempt)
        print.combine(row.attemptsMaximum)
        print.combine(row.unmet)
        print.combine(row.crashes)
        print.combine(row.isSplit)
        print.combine(row.completion?.attempt ?? 0)
        if row.state == .ready { print.combine(row.runAt <= now) }
        for hold in [row.holder, row.rival] {
            guard let hold else { continue }
            print.combine(hold.attempt)
            print.combine(hold.node)
            print.combine(max(hold.until - now, -1))
        }
        if configuration.hedges, row.state == .leased, let started = row.startedAt {
            print.combine(min(now - started, 2 * Self.stepMilliseconds))
        }
    }

    private func combine(_ seat: Seat, into print: inout Fingerprint) {
        print.combine(seat.generation)
        print.combine(seat.isEnded)
        if seat.isEnded { return }
        seat.core.combine(into: &print, now: now)
        print.combine(seat.requests.count)
        for request in seat.requests {
            switch request {
            case .survey(let wanted):
                print.combine(wanted.candidatesMaximum)
                print.combine(wanted.stragglersMaximum)
            case .ask(let operations):
                print.combine(operations.count)
                for operation in operations { print.combine(operation) }
            }
        }
        print.combine(seat.answers.count)
        for answer in seat.answers { combine(answer, into: &print) }
        print.combine(seat.running.count)
        for attempt in seat.running {
            print.combine(attempt.token)
            print.combine(attempt.isStopping)
        }
    }

    private func combine(_ event: NodeEvent, into print: inout Fingerprint) {
        switch event {
        case .surveyed(let survey, let dead, let lost, _):
            print.combine(1 as Int64)
            combine(survey, into: &print)
            for node in dead { print.combine(node) }
            for sighting in lost { combine(sighting, into: &print) }
        case .surveyFailed: print.combine(2 as Int64)
        case .answered(let operations, let answers):
            print.combine(3 as Int64)
            for operation in operations { print.combine(operation) }
            for answer in answers { combine(answer, into: &print) }
        case .askFailed(let operations, _):
            print.combine(4 as Int64)
            for operation in operations { print.combine(operation) }
        case .started, .tick, .changed, .finished, .shutdown: print.combine(5 as Int64)
        }
    }

    private func combine(_ survey: LedgerSurvey, into print: inout Fingerprint) {
        print.combine(survey.candidates.count)
        for candidate in survey.candidates {
            print.combine(candidate.unit.position)
            print.combine(candidate.epoch)
        }
        print.combine(survey.overdue.count)
        for sighting in survey.overdue { combine(sighting, into: &print) }
        print.combine(survey.own.count)
        for token in survey.own { print.combine(token) }
        print.combine(survey.stragglers.count)
        for straggler in survey.stragglers {
            print.combine(straggler.token)
            print.combine(min(straggler.elapsedMilliseconds, 2 * Self.stepMilliseconds))
        }
        if configuration.overtakes {
            print.combine(survey.shared.count)
            for shared in survey.shared {
                print.combine(shared.own.token)
                print.combine(shared.other.attempt)
            }
        }
        print.combine(survey.unfinishedJobs)
    }

    private func combine(_ sighting: LeaseSighting, into print: inout Fingerprint) {
        print.combine(sighting.token)
        print.combine(sighting.node)
        print.combine(sighting.hasRival)
    }

    private func combine(_ answer: LedgerAnswer, into print: inout Fingerprint) {
        switch answer {
        case .noted: print.combine(1 as Int64)
        case .leased(let leases):
            print.combine(leases.count)
            for lease in leases { print.combine(lease) }
        case .renewed(let kept):
            print.combine(kept.count)
            for token in kept.sorted(by: { $0.unit.position < $1.unit.position }) {
                print.combine(token)
            }
        case .completed(let outcome):
            switch outcome {
            case .committed(let state): print.combine(state.isFinal)
            case .fenced: print.combine(10 as Int64)
            case .alreadyDone: print.combine(11 as Int64)
            case .condemned: print.combine(12 as Int64)
            }
        case .released(let outcome):
            switch outcome {
            case .released(let state): print.combine(state == .ready)
            case .rivalGoesOn: print.combine(10 as Int64)
            case .fenced: print.combine(11 as Int64)
            }
        case .breakerSet(let isSet): print.combine(isSet)
        }
    }
}

extension UnitState {
    fileprivate var hashIndex: Int {
        switch self {
        case .blocked: 0
        case .ready: 1
        case .leased: 2
        case .done: 3
        case .dead: 4
        case .cancelled: 5
        }
    }
}
