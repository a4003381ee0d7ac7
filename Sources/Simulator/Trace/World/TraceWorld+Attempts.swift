import Ledger
import Scheduler
import TranscodeModel

// Workers.
extension TraceWorld {
    /// What an attempt at a unit comes to. It depends on the upload, the unit and the attempt alone, so that the same
    /// work costs the same on any fleet.
    func outcome(
        _ upload: Int, _ position: Int, attempt: Int
    ) -> TraceOutcome {
        var chance = Chance(
            seed: load.seed,
            purpose: UInt64(1 << 42 + upload << 20 + position << 4 + min(attempt, 15)))
        let troubles = load.troubles
        let shape = load.shapes[load.uploads[upload].shape]
        let run = chance.logNormal(sigma: troubles.runSigma)
        let slowness = chance.happens(troubles.slowShare) ? troubles.slowFactor : 1
        var failure: Failure?
        if position == 0, load.uploads[upload].isUnusable {
            failure = Failure(.permanent, .undecodable, "nothing can be decoded")
        } else if chance.happens(troubles.transientShare) {
            failure = Failure(.transient, .ledgerUnreadable, "the ledger could not be read")
        } else if chance.happens(troubles.crashShare) {
            failure = Failure(.crashed, .workerKilled, "the worker was killed")
        }
        let seconds = shape.trueSeconds[position] * run
        let part = failure == nil ? 1 : chance.fraction()
        let start = Double(load.overheadMilliseconds(shape.kind(position)))
        let milliseconds = start + seconds * 1000 * part
        return TraceOutcome(
            milliseconds: max(1, Int64((milliseconds * slowness).rounded())),
            cpuSeconds: seconds * part,
            wholeMilliseconds: (start + seconds * 1000) * slowness,
            startMilliseconds: start * slowness, failure: failure)
    }

    func start(_ lease: Lease, _ node: TraceNode) throws {
        let number = Upload.number(of: lease.unit.job)
        // A lease may be granted and its job end before the node hears of either.
        if let job = jobs[number] {
            guard job.mayBegin(lease.unit.position) || job.isDone[lease.unit.position] else {
                throw Violation("I5", "unit \(lease.unit) begins before what it waits for is done")
            }
        }
        guard node.attempts.count < fleet.workersOfNode else {
            throw Violation("I17", "node \(node.identity.id) has more units than workers")
        }
        let plan = outcome(number, lease.unit.position, attempt: lease.token.attempt)
        let attempt = TraceAttempt(lease, node: node, upload: number, startedAt: now, plan)
        node.attempts[lease.token] = attempt
        tally.attempts += 1
        setRoomy(node)
        startTicking(node)
        queue.add(.ended(attempt), at: now + plan.milliseconds)
    }

    /// Kills a worker.
    func stop(_ token: LeaseToken, _ node: TraceNode) {
        guard let attempt = node.attempts[token] else { return }
        leave(attempt)
        tally.wastedSeconds += attempt.workDone(by: now)
        countDoubled(attempt)
        queue.add(.stopped(token, node, incarnation: node.incarnation), at: now + 5)
    }

    /// A worker is free again.
    private func leave(_ attempt: TraceAttempt) {
        attempt.isEnded = true
        attempt.node.attempts[attempt.lease.token] = nil
        setRoomy(attempt.node)
        tally.occupy(attempt.startedAt, now)
    }

    /// Its unit had two leases, and it was not this one that counted.
    func countDoubled(_ attempt: TraceAttempt) {
        guard shared.remove(attempt.lease.token) != nil else { return }
        tally.doubledSeconds += attempt.workDone(by: now)
        tally.doubledWorkerSeconds += Double(now - attempt.startedAt) / 1000
    }

    func end(_ attempt: TraceAttempt) throws {
        guard !attempt.isEnded else { return }
        leave(attempt)
        let lease = attempt.lease
        if let failure = attempt.failure {
            tally.wastedSeconds += attempt.cpuSeconds
            countDoubled(attempt)
            return try feed(attempt.node, .finished(lease.token, .failed(failure)))
        }
        let artifact = Artifact(
            digest: artifactDigest, byteCount: 1, pieces: [],
            usage: Usage(
                wallSeconds: Double(attempt.milliseconds) / 1000, cpuSeconds: attempt.cpuSeconds),
            warnings: [])
        let planned =
            lease.kind == .probe ? load.shapes[load.uploads[attempt.upload].shape].planned : nil
        try feed(attempt.node, .finished(lease.token, .made(artifact, planned)))
    }
}
