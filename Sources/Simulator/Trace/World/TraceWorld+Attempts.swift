import Ledger
import Scheduler
import TranscodeModel

// Workers.
extension TraceWorld {
    /// What an attempt at a unit comes to. It depends on the upload, the unit and the attempt alone, so that the same
    /// work costs the same on any fleet.
    func outcome(
        _ upload: Int, _ position: Int, attempt: Int
    ) -> (milliseconds: Int64, cpuSeconds: Double, slowness: Double, failure: Failure?) {
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
        let milliseconds =
            Double(load.overheadMilliseconds(shape.kind(position))) + seconds * 1000 * part
        return (
            max(1, Int64((milliseconds * slowness).rounded())), seconds * part, slowness, failure
        )
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
        let attempt = TraceAttempt(
            lease, node: node, upload: number, startedAt: now, milliseconds: plan.milliseconds,
            cpuSeconds: plan.cpuSeconds, slowness: plan.slowness, failure: plan.failure)
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
        queue.add(.stopped(token, node, incarnation: node.incarnation), at: now + 5)
    }

    /// A worker is free again.
    private func leave(_ attempt: TraceAttempt) {
        attempt.isEnded = true
        attempt.node.attempts[attempt.lease.token] = nil
        setRoomy(attempt.node)
        tally.occupy(attempt.startedAt, now)
        if attempt.lease.isHedge { tally.doubledSeconds += attempt.workDone(by: now) }
    }

    func end(_ attempt: TraceAttempt) throws {
        guard !attempt.isEnded else { return }
        leave(attempt)
        let lease = attempt.lease
        if let failure = attempt.failure {
            tally.wastedSeconds += attempt.cpuSeconds
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
