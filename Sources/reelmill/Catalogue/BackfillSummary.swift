import Ledger

/// How far a backfill has come, as text or JSON.
struct BackfillSummary: Encodable {
    var name: String
    var state: BackfillRecord.State
    var reason: String?
    var pass: Int
    var settings: BackfillSettings
    var createdMilliseconds: Int64
    var changedMilliseconds: Int64
    var rows: Int
    /// Rows by state.
    var byState: [String: Int]
    /// Of what was skipped or failed, rows by reason.
    var byCode: [String: Int]
    var due: Int

    init(_ record: BackfillRecord, _ counts: BackfillCounts) {
        name = record.name
        state = record.state
        reason = record.reason
        pass = record.pass
        settings = record.settings
        createdMilliseconds = record.createdMilliseconds
        changedMilliseconds = record.changedMilliseconds
        rows = counts.total
        byState = Dictionary(
            uniqueKeysWithValues: BackfillRow.State.allCases.map { ($0.rawValue, counts[$0]) })
        byCode = counts.groups.reduce(into: [:]) { sums, group in
            if let code = group.code { sums[code, default: 0] += group.rows }
        }
        due = counts.due
    }

    private static let failuresMaximum = 20

    /// The first of the rows that failed, with their reasons, on standard error.
    static func printFailures(_ name: String, _ ledger: any BackfillLedger) throws {
        let failed = try ledger.rows(
            BackfillRowQuery(states: [.failed, .quarantined], limit: failuresMaximum + 1), of: name)
        for row in failed.prefix(failuresMaximum) {
            let reason = row.reason ?? ""
            // Most reasons name the file.
            let subject = reason.hasPrefix(row.input) ? "" : row.input + ": "
            Console.note("reelmill: \(subject)\(reason) [\(row.code ?? "")]")
        }
        if failed.count > failuresMaximum {
            Console.note("reelmill: and more; `reelmill backfill report \(name)` has all of them")
        }
    }
}
