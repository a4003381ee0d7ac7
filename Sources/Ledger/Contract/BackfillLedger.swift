public import TranscodeModel

/// A ledger that keeps catalogues too: what a person works with. A node needs no more than a `Ledger`.
///
/// The same promises hold: one transaction a call, and a call that throws changed nothing.
public protocol BackfillLedger: Ledger {
    /// The ledger's time.
    var nowMilliseconds: Int64 { get }
    /// One snapshot of what is under way, what waits, and what was done in the last so many milliseconds. Its cost does
    /// not grow with what has ended.
    func overview(recentMilliseconds: Int64) throws(LedgerFailure) -> LedgerOverview

    /// Begins a listing of the backfill of this name, making it if it is new; what an earlier listing that was cut off
    /// had drafted is forgotten. Returns the number of the draft's pass.
    func draftBackfill(
        _ name: String, settings: BackfillSettings
    ) throws(LedgerFailure) -> Int
    /// Appends rows to the draft. The profiles are those that they name; known ones may be left out. Refuses rows of
    /// a draft that another listing has replaced.
    func addRows(
        _ rows: [BackfillRow], profiles: [Digest: Profile], toDraft pass: Int, of name: String
    ) throws(LedgerFailure)
    /// The draft takes the place of the rows that counted, and the backfill is planned, with these settings. Refuses a
    /// draft that another listing has replaced.
    func adoptDraft(
        _ pass: Int, of name: String, settings: BackfillSettings
    ) throws(LedgerFailure) -> BackfillRecord
    /// False, and nothing is changed, when it is in none of the states that the change starts from.
    func changeBackfill(
        _ name: String, _ change: BackfillChange
    ) throws(LedgerFailure) -> Bool
    /// Holds, or lets go, those of its jobs that have not ended.
    func hold(_ name: String, _ hold: JobHold) throws(LedgerFailure)
    /// Changes those rows of the pass that are still in the state that they were seen in, and returns how many. None is
    /// changed once another pass counts.
    func changeRows(
        _ changes: [BackfillRowChange], pass: Int, of name: String
    ) throws(LedgerFailure) -> Int
    func backfill(_ name: String) throws(LedgerFailure) -> BackfillRecord?
    /// By name.
    func backfills() throws(LedgerFailure) -> [BackfillRecord]
    /// Of the pass that counts, by position.
    func rows(_ query: BackfillRowQuery, of name: String) throws(LedgerFailure) -> [BackfillRow]
    func rowCounts(of name: String) throws(LedgerFailure) -> BackfillCounts
    /// A tenant's rows of any backfill, done or under way, of that source and profile, the newest backfill first; at most
    /// 100.
    func rows(
        source: Digest, profile: Digest, tenant: TenantID
    ) throws(LedgerFailure) -> [BackfillRow]
    /// A profile that rows name.
    func backfillProfile(_ digest: Digest) throws(LedgerFailure) -> Profile?
}
