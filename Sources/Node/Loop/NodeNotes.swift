import Ledger
import Logging
import Scheduler
import TranscodeModel

/// What a node tells people, as structured log lines. Each that is about one attempt has `job`, `unit` (the position),
/// `attempt`, `tenant` and `kind`, and the logger adds `node`.
struct NodeNotes: Sendable {
    let logger: Logger
    let logs: AttemptLogs

    func write(_ note: NodeNote) {
        switch note {
        case .leased(let lease):
            logger.debug("leased", metadata: about(lease.token, lease.kind))
        case .committed(let token, let kind, let state):
            logger.log(
                level: state == .ready ? .notice : .debug,
                state == .ready ? "published" : "committed",
                metadata: about(token, kind, ["state": "\(state.rawValue)"]))
        case .retried(let token, let kind, let failure, let delay):
            logger.warning(
                "a unit failed and is tried again",
                metadata: about(token, kind, failure, ["after_ms": "\(delay)"]))
        case .quarantined(let token, let kind, let failure):
            logger.error("a unit is quarantined", metadata: about(token, kind, failure))
        case .jobFailed(let token, let kind, let failure):
            logger.notice("a job failed", metadata: about(token, kind, failure))
        case .hedged(let token, let reason):
            logger.notice("hedged", metadata: about(token, nil, ["reason": "\(reason)"]))
        case .overtaken(let token, let reason):
            logger.notice("overtaken", metadata: about(token, nil, ["reason": "\(reason)"]))
        case .fenced(let token):
            logger.notice(
                "lost a lease: whoever has it now goes on",
                metadata: about(token, nil, ["epoch": "\(token.epoch)"]))
            logs.lose(token)
        case .tookBack(let tokens, let reason):
            logger.notice(
                "took back units", metadata: ["units": "\(tokens.count)", "reason": "\(reason)"])
            for token in tokens { logger.debug("took back", metadata: about(token, nil)) }
        case .breakerOpened(let record):
            logger.error(
                "a breaker is open: no unit that needs it is leased until a trial goes well",
                metadata: ["breaker": "\(record.key)", "reason": "\(record.reason)"])
        case .breakerClosed(let record):
            logger.notice(
                "a breaker is closed",
                metadata: ["breaker": "\(record.key)", "reason": "\(record.reason)"])
        case .diskShort(let disk, let low, let high):
            logger.error(
                """
                the store's disk is almost full: nothing new is begun until there is room again, what can end \
                goes on; run `reelmill gc --delete`, or free some space otherwise
                """,
                metadata: [
                    "free_bytes": "\(disk.freeBytes)", "low_bytes": "\(low)",
                    "high_bytes": "\(high)",
                ])
        case .diskWide(let disk):
            logger.notice(
                "the store's disk has room again", metadata: ["free_bytes": "\(disk.freeBytes)"])
        case .ledgerTrouble(let failure):
            logger.error("the ledger cannot be used now", metadata: ["reason": "\(failure)"])
        }
    }

    /// For whoever follows a node step by step: each change that is asked of the ledger, before and after.
    func trace(_ message: Logger.Message, _ operations: [LedgerOperation]) {
        guard logger.logLevel <= .debug else { return }
        for operation in operations {
            let effect: Logger.Metadata = ["effect": "\(Self.name(operation))"]
            let token = Self.token(operation)
            logger.debug(message, metadata: token.map { about($0, nil, effect) } ?? effect)
        }
    }

    /// The start and the end of each stage of an attempt.
    func trace(_ stage: String, _ phase: String, _ lease: Lease) {
        guard logger.logLevel <= .debug else { return }
        logger.debug(
            "stage",
            metadata: about(lease.token, lease.kind, ["stage": "\(stage)", "phase": "\(phase)"]))
    }

    private static func name(_ operation: LedgerOperation) -> String {
        switch operation {
        case .register: "register"
        case .retire: "retire"
        case .lease: "lease"
        case .hedge: "hedge"
        case .renew: "renew"
        case .complete: "complete"
        case .release(let release):
            release.ground == .holder && release.failure != nil ? "fail" : "release"
        case .setBreaker: "breaker"
        }
    }

    /// The attempt that an operation is about, where it is one.
    private static func token(_ operation: LedgerOperation) -> LeaseToken? {
        switch operation {
        case .hedge(let token, _, _, _): token
        case .complete(let completion): completion.token
        case .release(let release): release.token
        case .register, .retire, .lease, .renew, .setBreaker: nil
        }
    }

    private func about(
        _ token: LeaseToken, _ kind: UnitKind, _ failure: Failure, _ more: Logger.Metadata = [:]
    ) -> Logger.Metadata {
        about(token, kind, more).merging([
            "code": "\(failure.code.rawValue)", "reason": "\(failure.message)",
        ]) { $1 }
    }

    /// The kind is known of the attempts in the node's own hands.
    private func about(
        _ token: LeaseToken, _ kind: UnitKind?, _ more: Logger.Metadata = [:]
    ) -> Logger.Metadata {
        var metadata: Logger.Metadata = [
            "job": "\(token.unit.job)", "unit": "\(token.unit.position)",
            "attempt": "\(token.attempt)", "tenant": "\(token.tenant)",
        ]
        if let kind = kind ?? logs.log(token)?.kind { metadata["kind"] = "\(kind.rawValue)" }
        return metadata.merging(more) { $1 }
    }
}
