import ArtifactStore
import Foundation
import Ledger
import Logging
import Scheduler
import TranscodeModel

/// The units that a node runs, and when it last looked after them.
struct Crew {
    private struct Member {
        var lease: Lease
        var task: Task<UnitRun.Ending, any Error>
        var start: UInt64
        /// Give the lease back once the work has stopped.
        var isHandedBack = false
    }

    private let node: Node
    private let identity: NodeID
    private var members: [UnitID: Member] = [:]
    private var lastCare: UInt64 = 0
    private var lastRenewal = DispatchTime.now().uptimeNanoseconds
    private var drainStart: UInt64?

    /// How often dead nodes and late leases are looked for.
    private static let careInterval: UInt64 = 1_000_000_000

    init(node: Node, identity: NodeID) {
        self.node = node
        self.identity = identity
    }

    var isEmpty: Bool { members.isEmpty }

    /// All that is due now: taking back, renewing, stopping, leasing.
    mutating func care(_ group: inout ThrowingTaskGroup<NodeEvent, any Error>) throws {
        let now = DispatchTime.now().uptimeNanoseconds
        if now - lastCare >= Crew.careInterval {
            lastCare = now
            try node.takeBackFromTheDead()
            _ = try node.ledger.expireLeases()
        }
        let renewal = UInt64(node.options.renewMilliseconds) * 1_000_000
        if now - lastRenewal >= renewal, !members.isEmpty {
            lastRenewal = now
            try renew()
        }
        switch node.shutdown.level {
        case .none: try leaseMore(&group)
        case .drain: drain(now)
        case .stop: for unit in members.keys { handBack(unit) }
        }
    }

    private mutating func renew() throws {
        let held = members.values.map {
            HeldLease(
                unit: $0.lease.unit, epoch: $0.lease.epoch,
                progress: node.board.done($0.lease.unit) ?? 0)
        }
        let kept = try node.log.effect("renew") { () throws(LedgerFailure) in
            try node.ledger.renew(
                held, node: identity, durationMilliseconds: node.options.leaseMilliseconds)
        }
        for (unit, member) in members where !kept.contains(unit) && !member.isHandedBack {
            node.logger.notice("lost a lease", metadata: ["unit": "\(unit)"])
            member.task.cancel()
        }
    }

    /// Lets units end that are predicted to be short; the rest is handed back at once, and after the
    /// time for draining so is everything.
    private mutating func drain(_ now: UInt64) {
        let start = drainStart ?? now
        drainStart = start
        let isOver = Double(now - start) / 1e9 > node.options.drainSeconds
        for (unit, member) in members {
            let worked = Double(now - member.start) / 1e9
            if isOver || member.lease.estimate.cpuSeconds - worked > node.options.drainSeconds {
                handBack(unit)
            }
        }
    }

    private mutating func handBack(_ unit: UnitID) {
        guard members[unit]?.isHandedBack == false else { return }
        members[unit]?.isHandedBack = true
        members[unit]?.task.cancel()
    }

    private mutating func leaseMore(
        _ group: inout ThrowingTaskGroup<NodeEvent, any Error>
    ) throws {
        guard members.count < node.options.workers else { return }
        let candidates = try node.ledger.candidates(
            limit: 64 * node.options.workers, jobs: node.options.jobs)
        guard !candidates.isEmpty else { return }
        let running = members.values.map(\.lease.estimate)
        let capacity = try running.reduce(
            Capacity(
                workers: node.options.workers, memoryBytes: node.options.memoryBytes,
                scratchBytes: node.store.freeBytes())
        ) { $0.less($1) }
        var generator = SystemRandomNumberGenerator()
        let choices = LeaseChoice().choose(
            from: candidates.map(Candidate.init), capacity: capacity, isIdle: members.isEmpty,
            using: &generator)
        let epochs = Dictionary(uniqueKeysWithValues: candidates.map { ($0.unit, $0.epoch) })
        let picks = choices.compactMap { choice in
            epochs[choice.unit].map { LeasePick(unit: choice.unit, epoch: $0) }
        }
        guard !picks.isEmpty else { return }
        let leases = try node.log.effect("lease") { () throws(LedgerFailure) in
            try node.ledger.lease(
                picks, node: identity, durationMilliseconds: node.options.leaseMilliseconds)
        }
        for lease in leases { start(lease, &group) }
    }

    private mutating func start(
        _ lease: Lease, _ group: inout ThrowingTaskGroup<NodeEvent, any Error>
    ) {
        node.logger.debug(
            "leased", metadata: ["unit": "\(lease.unit)", "kind": "\(lease.kind.rawValue)"])
        let run = UnitRun(
            context: UnitContext(
                lease: lease, ledger: node.ledger, store: node.store,
                workerExecutable: node.options.workerExecutable, board: node.board, log: node.log),
            rule: RetryRule())
        // A task of its own, so that one unit can be cancelled; the group awaits it.
        let task = Task { try await run.run() }
        members[lease.unit] = Member(
            lease: lease, task: task, start: DispatchTime.now().uptimeNanoseconds)
        group.addTask {
            try await withTaskCancellationHandler {
                .ended(lease.unit, try await task.value)
            } onCancel: {
                task.cancel()
            }
        }
    }

    /// Notes the end of a unit.
    mutating func dismiss(_ unit: UnitID, _ ending: UnitRun.Ending) throws {
        guard let member = members.removeValue(forKey: unit) else { return }
        node.board.forget(unit)
        switch ending {
        case .committed(let state):
            node.logger.log(
                level: state == .ready ? .notice : .debug,
                state == .ready ? "published" : "committed",
                metadata: ["unit": "\(unit)", "job": "\(state.rawValue)"])
        case .failed(let failure, let delay):
            node.logger.warning(
                "a unit failed and is tried again",
                metadata: [
                    "unit": "\(unit)", "kind": "\(member.lease.kind.rawValue)",
                    "attempt": "\(member.lease.attempt)", "after_ms": "\(delay)",
                    "reason": "\(failure.message)",
                ])
        case .gaveUp(let failure):
            node.logger.notice(
                "a job failed",
                metadata: [
                    "unit": "\(unit)", "code": "\(failure.code.rawValue)",
                    "reason": "\(failure.message)",
                ])
        case .stopped:
            if member.isHandedBack {
                _ = try node.ledger.handBack(member.lease, reason: "the node stops")
            }
        }
    }
}

extension Candidate {
    init(_ candidate: LedgerCandidate) {
        self.init(
            unit: candidate.unit, tenant: candidate.tenant, jobClass: candidate.jobClass,
            priority: candidate.priority, jobCreatedMilliseconds: candidate.jobCreatedMilliseconds,
            tenantWeight: candidate.tenantWeight, tenantVirtualTime: candidate.tenantVirtualTime,
            tenantCap: candidate.tenantCap, tenantLeased: candidate.tenantLeased,
            estimate: candidate.estimate,
            remainingCriticalSeconds: candidate.remainingCriticalSeconds)
    }
}
