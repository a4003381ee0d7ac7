import CLedger
import Foundation
import GRDB

/// What a restoration did.
public struct RestoreReport: Hashable, Sendable, Codable {
    /// What is in place now.
    public var ledger: LedgerSummary
    /// Where the ledger that was there is; nil when there was none.
    public var setAside: String?
    /// Where logs are that stood beside the ledger's name without a ledger that could be read; never beside what is in
    /// place now, which they do not belong to.
    public var logsSetAside: [String] = []
    /// What that one held; nil when it cannot be read any more.
    public var before: LedgerSummary?
    /// Events and jobs that came after the backup; nil unless the ledger that was there went on from it.
    public var eventsAhead: Int64?
    public var jobsAhead: Int?
}

extension SQLiteLedger {
    /// Puts a backup in the place of a ledger, which is set aside under another name and not changed but for its log,
    /// which is brought into its file. At any moment one whole ledger or the other is in place.
    ///
    /// Fails as `busy` while a node is alive or a process has the ledger open, as `corrupt`, `olderSchema`,
    /// `newerSchema` or `refused` when the file is not a sound ledger of this or an older released schema. As
    /// `unreachable` it may have been restored all the same, if the disk failed last: then the message says so.
    public static func restore(
        from file: String, at path: String, clock: LedgerClock = .system, isDead: NodeObituary
    ) throws(LedgerFailure) -> RestoreReport {
        try restore(from: file, at: path, clock: clock, calls: .system, isDead: isDead)
    }

    static func restore(
        from file: String, at path: String, clock: LedgerClock = .system, calls: RestoreCalls,
        isDead: NodeObituary
    ) throws(LedgerFailure) -> RestoreReport {
        do {
            let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
            try FileSystemKind.requireLocal(folder, ledger: path)
            reelmill_sqlite_prepare()
            let present = LedgerFile(path)
            let isReadable = try requireUnused(present, isDead)
            let aside = freeName("\(path).before-restore-\(timeStamp(clock.milliseconds))")
            // The copy is made under the name that the present ledger will have: then they change places.
            let summary = try copy(file, to: aside)
            var restoration = Restoration(
                present: present, copy: LedgerFile(aside), calls: calls, summary: summary)
            do { return try restoration.run(isReadable: isReadable) } catch {
                // Once they have changed places, the ledger that was there has this name.
                if !restoration.isPlaced { try FileManager.default.removeItem(atPath: aside) }
                throw error
            }
        } catch { throw ledgerFailure(error, path) }
    }

    private static func copy(_ file: String, to aside: String) throws -> LedgerSummary {
        guard LedgerFile(file).isThere else {
            throw LedgerFailure(.refused, "\(file): there is no such file. Check the path.")
        }
        do {
            let source = try DatabaseQueue(path: file, configuration: LedgerFile.reading)
            return try LedgerCopy(aside).write(source, of: file)
        } catch let fault as DatabaseError where fault.resultCode == .SQLITE_NOTADB {
            throw LedgerFailure(
                .refused, "\(file): this is no ledger, and no database at all. Name a backup.")
        } catch let fault as DatabaseError where fault.resultCode == .SQLITE_FULL {
            throw ledgerFailure(fault, aside)
        } catch let fault as DatabaseError where fault.resultCode == .SQLITE_CORRUPT {
            throw LedgerFailure(
                .corrupt,
                "\(file): the backup is damaged (\(fault.message ?? "SQLite tells no more")). "
                    + "Use another one.")
        } catch { throw ledgerFailure(error, file) }
    }

    private static func timeStamp(_ milliseconds: Int64) -> String {
        Date(timeIntervalSince1970: Double(milliseconds) / 1000).formatted(
            .iso8601.year().month().day().dateSeparator(.omitted).time(
                includingFractionalSeconds: false
            )
            .timeSeparator(.omitted))
    }

    /// No process has it open, and no node that may be alive is in it. Returns whether it can be read: if not, it says
    /// nothing about nodes, and is what a backup is for.
    private static func requireUnused(
        _ present: LedgerFile, _ isDead: NodeObituary
    ) throws -> Bool {
        guard present.isThere else { return false }
        try present.requireUnopened()
        do {
            try present.read {
                guard try SchemaStanding($0).released != nil else { return }
                try LiveNodes.requireNone($0, present.path, isDead: isDead)
            }
            return true
        } catch let fault as DatabaseError where fault.resultCode == .SQLITE_READONLY {
            // A journal is beside it that would have to be played back first: it goes with it.
            return false
        } catch {
            let failure = ledgerFailure(error, present.path)
            guard failure.code == .corrupt else { throw failure }
            return false
        }
    }
}
