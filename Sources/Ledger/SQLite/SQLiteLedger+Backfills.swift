import Foundation
import GRDB
public import TranscodeModel

extension SQLiteLedger: BackfillLedger {
    public var nowMilliseconds: Int64 { clock.read() }

    public func draftBackfill(
        _ name: String, settings: BackfillSettings
    ) throws(LedgerFailure) -> Int {
        let pass = try write { transaction, _ in try transaction.draftBackfill(name, settings) }
        try dropRows()
        return pass
    }

    /// In parts, so that leases are renewed meanwhile.
    private func dropRows() throws(LedgerFailure) {
        while try write({ transaction, _ in try transaction.dropRows() }) {}
    }

    public func addRows(
        _ rows: [BackfillRow], profiles: [Digest: Profile], toDraft pass: Int, of name: String
    ) throws(LedgerFailure) {
        try write { transaction, _ in try transaction.addRows(rows, profiles, pass, name) }
    }

    public func adoptDraft(
        _ pass: Int, of name: String, settings: BackfillSettings
    ) throws(LedgerFailure) -> BackfillRecord {
        let record = try write { transaction, database in
            try transaction.adoptDraft(pass, name, settings)
            guard let record = try self.backfillRow(name, database) else {
                throw BackfillRefusal.unknown(name)
            }
            return record
        }
        try dropRows()
        return record
    }

    public func changeBackfill(
        _ name: String, _ change: BackfillChange
    ) throws(LedgerFailure) -> Bool {
        try write { transaction, _ in try transaction.change(name, change) }
    }

    public func hold(_ name: String, _ hold: JobHold) throws(LedgerFailure) {
        try write { transaction, _ in
            try transaction.hold(try transaction.backfillNumber(name), hold)
        }
    }

    public func changeRows(
        _ changes: [BackfillRowChange], pass: Int, of name: String
    ) throws(LedgerFailure) -> Int {
        try write { transaction, _ in try transaction.changeRows(changes, pass, name) }
    }

    public func backfill(_ name: String) throws(LedgerFailure) -> BackfillRecord? {
        try read { try self.backfillRow(name, $0) }
    }

    public func backfills() throws(LedgerFailure) -> [BackfillRecord] {
        try read { try self.allBackfills($0) }
    }

    func allBackfills(_ database: Database) throws -> [BackfillRecord] {
        try Row.fetchAll(database, sql: "SELECT * FROM backfill ORDER BY name").map {
            try $0.backfill()
        }
    }

    private func backfillRow(_ name: String, _ database: Database) throws -> BackfillRecord? {
        try Row.fetchOne(
            database, sql: "SELECT * FROM backfill WHERE name = ?", arguments: [name])?.backfill()
    }

    public func rows(
        _ query: BackfillRowQuery, of name: String
    ) throws(LedgerFailure) -> [BackfillRow] {
        var conditions = ["b.name = ?", "r.position > ?"]
        var arguments: StatementArguments = [name, query.after]
        if !query.states.isEmpty {
            let marks = query.states.map { _ in "?" }.joined(separator: ",")
            conditions.append("r.state IN (\(marks))")
            arguments += StatementArguments(query.states.map(\.rawValue).sorted())
        }
        if query.isDueOnly { conditions.append("r.due = 1") }
        if let inputs = query.inputs {
            conditions.append("r.input IN (\(inputs.map { _ in "?" }.joined(separator: ",")))")
            arguments += StatementArguments(inputs.sorted())
        }
        let sql = """
            SELECT r.* FROM backfill b CROSS JOIN backfill_row r
                ON r.backfill = b.number AND r.pass = b.pass
            WHERE \(conditions.joined(separator: " AND "))
            ORDER BY r.position LIMIT \(max(query.limit, 0))
            """
        let bound = arguments
        return try read {
            try Row.fetchAll($0.cachedStatement(sql: sql), arguments: bound).map {
                try $0.backfillRow()
            }
        }
    }

