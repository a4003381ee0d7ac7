public import ArtifactStore
import Foundation
public import Ledger
public import Logging
import Scheduler
import TranscodeModel

/// A node: leases units that fit, performs them, and keeps their leases alive.
///
/// It may be killed at any moment. What it had committed stays; what it had leased is leased again
/// by the next node that looks.
public struct Node: Sendable {
    let ledger: any Ledger
    let store: any ArtifactStore
    let options: NodeOptions
    let board: ProgressBoard
    let shutdown: ShutdownSwitch
    let logger: Logger
    var log: StageLog { StageLog(logger: logger) }

    public init(
        ledger: any Ledger, store: any ArtifactStore, options: NodeOptions, board: ProgressBoard,
        shutdown: ShutdownSwitch, logger: Logger
    ) {
        self.ledger = ledger
        self.store = store
        self.options = options
        self.board = board
        self.shutdown = shutdown
        self.logger = logger
    }

    /// Works until there is nothing left to do or it is asked to end. Throws a `LedgerFailure` or a
    /// storage `Failure` that it cannot work without; its workers are ended then.
    public func run() async throws -> NodeEnding {
        let identity = NodeIdentity.current(workers: options.workers)
        try ledger.register(identity)
        try takeBackFromTheDead()
        try sweepStaging(besides: identity.id)
        let ending = try await withThrowingTaskGroup(of: NodeEvent.self) { group in
            var crew = Crew(node: self, identity: identity.id)
            defer { group.cancelAll() }
            group.addTask { try await tick() }
            while true {
                try crew.care(&group)
                if crew.isEmpty {
                    if shutdown.level != .none { return NodeEnding.shutDown }
                    if options.endsWhenIdle,
                        try ledger.idleFacts(jobs: options.jobs).unfinishedJobs == 0
                    {
                        return NodeEnding.idle
                    }
                }
                switch try await group.next() {
                case .tick: group.addTask { try await tick() }
                case .ended(let unit, let ending): try crew.dismiss(unit, ending)
                case nil: preconditionFailure("the clock of the loop has stopped")
                }
            }
        }
        try ledger.retire(identity.id)
        return ending
    }

    private func tick() async throws -> NodeEvent {
        try await Task.sleep(for: .milliseconds(options.pollMilliseconds))
        return .tick
    }

    /// Makes ready what dead nodes of this host had leased, without waiting for the leases to run out.
    func takeBackFromTheDead() throws {
        for node in try ledger.nodes() where NodeIdentity.isDead(node) {
            let units = try log.effect("release") { () throws(LedgerFailure) in
                try ledger.releaseLeases(ofNode: node.id, reason: "node \(node.id) died")
            }
            try ledger.retire(node.id)
            if !units.isEmpty {
                logger.notice(
                    "took back the work of a node that died",
                    metadata: ["node": "\(node.id)", "units": "\(units.count)"])
            }
        }
    }

    /// Removes what dead attempts staged. Only while no other node is there, which might just now be
    /// staging for a lease that was not seen.
    private func sweepStaging(besides own: NodeID) throws {
        guard try ledger.nodes().allSatisfy({ $0.id == own }) else { return }
        let live = try ledger.liveLeases().map { StagingName(unit: $0.unit, epoch: $0.epoch) }
        _ = try store.sweepStaging(keeping: Set(live))
    }
}

enum NodeEvent: Sendable {
    case tick
    case ended(UnitID, UnitRun.Ending)
}
