import Ledger
import Scheduler
import TranscodeModel

// What nodes ask of the ledger, and what the trace makes of the answers.
extension TraceWorld {
    func arrive(_ content: Content, _ node: TraceNode, _ incarnation: Int) throws {
        // What a dead process had asked takes effect, or is lost: here it is lost.
        guard node.incarnation == incarnation, node.isUp else { return }
        switch content {
        case .survey(let request): try look(request, node)
        case .asks(let asks):
            let operations = asks.flatMap { $0.map { withProgress($0, node) } }
            let watch = ledgerWatch.begin()
            let answers = try ledger.perform(operations)
            ledgerWatch.end(watch)
            tally.transactions += 1
            tally.count(answers.count, at: now)
            var left = answers[...]
            for ask in asks {
                let own = Array(left.prefix(ask.count))
                left = left.dropFirst(ask.count)
                for (operation, answer) in zip(ask, own) { try judge(operation, answer, node) }
                try feed(node, .answered(ask, own))
            }
        }
    }

    /// As the shell of a node does, when it performs.
    private func withProgress(_ operation: LedgerOperation, _ node: TraceNode) -> LedgerOperation {
        guard case .renew(let held, let duration) = operation else { return operation }
        return .renew(
            held.map {
                HeldLease(
                    token: $0.token, progress: 0, part: node.attempts[$0.token]?.part(by: now))
            }, durationMilliseconds: duration)
    }

    private func look(_ request: SurveyRequest, _ node: TraceNode) throws {
        let idle = node.isTicking ? nil : idleWatch.begin()
        defer { if !node.isTicking { idleWatch.end(idle) } }
        let watch = ledgerWatch.begin()
        let survey = try ledger.survey(request)
        var lost: [LeaseSighting] = []
        for id in node.dead { lost += try ledger.leases(ofNode: id) }
        ledgerWatch.end(watch)
        tally.surveys += 1
        tally.count(1, at: now)
        let disk = DiskSpace(freeBytes: 10_000_000_000_000, totalBytes: 20_000_000_000_000)
        try feed(node, .surveyed(survey, dead: node.dead, lost: lost, disk: disk))
    }

    private func judge(
        _ operation: LedgerOperation, _ answer: LedgerAnswer, _ node: TraceNode
    ) throws {
        switch (operation, answer) {
        case (.lease, .leased(let leases)):
            if firstLease == nil, !leases.isEmpty { firstLease = now }
        case (.hedge(let token, _, _, _), .leased(let leases)):
            for lease in leases { shared.formUnion([token, lease.token]) }
        case (.complete(let completion), .completed(.committed(let state))):
            shared.remove(completion.token)
            try commit(completion, state, node)
        case (.complete(let completion), .completed(.fenced)):
            let usage = completion.artifact.usage
            tally.wastedSeconds += usage.cpuSeconds
            if shared.remove(completion.token) != nil {
                tally.doubledSeconds += usage.cpuSeconds
                tally.doubledWorkerSeconds += usage.wallSeconds
            }
        case (.release(let release), .released(.released(.dead))):
            let number = Upload.number(of: release.token.unit.job)
            guard jobs.removeValue(forKey: number) != nil else {
                throw Violation("I5", "upload \(number) ended twice")
            }
            tally.jobsFailed += 1
        case (.release(let release), .released(.released(.ready))):
            if case .retry(let delay, _, _, _) = release.verdict, delay == 0 { announce(1) }
        case (.retire(let dead), _): node.dead.removeAll { $0 == dead }
        default: break
        }
    }

    /// A unit is committed: once, and after all that it waited for.
    private func commit(_ completion: Completion, _ state: JobState, _ node: TraceNode) throws {
        let unit = completion.token.unit
        let number = Upload.number(of: unit.job)
        guard let job = jobs[number], job.mayBegin(unit.position) else {
            throw Violation("I1", "unit \(unit) is committed twice, or too early")
        }
        let begun = job.finish(unit.position)
        let seconds = completion.artifact.usage.cpuSeconds
        job.neededSeconds += seconds
        tally.unitsDone += 1
        if job.shape.kind(unit.position) == .encode {
            tally.encodedSeconds += seconds
            let predicted = job.shape.estimate(unit.position).cpuSeconds
            if seconds > 0 { tally.predictionError += abs(predicted - seconds) / seconds }
            tally.predictions += 1
        }
        if unit.position == job.shape.firstPlayable { tally.playableAt[number] = now }
        guard state != .ready else {
            guard job.isComplete else {
                throw Violation("I6", "upload \(number) is ready before all of it is done")
            }
            tally.readyAt[number] = now
            tally.neededSeconds += job.neededSeconds
            jobs[number] = nil
            return
        }
        if begun > 0 { announce(begun, by: node) }
    }
}
