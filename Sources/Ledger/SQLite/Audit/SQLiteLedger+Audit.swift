import CLedger
import GRDB
import TranscodeModel

extension SQLiteLedger {
    /// Recomputes the history, and holds every row against where the history left it, against its plan and against
    /// the rules that the triggers promise, in case they were changed behind its back.
    public func audit() throws(LedgerFailure) -> AuditReport {
        let now = clock.read()
        return try read { database in
            guard let connection = database.sqliteConnection else {
                throw LedgerFailure(.unreachable, "\(self.path): the ledger is closed")
            }
            var audit = Audit(connection)
            try audit.run()
            audit.report.nowMilliseconds = now
            return audit.report
        }
    }
}

extension SQLiteLedger {
    /// Recomputes the history alone. Only the bench uses it.
    package func verifyHistory() throws(LedgerFailure) -> AuditReport {
        try read { database in
            guard let connection = database.sqliteConnection else {
                throw LedgerFailure(.unreachable, "\(self.path): the ledger is closed")
            }
            var audit = Audit(connection)
            try audit.history.read(connection, &audit.findings)
            audit.report.sequence = audit.history.sequence
            audit.report.findings = audit.findings.found
            return audit.report
        }
    }
}

/// An audit under way, in one snapshot.
struct Audit {
    let connection: OpaquePointer
    var report = AuditReport()
    var findings = AuditFindings()
    var history = EventHistory(seed: UInt64.random(in: .min ... .max))

    init(_ connection: OpaquePointer) { self.connection = connection }

    mutating func run() throws {
        try history.read(connection, &findings)
        try checkHead()
        try checkJobs()
        try checkTenants()
        try checkBreakers()
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
        let rows = try statement(
            "SELECT key, state, generation, key || ': ' || reason, event FROM breaker")
        let subject = history.subject(tenant: 0, job: 0, place: EventHistory.name("breaker"))
        while try rows.step() {
            let key = rows.text(0)
            let state = rows.bytes(1)
            let name = reelmill_short_name(state.baseAddress, state.count)
            let detail = history.hash(rows.bytes(3))
            guard
                let ending = history.ending(rows.int64(4), of: subject, "breaker \(key)", &findings)
            else { continue }
            if name != ending.newest.to || rows.int(2) != ending.count
                || detail != ending.newest.detail
            {
                findings.add("I10", "breaker \(key)", "it is not as the history left it")
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
