import ArtifactStore
import Ledger
import Logging
import Scheduler
import TranscodeModel

/// Performs what a node's core wants, in order, and tells the core what came of it.
struct EffectPerformer {
    private let node: Node
    private let inbox: Inbox
    private let attempts = AttemptRegistry()
    private let removal = BackgroundRemoval()
    private let notes: NodeNotes
    let logs: AttemptLogs

    init(node: Node, identity: NodeRecord, inbox: Inbox) {
        self.node = node
        self.inbox = inbox
        var logger = node.logger
        logger[metadataKey: "node"] = "\(identity.id)"
        logs = AttemptLogs(node: identity, store: node.store, logger: logger)
        notes = NodeNotes(logger: logger, logs: logs)
    }

    /// Returns how the node ends, when it does.
    func perform(
        _ effects: [NodeEffect], _ group: inout ThrowingTaskGroup<Void, any Error>
    ) -> NodeEnding? {
        // All that is asked at the same time takes one transaction.
        let asks = effects.compactMap { effect in
            if case .ask(let operations) = effect { operations } else { nil }
        }
        ask(asks)
        for effect in effects {
            switch effect {
            case .ask: break
            case .survey(let request): survey(request)
            case .start(let lease): start(lease, &group)
            case .stop(let token): attempts.cancel(token)
            case .sweep:
                sweep()
                removal.start(
                    ArtifactRemoval(ledger: node.ledger, store: node.store), node.logger, &group)
            case .remove(let digest, let tenant): remove(digest, tenant)
            case .note(let note): notes.write(note)
            case .end(let ending): return ending
            }
        }
        return nil
    }

    private func ask(_ asks: [[LedgerOperation]]) {
        guard !asks.isEmpty else { return }
        let operations = asks.flatMap { $0 }.map(withProgress)
        notes.trace("performing", operations)
        do throws(LedgerFailure) {
            var answers = try node.ledger.perform(operations)[...]
            notes.trace("performed", operations)
            logs.settle(operations, Array(answers))
            for ask in asks {
                inbox.put(.answered(ask, Array(answers.prefix(ask.count))))
                answers = answers.dropFirst(ask.count)
            }
        } catch {
            for ask in asks { inbox.put(.askFailed(ask, error)) }
        }
    }

    private func remove(_ digest: Digest, _ tenant: TenantID) {
        do {
            try ArtifactRemoval(ledger: node.ledger, store: node.store)
                .remove(digest, tenant: tenant)
        } catch {
            node.logger.warning(
                "an artifact that was given up, and is to be made anew, cannot be removed",
                metadata: ["artifact": "\(digest)", "reason": "\(error)"])
        }
    }

    private func withProgress(_ operation: LedgerOperation) -> LedgerOperation {
        guard case .renew(let held, let duration) = operation else { return operation }
        return .renew(
            held.map { node.board.held($0) }, durationMilliseconds: duration)
    }

    /// Beside the ledger's own facts: which nodes of this host are gone, and how much can be stored.
    private func survey(_ request: SurveyRequest) {
        do throws(LedgerFailure) {
            let survey = try node.ledger.survey(request)
            var dead: [NodeID] = []
            var lost: [LeaseSighting] = []
            for other in survey.nodes where other.id != request.node && NodeIdentity.isDead(other) {
                dead.append(other.id)
                lost += try node.ledger.leases(ofNode: other.id)
            }
            inbox.put(.surveyed(survey, dead: dead, lost: lost, disk: disk()))
        } catch {
            inbox.put(.surveyFailed(error))
        }
    }

    /// A store that cannot say how much it can hold can hold nothing.
    private func disk() -> DiskSpace {
        do throws(Failure) {
            let space = try node.store.space()
            return DiskSpace(freeBytes: space.freeBytes, totalBytes: space.totalBytes)
        } catch {
            node.logger.error("the store does not answer", metadata: ["reason": "\(error.message)"])
            return .unknown
        }
    }

    private func start(_ lease: Lease, _ group: inout ThrowingTaskGroup<Void, any Error>) {
        let run = AttemptRun(
            lease: lease, ledger: node.ledger, store: node.store,
            workerExecutable: node.options.workerExecutable, policy: node.options.policy,
            limits: node.options.limits, sandbox: node.options.sandbox,
            board: node.board, notes: notes, log: logs.begin(lease))
        let (inbox, attempts, board, logs) = (inbox, attempts, node.board, logs)
        // A task of its own, so that one attempt can be stopped; the group awaits it.
        let task = attempts.begin(lease.token) {
            let result = await run.run()
            attempts.forget(lease.token)
            logs.finish(lease.token)
            board.forget(lease.token)
            inbox.put(.finished(lease.token, result))
        }
        group.addTask {
            await withTaskCancellationHandler {
                await task.value
            } onCancel: {
                task.cancel()
            }
        }
    }

    /// What was listed belongs to leases that were granted before; so what is not live afterwards is dead.
    private func sweep() {
        do {
            let removed = try node.store.sweepStaging {
                Set(
                    try node.ledger.liveLeases().map {
                        StagingName(unit: $0.unit, epoch: $0.epoch)
                    })
            }
            if removed > 0 {
                node.logger.debug(
                    "removed what dead attempts left", metadata: ["files": "\(removed)"])
            }
        } catch {
            node.logger.warning(
                "staging cannot be swept now; the next node tries again",
                metadata: ["reason": "\(error)"])
        }
    }
}
