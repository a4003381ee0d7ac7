import Ledger
import TranscodeModel

/// Stands between the world and the ledger: performs what is asked, and compares every answer and every touched row
/// with the reference model, and with a second driver where there is one.
final class Oracle {
    let ledger: any Ledger
    /// The in-memory ledger when it is the only one, so that rows can be looked at without a copy.
    private let memory: MemoryLedger?
    /// The reference driver beside another one.
    private let mirror: MemoryLedger?
    var model: ReferenceModel
    /// By upload: its job's place in the in-memory ledger.
    private var places: [Int]
    private var created = 0
    /// Surveys that were checked.
    var surveys = 0
    private let clock: WorldClock

    init(_ scenario: Scenario, clock: WorldClock, ledger: any Ledger, mirror: MemoryLedger?) {
        self.ledger = ledger
        self.mirror = mirror
        self.clock = clock
        memory = ledger as? MemoryLedger
        model = ReferenceModel(scenario)
        places = Array(repeating: -1, count: model.jobs.count)
    }

    func start(_ tenants: [SimulatedTenant]) throws {
        for tenant in tenants {
            try ledger.setTenant(tenant.id, weight: tenant.weight, cap: .some(tenant.cap))
            try mirror?.setTenant(tenant.id, weight: tenant.weight, cap: .some(tenant.cap))
        }
    }

    /// Whether it made a job.
    func enqueue(_ upload: Upload, repetition: Int) throws -> Bool {
        let submission = upload.submission(
            tenant: model.tenants[upload.tenant].id, attemptsMaximum: model.attemptsMaximum,
            repetition: repetition)
        let isNew = model.enqueue(upload, as: submission.id, now: clock.ledgerMilliseconds)
        let answers = try ledger.enqueue([submission])
        if let mirror { try require(try mirror.enqueue([submission]) == answers, "enqueue") }
        switch answers.first {
        case .created(let id) where isNew && id == submission.id:
            places[upload.number] = created
            created += 1
        case .existing(let record) where !isNew && record.id == model.jobs[upload.number]?.id: break
        default:
            throw Violation(
                "I15", "enqueue of upload \(upload.number) answered \(answers), new: \(isNew)")
        }
        try compareRows(upload.number)
        return isNew
    }

    func cancel(_ number: Int) throws -> Bool {
        let id = Upload.job(number)
        let expected = model.cancel(number, now: clock.ledgerMilliseconds)
        let answer = try ledger.cancel(id, reason: "somebody asked")
        if let mirror {
            try require(try mirror.cancel(id, reason: "somebody asked") == answer, "cancel")
        }
        guard answer == expected else {
            throw Violation("model", "cancel of \(id) answered \(answer), not \(expected)")
        }
        try compareRows(number)
        return answer
    }

    func perform(_ operations: [LedgerOperation]) throws -> [LedgerAnswer] {
        let answers = try ledger.perform(operations)
        if let mirror {
            let other = try mirror.perform(operations)
            try require(other == answers, "perform \(operations): \(answers) and \(other)")
        }
        guard answers.count == operations.count else {
            throw Violation("model", "\(answers.count) answers to \(operations.count) operations")
        }
        let now = clock.ledgerMilliseconds
        for (operation, answer) in zip(operations, answers) {
            let expected = model.predict(operation, now: now)
            guard answer == expected else {
                throw Violation(
                    Oracle.invariant(of: operation),
                    "\(LedgerText.operation(operation)) was answered \(LedgerText.answer(answer)), "
                        + "and should have been \(LedgerText.answer(expected))")
            }
        }
        for operation in operations { try compareRows(operation) }
        return answers
    }

    func survey(_ request: SurveyRequest) throws -> LedgerSurvey {
        let survey = try ledger.survey(request)
        if let mirror {
            let other = try mirror.survey(request)
            try require(other == survey, "survey: \(survey) and \(other)")
        }
        try check(survey, request)
        return survey
    }

    /// Which invariant is broken when the answer to such a request is wrong.
    private static func invariant(of operation: LedgerOperation) -> String {
        switch operation {
        case .complete: "I3"
        case .lease, .hedge: "I11/I17"
        case .renew, .release: "I3"
        case .register, .retire, .setBreaker: "model"
        }
    }

    private func require(_ isSame: Bool, _ what: String) throws(Violation) {
        if !isSame { throw Violation("drivers", "the drivers differ: \(what)") }
    }

    private func compareRows(_ operation: LedgerOperation) throws {
        switch operation {
        case .lease(let picks, _, _):
            var last = -1
            for pick in picks {
                let number = Upload.number(of: pick.unit.job)
                if number != last { try compareRows(number) }
                last = number
            }
        case .hedge(let token, _, _, _): try compareRows(Upload.number(of: token.unit.job))
        case .renew(let held, _):
            var last = -1
            for lease in held {
                let number = Upload.number(of: lease.token.unit.job)
                if number != last { try compareRows(number) }
                last = number
            }
        case .complete(let completion):
            try compareRows(Upload.number(of: completion.token.unit.job))
        case .release(let lost): try compareRows(Upload.number(of: lost.token.unit.job))
        case .register, .retire, .setBreaker: break
        }
    }

    /// All rows of a job say what the model expects.
    func compareRows(_ number: Int) throws {
        guard model.jobs.indices.contains(number), let job = model.jobs[number] else { return }
        if let memory { try compare(job, in: memory, number) }
        if let mirror { try compare(job, in: mirror, number) }
        guard memory == nil else { return }
        let records = try ledger.units(ofJob: job.id)
        guard records.count == job.units.count, let record = try ledger.job(job.id),
            record.state == job.state, record.unitsDone == job.unitsDone,
            record.failure == job.failure, record.failedUnit == job.failedUnit
        else { throw Violation("I4", "job \(job.id) is not what the model expects") }
        for (position, unit) in job.units.enumerated() {
            if let difference = RowComparison.difference(unit, records[position]) {
                throw Violation("I4", "unit \(job.id).\(position): \(difference)")
            }
        }
    }

    private func compare(_ job: ModelJob, in memory: MemoryLedger, _ number: Int) throws {
        let place = places[number]
        let difference: String? = memory.read { state in
            guard state.jobs[place].state == job.state,
                state.jobs[place].unitsDone == job.unitsDone,
                state.jobs[place].units.count == job.units.count,
                state.jobs[place].failure == job.failure
            else { return "job \(job.id) is \(state.jobs[place].state), the model \(job.state)" }
            let rows = state.jobs[place].units
            for position in job.units.indices {
                if let difference = RowComparison.difference(position, job.units, rows) {
                    return "unit \(job.id).\(position): \(difference)"
                }
            }
            return nil
        }
        if let difference { throw Violation("I4", difference) }
    }
}