    public func rowCounts(of name: String) throws(LedgerFailure) -> BackfillCounts {
        try read { database in
            let rows = try Row.fetchAll(
                database,
                sql: """
                    SELECT r.state, r.code, count(*) AS rows, total(r.due) AS due,
                        total(r.admitted = r.pass) AS admitted, total(r.ended = r.pass) AS ended,
                        total(r.admitted = r.pass AND r.ended = r.pass) AS both
                    FROM backfill b CROSS JOIN backfill_row r INDEXED BY backfill_row_state
                        ON r.backfill = b.number AND r.pass = b.pass
                    WHERE b.name = ? GROUP BY r.state, r.code ORDER BY r.state, r.code
                    """, arguments: [name])
            var counts = BackfillCounts(
                groups: [], due: 0, admitted: 0, admittedFailures: 0, failures: 0)
            for row in rows {
                let state = try row.named(BackfillRow.State.self, "state")
                counts.groups.append(
                    BackfillCounts.Group(
                        state: state, code: row["code"], rows: try row.value(Int.self, "rows")))
                counts.due += Int(try row.value(Double.self, "due"))
                counts.admitted += Int(try row.value(Double.self, "admitted"))
                guard state == .failed || state == .quarantined else { continue }
                counts.failures += Int(try row.value(Double.self, "ended"))
                counts.admittedFailures += Int(try row.value(Double.self, "both"))
            }
            return counts
        }
    }

    public func rows(
        source: Digest, profile: Digest, tenant: TenantID
    ) throws(LedgerFailure) -> [BackfillRow] {
        try read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT r.* FROM backfill_row r INDEXED BY backfill_row_same
                    JOIN backfill b ON b.number = r.backfill AND b.pass = r.pass
                    WHERE r.source = ? AND r.profile = ? AND r.tenant = ?
                        AND (r.state = 'done' OR r.state = 'running')
                    ORDER BY b.number DESC, r.position LIMIT 100
                    """, arguments: [Data(source.bytes), Data(profile.bytes), tenant.text]
            ).map { try $0.backfillRow() }
        }
    }

    public func backfillProfile(_ digest: Digest) throws(LedgerFailure) -> Profile? {
        try read { database in
            try String.fetchOne(
                database, sql: "SELECT text FROM backfill_profile WHERE digest = ?",
                arguments: [Data(digest.bytes)]
            ).map { try fromJSON(Profile.self, $0) }
        }
    }
}

extension Row {
    /// Columns of `backfill`.
    fileprivate func backfill() throws -> BackfillRecord {
        BackfillRecord(
            name: try text("name"), state: try named(BackfillRecord.State.self, "state"),
            reason: self["reason"],
            settings: try fromJSON(BackfillSettings.self, try text("settings")),
            pass: try value(Int.self, "pass"),
            createdMilliseconds: try value(Int64.self, "created_at"),
            changedMilliseconds: try value(Int64.self, "changed_at"),
            generation: try value(Int.self, "generation"))
    }

    /// Columns of `backfill_row`.
    fileprivate func backfillRow() throws -> BackfillRow {
        var row = BackfillRow(
            position: try value(Int.self, "position"), input: try text("input"),
            output: try text("output"), tenant: try tenant(), profile: try digest("profile"),
            profileName: try text("profile_name"), key: self["key"],
            metadata: try (self["metadata"] as String?).map {
                try fromJSON([String: String].self, $0)
            } ?? [:])
        row.state = try named(BackfillRow.State.self, "state")
        row.isDue = try value(Bool.self, "due")
        row.code = self["code"]
        row.reason = self["reason"]
        row.source = try optionalDigest("source")
        row.job = (self["job"] as String?).map { JobID($0) }
        row.admittedPass = try value(Int.self, "admitted")
        row.endedPass = try value(Int.self, "ended")
        return row
    }
}
