import ArtifactStore
import Ledger
import Logging
import Synchronization
import TranscodeModel

/// The logs of the attempts in a node's hands, from the lease to what became of it.
struct AttemptLogs: Sendable {
    private let desk: LogDesk
    private let node: NodeRecord
    private let open = OpenLogs()

    init(node: NodeRecord, store: any ArtifactStore, logger: Logger) {
        self.node = node
        desk = LogDesk(store: store, logger: logger)
    }

    func begin(_ lease: Lease) -> AttemptLog {
        let log = AttemptLog(token: lease.token, kind: lease.kind, desk: desk)
        open.put(log)
        let token = lease.token
        log.say(
            "leased: \(lease.kind.rawValue) of job \(token.unit.job), unit \(token.unit.position), "
                + "attempt \(token.attempt) of \(lease.attemptsMaximum), epoch \(token.epoch), "
                + "by node \(node.id) (\(node.host), process \(node.processID))"
                + (lease.isHedge ? "; a hedge beside an attempt that straggles" : "")
                + (lease.isSplit ? "; one rendition at a time" : ""))
        return log
    }

    /// The log of an attempt of this node's whose outcome is not known yet.
    func log(_ token: LeaseToken) -> AttemptLog? { open.log(token) }

    /// What the ledger made of the ends of attempts.
    func settle(_ operations: [LedgerOperation], _ answers: [LedgerAnswer]) {
        for (operation, answer) in zip(operations, answers) {
            switch (operation, answer) {
            case (.complete(let completion), .completed(.condemned)):
                // The lease holds: the release that follows has the last word.
                open.log(completion.token)?.say(AttemptLogs.text(.condemned))
            case (.complete(let completion), .completed(let outcome)):
                end(completion.token, AttemptLogs.text(outcome))
            case (.release(let release), .released(let outcome)):
                if open.log(release.token) != nil {
                    end(release.token, AttemptLogs.text(release, outcome))
                } else if case .released = outcome {
                    adopt(release)
                }
            default: break
            }
        }
    }

    /// The lease is not the node's any more, while its attempt still runs.
    func lose(_ token: LeaseToken) {
        guard let log = open.log(token) else { return }
        log.say("fenced: the lease was lost; whoever has the unit now goes on")
        log.isLost = true
    }

    /// The attempt has ended in the node's own hands.
    func finish(_ token: LeaseToken) {
        if open.log(token)?.isLost == true { open.remove(token) }
    }

    /// Returns when all is written.
    func finishWriting() { desk.finish() }

    private func end(_ token: LeaseToken, _ text: String) {
        open.log(token)?.say(text)
        open.remove(token)
    }

    /// The last line of an attempt whose own node can write no more.
    private func adopt(_ release: Release) {
        let line = AttemptLog.line(
            "node", "taken back by node \(node.id): \(release.reason)")
        let (desk, token) = (desk, release.token)
        desk.schedule(afterNanoseconds: 0) {
            _ = desk.write(Array((line + "\n").utf8), token, after: nil)
        }
    }

    private static func text(_ outcome: CommitOutcome) -> String {
        switch outcome {
        case .committed(.ready): "committed: the job is ready, its output is published"
        case .committed: "committed"
        case .alreadyDone: "committed before; the answer had been lost"
        case .fenced: "fenced: another attempt has the unit, and nothing of this one counts"
        case .condemned: "its artifact is being removed by a collection: it is made again"
        }
    }

    private static func text(_ release: Release, _ outcome: ReleaseOutcome) -> String {
        switch outcome {
        case .fenced: return "fenced: another attempt has the unit already"
        case .rivalGoesOn: return "given up; the other attempt at the unit goes on"
        case .released(let state):
            guard let failure = release.failure else { return "handed back: \(release.reason)" }
            switch (release.verdict, state) {
            case (.retry(let delay, let splits, _, _), .ready):
                return "the unit is tried again in \(delay) ms"
                    + (splits ? ", one rendition at a time" : "")
            default:
                return "the unit is given up, and its job fails [\(failure.code.rawValue)]"
            }
        }
    }
}

private final class OpenLogs: Sendable {
    private let logs = Mutex<[LeaseToken: AttemptLog]>([:])
    func put(_ log: AttemptLog) { logs.withLock { $0[log.token] = log } }
    func log(_ token: LeaseToken) -> AttemptLog? { logs.withLock { $0[token] } }
    func remove(_ token: LeaseToken) { logs.withLock { $0[token] = nil } }
}
