import Dispatch
import Foundation
import Ledger
import Scheduler
import Synchronization
import TranscodeModel

/// Takes a backfill through its rows: looks at those that are due, makes jobs of them, and writes down what became of
/// those. Nodes do the work.
///
/// It may be killed at any moment. A job that was made and not written down is met again by its content, so a row has
/// one job at most (I15).
final class BackfillConductor {
    enum Ending: Equatable {
        case done
        case stopped(String)
        /// Another listing has taken its place.
        case replaced
    }

    private let workplace: Workplace
    private let name: String
    private let pass: Int
    /// Of this process, where it is a node.
    private let workers: Int
    private let board: BackfillBoard
    private var counts: BackfillCounts
    private var countedAt: UInt64
    /// Encodes of this pass that were begun before this run.
    private let admittedBefore: Int
    private var profiles: [Digest: Profile] = [:]
    /// The last row that was looked at.
    private var cursor = -1
    /// Rows behind it that wait for the same work of another row, and that row.
    private var waiting: [Int: Int] = [:]
    private var holdUntil: Int64?
    private var hasWarned = false

    /// Others may change rows too: after so long all are counted anew.
    private static let countNanoseconds: UInt64 = 15_000_000_000
    private static let restMilliseconds = 250
    private static let openMinimum = 8
    private static let openEach = 4

    init(
        _ workplace: Workplace, _ record: BackfillRecord, workers: Int, board: BackfillBoard
    ) throws {
        self.workplace = workplace
        name = record.name
        pass = record.pass
        self.workers = workers
        counts = try workplace.ledger.rowCounts(of: record.name)
        admittedBefore = counts.admitted
        countedAt = DispatchTime.now().uptimeNanoseconds
        self.board = board
    }

    /// Until all rows have ended, or it stops, or its task is cancelled.
    func conduct() async throws -> Ending {
        while true {
            try Task.checkCancellation()
            guard let record = try workplace.ledger.backfill(name), record.pass == pass else {
                return .replaced
            }
            switch record.state {
            case .planned, .paused: try await Task.sleep(for: .milliseconds(500))
            case .stopped: return .stopped(record.reason ?? "it was stopped")
            case .done: return .done
            case .running: if let ending = try await step(record) { return ending }
            }
        }
    }

    private func step(_ record: BackfillRecord) async throws -> Ending? {
        let settled = try settle()
        if DispatchTime.now().uptimeNanoseconds - countedAt > Self.countNanoseconds { try count() }
        board.show(counts, record)
        let minute = LocalMinute.now()
        try keepWindow(record.settings, minute)
        var settings = record.settings
        // A limit is that of a run.
        settings.limit = settings.limit.map { $0 + admittedBefore }
        switch try rule().decide(settings, counts, minute: minute) {
        case .admit(let room):
            let goesOn = try await admit(room, record.settings)
            if !goesOn, !settled { try await rest() }
        case .wait, .sleep: if !settled { try await rest() }
        case .stop(let reason): return try end(.stopped, reason, .stopped(reason))
        // With rows left it is not done, but as it was before it ran.
        case .done: return try end(counts.due > 0 ? .planned : .done, nil, .done)
        }
        return nil
    }

    private func rest() async throws {
        try await Task.sleep(for: .milliseconds(Self.restMilliseconds))
    }

    /// As many jobs as all nodes can have the next one ready.
    private func rule() throws -> AdmissionRule {
        let live = try workplace.ledger.nodes().reduce(0) { $0 + $1.workers }
        return AdmissionRule(openMaximum: max(Self.openMinimum, Self.openEach * max(workers, live)))
    }

    /// Before it ends, all is counted anew: somebody may have asked for rows again.
    private func end(
        _ state: BackfillRecord.State, _ reason: String?, _ ending: Ending
    ) throws -> Ending? {
        let before = counts
        try count()
        guard counts == before else { return nil }
        // What is under way is kept from going on; what is leased ends.
        let hold = state == .stopped ? JobHold.now : .none
        let isOurs = try workplace.ledger.changeBackfill(
            name, BackfillChange(from: [.running], to: state, reason: reason, hold: hold))
        return isOurs ? ending : nil
    }

    private func count() throws {
        counts = try workplace.ledger.rowCounts(of: name)
        countedAt = DispatchTime.now().uptimeNanoseconds
        cursor = -1
    }

    /// Units are leased until the window closes, and from then on only when this has opened it again: a conductor that
    /// dies leaves nothing that goes on by day.
    private func keepWindow(_ settings: BackfillSettings, _ minute: Int) throws {
        guard let window = settings.window, let left = window.minutesLeft(at: minute) else {
            if settings.window == nil { holdUntil = nil }
            return
        }
        let end = workplace.ledger.nowMilliseconds + Int64(left) * 60_000
        // The minute is not over yet; another end is another window.
        if let known = holdUntil, abs(known - end) <= 60_000 { return }
        try workplace.ledger.hold(name, .from(milliseconds: end))
        holdUntil = end
    }

    // Rows whose job has ended

    private func settle() throws -> Bool {
        let running = try workplace.ledger.rows(
            BackfillRowQuery(states: [.running], limit: 10_000), of: name)
        var changes: [BackfillRowChange] = []
        for row in running {
            guard let id = row.job, let job = try workplace.ledger.job(id) else {
                changes.append(BackfillRowChange(from: .running, row: row.again()))
                continue
            }
            if let row = row.ended(by: job, pass: pass) {
                changes.append(BackfillRowChange(from: .running, row: row))
            }
        }
        let seen = Dictionary(uniqueKeysWithValues: running.map { ($0.position, $0) })
        return try change(changes, from: seen) > 0
    }

