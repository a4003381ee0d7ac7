import Ledger
import TranscodeModel

/// Whether a ledger's row says what the reference model expects.
enum RowComparison {
    /// What differs, for people; nil when nothing does.
    /// Whole arrays are given, and single members read, so that no row is copied.
    static func difference(
        _ position: Int, _ units: [ModelUnit], _ rows: [UnitRow]
    ) -> String? {
        if isSame(position, units, rows) { return nil }
        return "the ledger has \(text(rows[position])), the model \(text(units[position]))"
    }

    private static func isSame(_ n: Int, _ units: [ModelUnit], _ rows: [UnitRow]) -> Bool {
        units[n].state == rows[n].state
            && (units[n].unmet == rows[n].unmet || units[n].state != .blocked)
            && units[n].attempt == rows[n].attempt
            && units[n].attemptsMaximum == rows[n].attemptsMaximum
            && units[n].epoch == rows[n].epoch && units[n].crashes == rows[n].crashes
            && units[n].isSplit == rows[n].isSplit
            && (units[n].state != .ready || units[n].runAt == rows[n].runAt)
            && (units[n].state != .leased || isSameLease(n, units, rows))
            && (units[n].state != .done || isSameCompletion(n, units, rows))
            && units[n].failure == rows[n].failure
    }

    private static func isSameLease(_ n: Int, _ units: [ModelUnit], _ rows: [UnitRow]) -> Bool {
        units[n].progress == rows[n].progress && units[n].startedAt == rows[n].startedAt
            && isSame(units[n].holder, rows[n].holder) && isSame(units[n].rival, rows[n].rival)
    }

    private static func isSameCompletion(
        _ n: Int, _ units: [ModelUnit], _ rows: [UnitRow]
    ) -> Bool {
        units[n].finishedAt == rows[n].finishedAt
            && rows[n].completion?.epoch == units[n].epoch
            && rows[n].completion?.attempt == units[n].committed?.attempt
    }

    static func difference(_ unit: ModelUnit, _ record: UnitRecord) -> String? {
        if unit.state == record.state, unit.attempt == record.attempt,
            unit.attemptsMaximum == record.attemptsMaximum, unit.epoch == record.epoch,
            unit.crashes == record.crashes, unit.isSplit == record.isSplit,
            unit.state != .ready || unit.runAt == record.runAtMilliseconds,
            unit.state != .leased
                || unit.progress == record.progress
                    && unit.startedAt == record.startedMilliseconds,
            unit.holder?.node == record.node, unit.rival?.node == record.rivalNode,
            unit.state != .done || unit.finishedAt == record.finishedMilliseconds,
            unit.failure == record.failure
        {
            return nil
        }
        return "the ledger has \(record), the model \(text(unit))"
    }

    private static func isSame(_ left: ModelHold?, _ right: Hold?) -> Bool {
        left?.attempt == right?.attempt && left?.node == right?.node && left?.until == right?.until
    }

    private static func text(_ row: borrowing UnitRow) -> String {
        "\(row.state.rawValue), unmet \(row.unmet), attempt \(row.attempt) of \(row.attemptsMaximum), "
            + "epoch \(row.epoch), crashes \(row.crashes), split \(row.isSplit), run at \(row.runAt), "
            + "progress \(row.progress), holder \(String(describing: row.holder)), "
            + "rival \(String(describing: row.rival)), failure \(String(describing: row.failure))"
    }

    private static func text(_ unit: ModelUnit) -> String {
        "\(unit.state.rawValue), unmet \(unit.unmet), attempt \(unit.attempt) of "
            + "\(unit.attemptsMaximum), epoch \(unit.epoch), crashes \(unit.crashes), split "
            + "\(unit.isSplit), run at \(unit.runAt), progress \(unit.progress), holder "
            + "\(String(describing: unit.holder)), rival \(String(describing: unit.rival)), failure "
            + "\(String(describing: unit.failure))"
    }
}
