import Ledger
import TranscodeModel

/// Whether a ledger's row says what the reference model expects.
enum RowComparison {
    /// What differs, for people; nil when nothing does.
    static func difference(_ unit: ModelUnit, _ row: borrowing UnitRow) -> String? {
        if unit.state == row.state, unit.unmet == row.unmet || unit.state != .blocked,
            unit.attempt == row.attempt, unit.attemptsMaximum == row.attemptsMaximum,
            unit.epoch == row.epoch, unit.crashes == row.crashes, unit.isSplit == row.isSplit,
            unit.state != .ready || unit.runAt == row.runAt,
            unit.state != .leased
                || unit.progress == row.progress && unit.startedAt == row.startedAt
                    && isSame(unit.holder, row.holder) && isSame(unit.rival, row.rival),
            unit.state != .done
                || unit.finishedAt == row.finishedAt && row.completion?.epoch == unit.epoch
                    && row.completion?.attempt == unit.committed?.attempt,
            unit.failure == row.failure
        {
            return nil
        }
        return "the ledger has \(text(row)), the model \(text(unit))"
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
