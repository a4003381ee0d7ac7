internal import Foundation
internal import Ledger

/// Runs the histories, each on a ledger of its own in a temporary directory.
enum ZombieTest {
    /// Throws what the ledger throws, and `Unstaged` when a history cannot be brought about.
    static func run() throws -> ZombieRecord {
        ZombieRecord(
            engine: "Reelmill", store: "SQLite",
            token: "the unit's epoch, raised by each claim and each loss",
            expiry: "lease_until, taken back by a release on the ground overdue",
            histories: [try run(.reclaimed), try run(.expired)])
    }

    private static func run(_ order: ZombieHistory.Order) throws -> ZombieHistory {
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "reelmill-zombie-\(UUID().uuidString)")
        let history = Result { try run(order, ZombieLedger(folder: folder.path)) }
        try FileManager.default.removeItem(at: folder)
        return try history.get()
    }

    private static func run(
        _ order: ZombieHistory.Order, _ ledger: ZombieLedger
    ) throws -> ZombieHistory {
        guard let zombie = try ledger.lease(node: "A"), try ledger.expire(zombie) else {
            throw Unstaged(step: "A's lease did not expire")
        }
        var owner = order == .reclaimed ? try ledger.lease(node: "B") : nil
        let before = try ledger.state()
        let isZombieAlive = try ledger.renew(zombie)
        let late = try ledger.complete(zombie, by: "A")
        let after = try ledger.state()
        if order == .expired { owner = try ledger.lease(node: "B") }

        let isOwnerAlive = try owner.map { try ledger.renew($0) } ?? false
        let completion = try owner.map { try ledger.complete($0, by: "B") }
        let recorded = try ledger.recorded()
        let isSound = try ledger.auditFindings() == 0
        return ZombieHistory(
            order: order, isGivenToB: owner != nil, lateCompletion: verdict(late),
            answerToA:
                "complete returns \(name(late)); renew \(isZombieAlive ? "keeps" : "leaves out") the unit",
            isAToldOfLoss: late == .fenced && !isZombieAlive, stateAfterA: after,
            completionOfB: completion.map(verdict) ?? .absent,
            answerToB: completion.map { "complete returns \(name($0))" } ?? "nothing to lease",
            recorded: recorded,
            isBUndisturbed: before == after && isOwnerAlive && recorded == .b && isSound)
    }

    private static func name(_ outcome: CommitOutcome) -> String {
        switch outcome {
        case .committed: "committed"
        case .fenced: "fenced"
        case .alreadyDone: "alreadyDone"
        case .condemned: "condemned"
        }
    }

    private static func verdict(_ outcome: CommitOutcome) -> ZombieHistory.Verdict {
        switch outcome {
        case .committed: .accepted
        case .fenced, .alreadyDone, .condemned: .refused
        }
    }
}

/// The ledger did not let the test come to its question.
struct Unstaged: Error, CustomStringConvertible {
    var step: String
    var description: String { "the zombie test cannot be staged: \(step)" }
}
