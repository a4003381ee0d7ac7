import GRDB
import Glibc

/// The last part of a restoration: a sound copy is there, and changes places with the present ledger.
struct Restoration {
    private let present: LedgerFile
    /// Before they change places; then the ledger that was there has this name.
    private let copy: LedgerFile
    private let calls: RestoreCalls
    private let summary: LedgerSummary
    private var report: RestoreReport
    /// The copy is in the ledger's place, whatever fails from then on.
    private(set) var isPlaced = false

    init(present: LedgerFile, copy: LedgerFile, calls: RestoreCalls, summary: LedgerSummary) {
        self.present = present
        self.copy = copy
        self.calls = calls
        self.summary = summary
        report = RestoreReport(ledger: summary)
    }

    /// `isReadable`: the present ledger's log can be brought into its file.
    mutating func run(isReadable: Bool) throws -> RestoreReport {
        if present.isThere {
            report.setAside = copy.path
            if !(try isReadable && exchangeReadable()) { try placeWithoutLogs() }
        } else {
            // The log of a ledger that somebody has moved away may have stayed.
            try placeWithoutLogs()
        }
        return report
    }

    /// Returns false, with nothing changed, when the ledger turns out to be too damaged for that.
    private mutating func exchangeReadable() throws -> Bool {
        do {
            try withExclusive { restoration, database in
                do { try restoration.compare(database) } catch {
                    guard ledgerFailure(error, restoration.present.path).code == .corrupt else {
                        throw error
                    }
                    // Damaged somewhere: nothing is known of it.
                    restoration.report.before = nil
                }
                try restoration.place()
            }
            return true
        } catch {
            guard !isPlaced, ledgerFailure(error, present.path).code == .corrupt else {
                throw error
            }
            return false
        }
    }

    private mutating func compare(_ database: Database) throws {
        guard let version = try SchemaStanding(database).released else { return }
        let before = try LedgerSummary(database, schema: version)
        let isAhead = try LedgerSummary.hash(database, summary.sequence) == summary.head
        report.before = before
        guard isAhead else { return }
        report.eventsAhead = before.sequence - summary.sequence
        report.jobsAhead = before.jobs - summary.jobs
    }

    private mutating func placeWithoutLogs() throws {
        var logs = LedgerLogs(of: present)
        try logs.moveAway(copy.path)
        do {
            // Before the copy has the name that they stood beside, also where the power fails.
            if !logs.moved.isEmpty { try calls.settle(present) }
            try place()
        } catch {
            if !isPlaced { try logs.moveBack() }
            throw error
        }
        if report.setAside != nil {
            try logs.move(to: copy)
            report.logsSetAside = LedgerLogs.ends.map { copy.path + $0 }.filter {
                LedgerFile($0).isThere
            }
        } else {
            report.logsSetAside = logs.moved.map(\.path)
        }
    }

    private mutating func place() throws {
        let code =
            report.setAside == nil
            ? calls.place(copy.path, present.path) : calls.exchange(copy.path, present.path)
        guard code == 0 else {
            throw LedgerFailure(
                .unreachable,
                "\(present.path): the backup cannot be put in place "
                    + "(\(String(cString: strerror(code)))). Check the disk; nothing was changed.")
        }
        isPlaced = true
        do { try calls.settle(present) } catch {
            let old = report.setAside.map { ", and the ledger that was there is \($0)" } ?? ""
            throw LedgerFailure(
                .unreachable,
                "\(present.path): the backup is in place\(old), but the disk has not confirmed it "
                    + "(\(ledgerFailure(error, present.path).message)). Check the disk, then run "
                    + "`reelmill ledger check`.")
        }
    }

    /// With the ledger to ourselves, and all of it in one file, without a log.
    private mutating func withExclusive(
        _ body: (inout Restoration, Database) throws -> Void
    ) throws {
        let queue = try DatabaseQueue(
            path: present.path, configuration: SQLiteLedger.configuration)
        try queue.writeWithoutTransaction { database in
            try database.execute(sql: "PRAGMA locking_mode = EXCLUSIVE")
            let mode = try String.fetchOne(database, sql: "PRAGMA journal_mode = DELETE")
            guard mode == "delete" else {
                throw LedgerFailure(
                    .busy, "\(present.path): a process has the ledger open. End it first.")
            }
            try database.execute(sql: "BEGIN EXCLUSIVE")
            defer { Self.rollBack(database) }
            try body(&self, database)
        }
    }

    private static func rollBack(_ database: Database) {
        do { try database.execute(sql: "ROLLBACK") } catch {
            // Nothing was written, and the connection is closed next.
        }
    }
}
