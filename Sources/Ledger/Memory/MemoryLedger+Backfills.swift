public import TranscodeModel

extension MemoryLedger: BackfillLedger {
    public var nowMilliseconds: Int64 { clock.read() }

    public func overview(recentMilliseconds: Int64) throws(LedgerFailure) -> LedgerOverview {
        let now = clock.read()
        return read { $0.overview(recentMilliseconds: recentMilliseconds, now: now) }
    }

    public func draftBackfill(
        _ name: String, settings: BackfillSettings
    ) throws(LedgerFailure) -> Int {
        try change { state, now throws(LedgerFailure) in
            try state.draftBackfill(name, settings, now: now)
        }
    }

    public func addRows(
        _ rows: [BackfillRow], profiles: [Digest: Profile], toDraft pass: Int, of name: String
    ) throws(LedgerFailure) {
        try change { state, _ throws(LedgerFailure) in
            try state.addRows(rows, profiles, pass, name)
        }
    }

    public func adoptDraft(
        _ pass: Int, of name: String, settings: BackfillSettings
    ) throws(LedgerFailure) -> BackfillRecord {
        try change { state, now throws(LedgerFailure) in
            try state.adoptDraft(pass, name, settings, now: now)
        }
    }

    public func changeBackfill(
        _ name: String, _ asked: BackfillChange
    ) throws(LedgerFailure) -> Bool {
        try change { state, now throws(LedgerFailure) in
            try state.changeBackfill(name, asked, now: now)
        }
    }

    public func hold(_ name: String, _ hold: JobHold) throws(LedgerFailure) {
        try change { state, _ throws(LedgerFailure) in try state.hold(name, hold) }
    }

    public func changeRows(
        _ changes: [BackfillRowChange], pass: Int, of name: String
    ) throws(LedgerFailure) -> Int {
        try change { state, _ throws(LedgerFailure) in try state.changeRows(changes, pass, name) }
    }

    public func backfill(_ name: String) throws(LedgerFailure) -> BackfillRecord? {
        read { $0.backfills[name]?.record }
    }

    public func backfills() throws(LedgerFailure) -> [BackfillRecord] {
        read { state in state.backfills.values.map(\.record).sorted { $0.name < $1.name } }
    }

    public func rows(
        _ query: BackfillRowQuery, of name: String
    ) throws(LedgerFailure) -> [BackfillRow] {
        read { $0.backfills[name]?.rows(query) ?? [] }
    }

    public func rowCounts(of name: String) throws(LedgerFailure) -> BackfillCounts {
        read { state in
            state.backfills[name]?.counts()
                ?? BackfillCounts(
                    groups: [], due: 0, admitted: 0, admittedFailures: 0, failures: 0)
        }
    }

    public func rows(
        source: Digest, profile: Digest, tenant: TenantID
    ) throws(LedgerFailure) -> [BackfillRow] {
        read { $0.rows(source, profile, tenant) }
    }

    public func backfillProfile(_ digest: Digest) throws(LedgerFailure) -> Profile? {
        read { $0.backfillProfiles[digest] }
    }
}
