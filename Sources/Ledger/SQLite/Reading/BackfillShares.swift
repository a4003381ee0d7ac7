import GRDB
import TranscodeModel

/// What each backfill may have of a node, and has. Most surveys meet none: so each is read when it is first asked for.
final class BackfillShares {
    private let database: Database
    private let leased: LeasedUnits
    private let node: NodeID
    private var known: [Int64: BackfillShare?] = [:]
    private var held: [Int64: Int]?
    private var workers: Int?

    init(_ database: Database, _ leased: LeasedUnits, _ node: NodeID) {
        self.database = database
        self.leased = leased
        self.node = node
    }

    /// Nil for a backfill that may have all of it.
    func share(of backfill: Int64) throws -> BackfillShare? {
        if let share = known[backfill] { return share }
        let row = try Statement(
            database, cached: "SELECT name, share FROM backfill WHERE number = ?1")
        row.bind(1, backfill)
        guard try row.step() else {
            throw LedgerFailure(.corrupt, "the ledger has lost backfill \(backfill)")
        }
        let (name, maximum) = (row.text(0), row.double(1))
        row.reset()
        var share: BackfillShare?
        if maximum < 1 {
            share = BackfillShare(
                backfill: name, maximum: maximum, held: try countHeld()[backfill] ?? 0)
        }
        known[backfill] = .some(share)
        return share
    }

    /// Whether the node has all that the backfill may have of it: more of it would only hide others.
    func isFull(_ share: BackfillShare) throws -> Bool {
        if workers == nil {
            let row = try Statement(database, cached: "SELECT workers FROM node WHERE id = ?1")
            row.bind(1, node.text)
            workers = try row.step() ? row.int(0) : 0
            row.reset()
        }
        return workers.map { $0 > 0 && share.held >= share.most(ofWorkers: $0) } ?? false
    }

    private func countHeld() throws -> [Int64: Int] {
        if let held { return held }
        let row = try Statement(database, cached: "SELECT backfill FROM job_terms WHERE job = ?1")
        var counts: [Int64: Int] = [:]
        for unit in leased.units {
            let mine = [unit.holder, unit.rival].compactMap { $0 }.count { $0.node == node }
            guard mine > 0 else { continue }
            row.bind(1, unit.key >> Schema.positionBits)
            if try row.step(), let backfill = row.optionalInt64(0) {
                counts[backfill, default: 0] += mine
            }
            row.reset()
        }
        held = counts
        return counts
    }
}
