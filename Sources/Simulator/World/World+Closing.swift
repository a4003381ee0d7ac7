import Ledger
import Scheduler
import TranscodeModel

// Uploads come, and the world comes to its end.
extension World {
    func submit(_ upload: Upload) throws {
        uploadsLeft -= 1
        if try oracle.enqueue(upload, repetition: 0) {
            tally.jobs += 1
            note(
                "client",
                "submits u\(upload.number) (\(upload.shape.name), "
                    + "\(upload.jobClass.rawValue), \(scenario.tenants[upload.tenant].id))")
        }
        if upload.isRepeated, try oracle.enqueue(upload, repetition: 1) {
            throw Violation("I15", "upload \(upload.number) was accepted twice")
        }
        announce()
    }

    /// Once every job has ended, the nodes are asked to end too.
    func closeIfDone() throws {
        if oracle.model.unfinished > 0 || uploadsLeft > 0 {
            guard now > deadline else { return }
            throw Violation("I5", "\(unfinishedJobs()) did not end in time")
        }
        isClosing = true
        try makeSafe()
        note("world", "every job has ended; the nodes are asked to end")
        for slot in slots { try feed(slot, .shutdown(.drain)) }
    }

    private func unfinishedJobs() -> String {
        oracle.model.jobs.compactMap { $0 }.filter { !$0.state.isFinal }.map { job in
            let units = job.units.enumerated().filter { !$0.element.state.isFinal }
            return "u\(job.upload.number) ("
                + units.map { "\($0.offset) \($0.element.state.rawValue)" }.joined(separator: ", ")
                + ")"
        }.joined(separator: ", ")
    }

    /// Nothing happens any more: what is left must be what was promised.
    func conclude() throws {
        if let slot = slots.first(where: { $0.isUp }) {
            throw Violation("I5", "node \(slot.name) was asked to end, and did not")
        }
        for case let job? in oracle.model.jobs {
            try oracle.compareRows(job.upload.number)
            for (position, unit) in job.units.enumerated() where unit.state == .done {
                guard store.isDurable(StoreModel.key(job.upload.number, position)) else {
                    throw Violation(
                        "I2", "unit \(job.id).\(position) is done, and its bytes are gone")
                }
            }
            switch job.state {
            case .ready: tally.jobsReady += 1
            case .failed: tally.jobsFailed += 1
            case .cancelled: tally.jobsCancelled += 1
            case .planning, .running: throw Violation("I5", "job \(job.id) did not end")
            }
        }
        guard try oracle.ledger.liveLeases().isEmpty else {
            throw Violation("I5", "every job has ended, and there are leases")
        }
        try oracle.conclude()
        tally.histories = 1
        tally.units = oracle.model.unitsDone
        tally.attempts = oracle.model.attempts
        tally.virtualMilliseconds = now
    }
}
