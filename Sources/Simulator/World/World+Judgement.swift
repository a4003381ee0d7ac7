import Ledger
import Scheduler
import TranscodeModel

// What must be true of what the ledger has just done, whoever asked for it.
extension World {
    func judge(
        _ operations: [LedgerOperation], _ answers: [LedgerAnswer], _ message: Message
    ) throws(Violation) {
        for (operation, answer) in zip(operations, answers) {
            switch (operation, answer) {
            case (.complete(let completion), .completed(.committed(let state))):
                try judge(completion, state)
            case (.release(let lost), .released(let outcome)) where outcome != .fenced:
                try judge(lost, outcome, by: message)
            default: break
            }
        }
    }

    /// A node that knows that its disk is full begins nothing on it, but what ends a job.
    func judge(_ operations: [LedgerOperation], askedBy slot: NodeSlot) throws(Violation) {
        guard slot.toldDisk?.freeBytes == 0 else { return }
        for operation in operations {
            switch operation {
            case .lease(let picks, _, _):
                let ends: Set<UnitKind> = [.stitch, .preview, .package, .verify, .publish]
                for pick in picks {
                    let units = scenario.uploads[Upload.number(of: pick.unit.job)].shape.units
                    let kind =
                        pick.unit.position == 0 ? .probe : units[pick.unit.position - 1].work.kind
                    guard ends.contains(kind) else {
                        throw Violation(
                            "I17",
                            "\(slot.name) begins \(LedgerText.unit(pick.unit)) on a full disk")
                    }
                }
            case .hedge(let token, _, _, _):
                throw Violation(
                    "I17", "\(slot.name) hedges \(LedgerText.token(token)) on a full disk")
            default: break
            }
        }
    }

    private func judge(_ completion: Completion, _ state: JobState) throws(Violation) {
        let unit = completion.token.unit
        let upload = Upload.number(of: unit.job)
        guard store.isDurable(StoreModel.key(upload, unit.position)) else {
            throw Violation(
                "I2",
                "\(LedgerText.token(completion.token)) is committed, and its bytes are not durable")
        }
        guard completion.artifact.digest == digest(7, UInt64(upload), UInt64(unit.position)) else {
            throw Violation("I16", "\(LedgerText.unit(unit)) is committed with other bytes")
        }
        if state == .ready, !store.published.contains(upload) {
            throw Violation("I6", "job \(unit.job) is ready, and its output is not there")
        }
    }

    private func judge(
        _ lost: Release, _ outcome: ReleaseOutcome, by message: Message
    ) throws(Violation) {
        switch lost.ground {
        case .holder: break
        case .nodeDied(let node):
            guard !isAlive(node) else {
                throw Violation(
                    "I3", "\(LedgerText.token(lost.token)) was taken from \(node), which lives")
            }
        case .overdue:
            guard scenario.faults.contains(where: { $0.kind.disturbsLeases }) else {
                throw Violation("I5", "\(LedgerText.token(lost.token)) was overdue for no reason")
            }
        }
        if outcome == .released(.ready), lost.failure?.category == .permanent {
            throw Violation(
                "I5", "\(LedgerText.token(lost.token)) failed for good, and is tried again")
        }
        if case .released(.dead) = outcome { try judgeDeath(lost) }
    }

    /// A job fails only for what really happened to it.
    private func judgeDeath(_ lost: Release) throws(Violation) {
        let unit = lost.token.unit
        guard let (number, position) = oracle.model.place(unit),
            let job = oracle.model.jobs[number], let failure = job.failure
        else { throw Violation("I5", "unit \(unit) is dead, and its job has no failure") }
        note("ledger", "job of u\(number) fails", "\(failure.code.rawValue): \(failure.message)")
        let failures = reasons.failures(number, position)
        let row = job.units[position]
        switch failure.category {
        case .permanent:
            guard failures.values.contains(failure) else {
                throw Violation(
                    "I5", "job \(unit.job) failed for good, and nothing was wrong with it")
            }
        case _ where failure.code == .quarantined:
            guard failures.values.count(where: { $0.category == .crashed }) >= 3 else {
                throw Violation("I5", "unit \(unit) is quarantined for \(failures.count) crashes")
            }
        default:
            // Each attempt failed, was lost with its node, or was a hedge.
            guard row.attempt >= row.attemptsMaximum,
                failures.count == row.attempt
                    || scenario.faults.contains(where: { $0.kind.disturbsLeases })
                    || tally.hedged > 0
            else {
                throw Violation(
                    "I11",
                    "unit \(unit) is dead after \(row.attempt) of \(row.attemptsMaximum) attempts, of "
                        + "which \(failures.count) failed")
            }
        }
    }
}
