package import Ledger
import TranscodeModel

/// Two ledgers that are asked the same things, in the same order and at the same times, must give the same answers and
/// hold the same rows.
package struct LedgerDuel {
    /// The first difference.
    package struct Difference: Error, Hashable, CustomStringConvertible {
        package var step: Int
        package var subject: String
        package var first: String
        package var second: String

        package var description: String {
            "step \(step), \(subject):\n  first:  \(first)\n  second: \(second)"
        }
    }

    private let first: any Ledger
    private let second: any Ledger
    /// Moves the clock that both ledgers read.
    private let passTime: (Int64) -> Void
    private var history: DuelHistory
    private var step = 0
    private var lastEvent: Int64 = 0

    package init(
        _ first: any Ledger, _ second: any Ledger, seed: UInt64,
        passTime: @escaping (Int64) -> Void
    ) {
        self.first = first
        self.second = second
        self.passTime = passTime
        history = DuelHistory(seed: seed)
    }

    /// Nil when no step showed a difference.
    package mutating func run(steps: Int) -> Difference? {
        do {
            while step < steps {
                step += 1
                try act()
                try compareEvents()
                if step % 25 == 0 || step == steps { try compareAll() }
            }
            return nil
        } catch { return error }
    }

    private mutating func act() throws(Difference) {
        switch history.generator.number(0...99) {
        case 0..<8: try enqueue()
        case 8..<30: try survey()
        case 30..<42: passTime(Int64(history.generator.number(0...1500)))
        case 42: passTime(-Int64(history.generator.number(0...500)))
        case 43..<45:
            guard let job = history.generator.element(history.jobs) else { return }
            try compare("cancel", in: [job]) { ledger in
                try ledger.cancel(job, reason: "enough")
            }
        case 45:
            guard let job = history.generator.element(history.jobs) else { return }
            try compare("supersede", in: [job]) { ledger in
                try ledger.supersede(job)
                return true
            }
        case 46..<49: try setTenant()
        default: try perform()
        }
    }

    private mutating func enqueue() throws(Difference) {
        let submissions = (0..<history.generator.number(1...3)).map { _ in
            let submission = history.generator.submission(history.submitted.count + 1)
            history.submitted[submission.id] = submission
            return submission
        }
        try compare("enqueue", in: submissions.map(\.id)) { ledger in
            try ledger.enqueue(submissions)
        }
        history.jobs += submissions.map(\.id)
    }

    private mutating func survey() throws(Difference) {
        let some = Set(history.jobs.filter { _ in history.generator.chance(30) })
        let request = SurveyRequest(
            node: history.generator.element(history.nodes) ?? NodeID("n1"),
            jobs: history.generator.chance(25) ? some : nil,
            candidatesMaximum: history.generator.number(0...12),
            stragglersMaximum: history.generator.number(0...4))
        let found = try compare("survey \(request)") { ledger in
            RoundedSurvey(try ledger.survey(request))
        }
        if let found, !found.survey.candidates.isEmpty {
            history.candidates = found.survey.candidates
        }
    }

    private mutating func setTenant() throws(Difference) {
        guard let tenant = history.generator.element(DuelGenerator.tenants) else { return }
        let weight = history.generator.chance(50) ? Double(history.generator.number(0...4)) : nil
        let cap: Int?? =
            switch history.generator.number(0...2) {
            case 0: .some(history.generator.number(0...4))
            case 1: .some(nil)
            default: nil
            }
        try compare("setTenant \(tenant)") { ledger in
            try ledger.setTenant(tenant, weight: weight, cap: cap)
            return true
        }
    }

    private mutating func perform() throws(Difference) {
        let operations = history.operations()
        guard !operations.isEmpty else { return }
        let answers = try compare("perform \(operations)", in: operations.flatMap(\.jobs)) {
            try $0.perform(operations)
        }
        if let answers { history.learn(operations, answers) }
    }

    // Comparing

    /// Asks both; compares the answers, or the codes of the failures, and the rows of the jobs concerned.
    @discardableResult
    private func compare<Value: Equatable>(
        _ subject: String, in jobs: [JobID] = [], _ ask: (any Ledger) throws -> Value
    ) throws(Difference) -> Value? {
        let (left, right) = (outcome(ask, first), outcome(ask, second))
        if left.failure != right.failure || left.value != right.value {
            throw Difference(
                step: step, subject: subject, first: "\(left)", second: "\(right)")
        }
        for job in Set(jobs).sorted(by: { $0.text < $1.text }) { try compareRows(job) }
        return left.value
    }

    private func outcome<Value>(
        _ ask: (any Ledger) throws -> Value, _ ledger: any Ledger
    ) -> (value: Value?, failure: LedgerFailure.Code?) {
        do {
            return (try ask(ledger), nil)
        } catch { return (nil, (error as? LedgerFailure)?.code ?? .corrupt) }
    }

    private func compareRows(_ job: JobID) throws(Difference) {
        try compare("job \(job)") { ledger in try ledger.job(job) }
        let left = outcome({ ledger in try ledger.units(ofJob: job) }, first)
        let right = outcome({ ledger in try ledger.units(ofJob: job) }, second)
        for (left, right) in zip(left.value ?? [], right.value ?? []) where left != right {
            throw Difference(
                step: step, subject: "unit \(job).\(left.position)", first: "\(left)",
                second: "\(right)")
        }
        try compare("units of \(job)") { ledger in try ledger.units(ofJob: job).count }
    }

    private mutating func compareEvents() throws(Difference) {
        let after = lastEvent
        let events = try compare("events") { ledger in
            try ledger.events(ofJob: nil, after: after, limit: 1000).map { event in
                var event = event
                event.hash = Digest.uncompared
                return event
            }
        }
        lastEvent = events?.last?.sequence ?? lastEvent
        try compare("tenants") { ledger in try ledger.tenants().map { RoundedTenant($0) } }
        try compare("leases") { ledger in Set(try ledger.liveLeases()) }
    }

    private func compareAll() throws(Difference) {
        for job in history.jobs {
            try compareRows(job)
            try compare("artifacts of \(job)") { ledger in try ledger.artifacts(ofJob: job) }
            try compare("plan of \(job)") { ledger in try ledger.plan(ofJob: job) }
        }
        try compare("breakers") { ledger in try ledger.breakers() }
        try compare("nodes") { ledger in try ledger.nodes() }
        try compare("jobs") { ledger in try ledger.jobs(JobQuery(limit: 1000)).map(\.id) }
        try compare("counts") { ledger in try ledger.jobCounts().filter { $0.value > 0 } }
        try compare("findings") { ledger in try ledger.audit().findings }
        for node in history.nodes {
            try compare("leases of \(node)") { ledger in Set(try ledger.leases(ofNode: node)) }
        }
        for lease in history.leases.suffix(5) {
            try compare("artifact") { ledger in
                try ledger.artifact(content: lease.content, tenant: lease.tenant)
            }
            try compare("assignment") { ledger in try ledger.assignment(lease.token) }
        }
    }
}
