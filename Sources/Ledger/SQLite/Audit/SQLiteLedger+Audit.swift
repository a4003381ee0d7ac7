import CLedger
import Dispatch
import GRDB
import Synchronization
import TranscodeModel

extension SQLiteLedger {
    /// Recomputes the history, and holds every row against where the history left it, against its plan and against
    /// the rules that the triggers promise, in case they were changed behind its back.
    public func audit() throws(LedgerFailure) -> AuditReport {
        let now = clock.read()
        var report = try audited { audit in try audit.run() }
        report.nowMilliseconds = now
        return report
    }

    /// Recomputes the history alone. Only the bench uses it.
    package func verifyHistory() throws(LedgerFailure) -> AuditReport {
        try audited { audit in try audit.readHistory() }
    }

    /// An audit in one snapshot. The links of a long history are checked beside it: what is in the history stays as it
    /// is, so that any later snapshot will do for that.
    private func audited(_ body: @Sendable (inout Audit) throws -> Void) throws(LedgerFailure)
        -> AuditReport
    {
        let newest = try read {
            try Int64.fetchOne($0, sql: "SELECT max(sequence) FROM event") ?? 0
        }
        let borders = newest < LinkCheck.worthwhile ? [newest] : [0, newest / 2, newest]
        let broken = Mutex<[Int64]>([])
        let failure = Mutex<LedgerFailure?>(nil)
        let report = Mutex(AuditReport())
        DispatchQueue.concurrentPerform(iterations: borders.count) { index in
            do throws(LedgerFailure) {
                if index == 0 {
                    let found = try self.read { database in
                        var audit = Audit(try self.pointer(database))
                        audit.history.checksLinks = borders.count == 1 ? 1 : newest + 1
                        try body(&audit)
                        return audit.report
                    }
                    report.withLock { $0 = found }
                } else {
                    let found = try self.read { database in
                        try LinkCheck(borders[index - 1] + 1, borders[index]).broken(
                            self.pointer(database))
                    }
                    broken.withLock { $0 += found }
                }
            } catch {
                failure.withLock { $0 = error }
            }
        }
        if let failure = failure.withLock({ $0 }) { throw failure }
        var whole = report.withLock { $0 }
        var links = AuditFindings()
        for sequence in broken.withLock({ $0.sorted() }) { links.addBrokenLink(sequence) }
        whole.findings = links.found + whole.findings
        return whole
    }

    private func pointer(_ database: Database) throws -> OpaquePointer {
        guard let connection = database.sqliteConnection else {
            throw LedgerFailure(.unreachable, "\(path): the ledger is closed")
        }
        return connection
    }
}

/// An audit under way, in one snapshot.
struct Audit {
    let connection: OpaquePointer
    var report = AuditReport()
    var findings = AuditFindings()
    var history = EventHistory(seed: UInt64.random(in: .min ... .max))

    init(_ connection: OpaquePointer) { self.connection = connection }

    mutating func readHistory() throws {
        try history.read(connection, &findings)
        try checkHead()
        report.sequence = history.sequence
        report.findings = findings.found
    }

    mutating func run() throws {
        try history.read(connection, &findings)
        try checkHead()
        try checkJobs()
        try checkTenants()
        try checkBreakers()
        try checkBackfills()
        try checkCollected()
        try checkRules()
        checkNames()
        report.events = try count("SELECT count(*) FROM event")
        report.sequence = history.sequence
        report.headMilliseconds = history.atMilliseconds
        report.head = Digest(bytes: history.head)
        report.findings = findings.found
    }

    private func count(_ sql: StaticString) throws -> Int {
        let rows = try statement(sql)
        return try rows.step() ? rows.int(0) : 0
    }

    func statement(_ sql: StaticString) throws -> Statement {
        try sql.utf8Start.withMemoryRebound(to: CChar.self, capacity: sql.utf8CodeUnitCount + 1) {
            try Statement(connection, $0)
        }
    }

    /// The head tells whether the newest events are still there.
    private mutating func checkHead() throws {
        let head = try statement("SELECT sequence, hash FROM ledger_head")
        guard try head.step(), head.int64(0) == history.sequence,
            head.bytes(1).elementsEqual(history.head)
        else {
            findings.add("I10", "ledger head", "the newest events are not those that it names")
            return
        }
    }

    private mutating func checkTenants() throws {
        let rows = try statement("SELECT name, weight, cap, setting, event FROM tenant")
        let place = EventHistory.name("tenant")
        while try rows.step() {
            let name = rows.text(0)
            let setting = TenantSetting.text(
                weight: rows.double(1), cap: rows.optionalInt64(2).map { Int($0) })
            guard rows.int64(4) > 0 else {
                if setting != TenantSetting.text(weight: 1, cap: nil) || !rows.isNull(3) {
                    findings.add("I10", "tenant \(name)", "it has another share than it was given")
                }
                continue
            }
            let subject = history.subject(
                tenant: history.hash(rows.bytes(0)), job: 0, place: place)
            let detail = history.hash(rows.bytes(3))
            guard
                let ending = history.ending(rows.int64(4), of: subject, "tenant \(name)", &findings)
            else { continue }
            if setting != rows.text(3) || detail != ending.newest.detail {
                findings.add("I10", "tenant \(name)", "it has another share than it was given")
            }
        }
    }

    private mutating func checkBreakers() throws {
        try check(
            "breaker", history.subject(tenant: 0, job: 0, place: EventHistory.name("breaker")),
            "SELECT key, state, generation, key || ': ' || reason, event FROM breaker")
    }

    private mutating func checkBackfills() throws {
        try check(
            "backfill", history.subject(tenant: 0, job: 0, place: EventHistory.name("backfill")),
            """
            SELECT name, state, generation, name || coalesce(': ' || reason, ''), event FROM backfill
            """)
    }

    /// Rows that count their changes: name, state, count, what the newest event says, that event.
    private mutating func check(
        _ kind: String, _ subject: UInt64, _ sql: StaticString
    ) throws {
        let rows = try statement(sql)
        while try rows.step() {
            let key = rows.text(0)
            let state = rows.bytes(1)
            let name = reelmill_short_name(state.baseAddress, state.count)
            let detail = history.hash(rows.bytes(3))
            guard
                let ending = history.ending(rows.int64(4), of: subject, "\(kind) \(key)", &findings)
            else { continue }
            if name != ending.newest.to || rows.int(2) != ending.count
                || detail != ending.newest.detail
            {
                findings.add("I10", "\(kind) \(key)", "it is not as the history left it")
            }
        }
    }

    /// Each row's history must have its row.
    private mutating func checkNames() {
        for ending in history.endings where !ending.isNamed {
            findings.add(
                "I10", "event \(ending.newest.sequence)",
                "the history tells of something that has no row, or not this newest event")
        }
    }
}
