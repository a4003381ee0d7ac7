import TranscodeModel

/// A backfill in memory.
struct MemoryBackfill: Hashable, Sendable {
    var record: BackfillRecord
    /// The pass that is being listed; 0 for none.
    var draft = 0
    var rows: [BackfillRow] = []
    var draftRows: [BackfillRow] = []

    /// Whether a row may become this. The same rules stand in the schema.
    static func allows(_ old: BackfillRow, _ new: BackfillRow) -> Bool {
        let isEdge =
            new.state != .quarantined || old.state == .running || old.state == .quarantined
        return isEdge && isWellFormed(new)
            && (old.input, old.output, old.tenant, old.profile, old.key)
                == (new.input, new.output, new.tenant, new.profile, new.key)
    }

    static func isWellFormed(_ row: BackfillRow) -> Bool {
        (row.state != .running || row.job != nil && !row.isDue)
            && (row.state != .done || row.source != nil)
            && [.skipped, .failed, .quarantined].contains(row.state) == (row.code != nil)
            && (!row.state.isEnd || row.endedPass > 0) && (row.state != .pending || row.isDue)
    }

    /// Whether the backfill may go from one state to another.
    static func allows(
        _ old: BackfillRecord.State, _ new: BackfillRecord.State, pass: Int
    ) -> Bool {
        switch new {
        case .planned: true
        case .running: pass > 0 && old != .running
        case .paused: old == .planned || old == .running
        case .stopped, .done: old == .running
        }
    }

    func counts() -> BackfillCounts {
        struct Key: Hashable {
            var state: BackfillRow.State
            var code: String?
        }
        let pass = record.pass
        let failures = rows.filter {
            ($0.state == .failed || $0.state == .quarantined) && $0.endedPass == pass
        }
        let groups = Dictionary(grouping: rows) { Key(state: $0.state, code: $0.code) }.map {
            BackfillCounts.Group(state: $0.key.state, code: $0.key.code, rows: $0.value.count)
        }.sorted {
            $0.state != $1.state
                ? $0.state.rawValue < $1.state.rawValue : ($0.code ?? "") < ($1.code ?? "")
        }
        return BackfillCounts(
            groups: groups, due: rows.count(where: \.isDue),
            admitted: rows.count { $0.admittedPass == pass && pass > 0 },
            admittedFailures: failures.count { $0.admittedPass == pass }, failures: failures.count)
    }

    func rows(_ query: BackfillRowQuery) -> [BackfillRow] {
        Array(
            rows.lazy.filter {
                $0.position > query.after
                    && (query.states.isEmpty || query.states.contains($0.state))
                    && (!query.isDueOnly || $0.isDue)
                    && query.inputs?.contains($0.input) ?? true
            }.prefix(max(query.limit, 0)))
    }
}