    private func change(
        _ changes: [BackfillRowChange], from seen: [Int: BackfillRow]
    ) throws -> Int {
        guard !changes.isEmpty else { return 0 }
        let changed = try workplace.ledger.changeRows(changes, pass: pass, of: name)
        guard changed == changes.count else {
            try count()
            return changed
        }
        for change in changes {
            guard let old = seen[change.row.position] else { continue }
            counts.move(from: old, to: change.row, pass: pass)
            if old.isDue || old.state == .running { wake(for: old.position) }
        }
        return changed
    }

    /// What waited for a row may be looked at again.
    private func wake(for row: Int) {
        let woken = waiting.filter { $0.value == row }.keys
        guard let first = woken.min() else { return }
        for position in woken { waiting[position] = nil }
        cursor = min(cursor, first - 1)
    }

    // Rows that are due

    /// Returns whether there is more to look at.
    private func admit(_ room: Int, _ settings: BackfillSettings) async throws -> Bool {
        guard try hasSpace() else { return false }
        let page = try workplace.ledger.rows(
            BackfillRowQuery(isDueOnly: true, limit: room, after: cursor), of: name)
        for row in page {
            // One that waits for another row is looked at when that has ended.
            guard waiting[row.position] == nil else { continue }
            let verdict = try await examine(row, settings.selection)
            try Task.checkCancellation()
            if case .await(let other) = verdict {
                waiting[row.position] = other
                continue
            }
            guard let new = try act(row, verdict, settings) else { return false }
            _ = try change(
                [BackfillRowChange(from: row.state, row: new)], from: [row.position: row])
        }
        cursor = max(cursor, page.last?.position ?? cursor)
        return page.count == room
    }

    /// Before a source is read for nothing.
    private func hasSpace() throws -> Bool {
        do { try workplace.requireRoom() } catch let fault as CommandFault
            where fault.status == .unreachable
        {
            return wait(for: fault)
        }
        hasWarned = false
        return true
    }

    /// Says once why nothing is begun. False.
    private func wait(for fault: CommandFault) -> Bool {
        if !hasWarned { Console.note("reelmill: \(name): waiting: \(fault.message)") }
        hasWarned = true
        return false
    }

    /// It reads whole files: not on a thread that others wait for.
    private func examine(
        _ row: BackfillRow, _ selection: BackfillSelection
    ) async throws -> RowExamination.Verdict {
        let examination = RowExamination(
            ledger: workplace.ledger, backfill: name, limits: workplace.settings.limits,
            selection: selection)
        return try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async {
                continuation.resume(with: Result { try examination.examine(row) })
            }
        }
    }

    /// Nil for a row that nothing could be made of now.
    private func act(
        _ row: BackfillRow, _ verdict: RowExamination.Verdict, _ settings: BackfillSettings
    ) throws -> BackfillRow? {
        switch verdict {
        case .keep: return row.kept()
        case .skip(let code, let reason, let source):
            return row.ended(.skipped, code.rawValue, reason, source: source, pass: pass)
        case .fail(let code, let reason, let source):
            return row.ended(.failed, code, reason, source: source, pass: pass)
        case .await: return nil
        case .follow(let job, let source): return row.running(job, source: source, pass: pass)
        case .encode(let source, let replaces):
            return try enlist(row, source, replaces, settings)
        }
    }

    private func enlist(
        _ row: BackfillRow, _ source: SourceReference, _ replaces: Digest?,
        _ settings: BackfillSettings
    ) throws -> BackfillRow? {
        let profile = try profile(row.profile)
        let enlistment = Enlistment(
            workplace: workplace, profile: profile, tenant: row.tenant, jobClass: .backfill,
            priority: settings.priority,
            terms: JobTerms(
                backfill: name, replaces: replaces, leasableUntilMilliseconds: holdUntil))
        do {
            let outcome = try enlistment.submit(source, to: row.output, key: row.key)
            return row.running(outcome.job, source: source.digest, pass: pass)
        } catch let fault as CommandFault where fault.status == .unreachable {
            // The disk has too little room, or somebody else was quicker: the row is looked at again.
            _ = wait(for: fault)
            return nil
        } catch let fault as CommandFault {
            // Its key belongs to other work.
            return row.ended(
                .failed, "key-conflict", fault.message, source: source.digest, pass: pass)
        }
    }

    private func profile(_ digest: Digest) throws -> Profile {
        if let known = profiles[digest] { return known }
        guard let profile = try workplace.ledger.backfillProfile(digest) else {
            throw LedgerFailure(.corrupt, "the ledger has lost the profile \(digest.hex)")
        }
        profiles[digest] = profile
        return profile
    }
}

/// What the display of a backfill shows, from whatever thread.
final class BackfillBoard: Sendable {
    private let shown = Mutex<String?>(nil)
    var line: String? { shown.withLock { $0 } }

    func show(_ counts: BackfillCounts, _ record: BackfillRecord) {
        let line = record.name + "  " + BackfillText.counts(counts)
        shown.withLock { $0 = line }
    }
}

/// The minute of the day where this process is.
enum LocalMinute {
    static func now() -> Int {
        var seconds = time(nil)
        var local = tm()
        localtime_r(&seconds, &local)
        return Int(local.tm_hour) * 60 + Int(local.tm_min)
    }
}
