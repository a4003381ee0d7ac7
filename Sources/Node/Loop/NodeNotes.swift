import Ledger
import Logging
import Scheduler
import TranscodeModel

/// What a node tells people, as structured log lines.
struct NodeNotes: Sendable {
    let logger: Logger

    func write(_ note: NodeNote) {
        switch note {
        case .leased(let lease):
            logger.debug("leased", metadata: about(lease.token, lease.kind))
        case .committed(let token, let kind, let state):
            logger.log(
                level: state == .ready ? .notice : .debug,
                state == .ready ? "published" : "committed",
                metadata: about(token, kind).merging(["job": "\(state.rawValue)"]) { $1 })
        case .retried(let token, let kind, let failure, let delay):
            logger.warning(
                "a unit failed and is tried again",
                metadata: about(token, kind).merging([
                    "after_ms": "\(delay)", "code": "\(failure.code.rawValue)",
                    "reason": "\(failure.message)",
                ]) { $1 })
        case .quarantined(let token, let kind, let failure):
            logger.error("a unit is quarantined", metadata: about(token, kind, failure))
        case .jobFailed(let token, let kind, let failure):
            logger.notice("a job failed", metadata: about(token, kind, failure))
        case .hedged(let token, let reason):
            logger.notice("hedged", metadata: ["unit": "\(token.unit)", "reason": "\(reason)"])
        case .fenced(let token):
            logger.notice(
                "lost a lease: whoever has it now goes on",
                metadata: ["unit": "\(token.unit)", "epoch": "\(token.epoch)"])
        case .tookBack(let tokens, let reason):
            logger.notice(
                "took back units", metadata: ["units": "\(tokens.count)", "reason": "\(reason)"])
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
            logger.debug(message, metadata: ["effect": "\(Self.name(operation))"])
        }
    }

    /// The start and the end of each stage of an attempt.
    func trace(_ stage: String, _ phase: String, _ unit: UnitID) {
        logger.debug(
            "stage", metadata: ["stage": "\(stage)", "phase": "\(phase)", "unit": "\(unit)"])
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

    private func about(
        _ token: LeaseToken, _ kind: UnitKind, _ failure: Failure? = nil
    ) -> Logger.Metadata {
        var metadata: Logger.Metadata = [
            "unit": "\(token.unit)", "kind": "\(kind.rawValue)", "attempt": "\(token.attempt)",
        ]
        if let failure {
            metadata["code"] = "\(failure.code.rawValue)"
            metadata["reason"] = "\(failure.message)"
        }
        return metadata
    }
}
