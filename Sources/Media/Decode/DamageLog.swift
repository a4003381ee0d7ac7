import CLibAV
import TranscodeModel

/// Gathers what of one stream could not be decoded; under `strict`, the first of it ends the unit.
final class DamageLog {
    private let stream: Int
    private let timeBase: Rational
    private let policy: DamagePolicy
    /// Only damage at these ticks counts: pictures outside are another unit's. Without a time it counts.
    private let range: Range<Int64>
    private var runs: [(first: Int64, last: Int64, count: Int)] = []
    private var untimed = 0

    /// Errors this near to each other are told as one, in seconds.
    private static let togetherSeconds = Rational(1)
    private static let runsMaximum = 20

    init(
        stream: Int, timeBase: Rational, policy: DamagePolicy,
        range: Range<Int64> = Int64.min..<Int64.max
    ) {
        self.stream = stream
        self.timeBase = timeBase
        self.policy = policy
        self.range = range
    }

    /// Forgets all, before the same pictures are decoded once more from another place.
    func reset() {
        runs = []
        untimed = 0
    }

    /// Counts one error; `ticks` is when, if that is known.
    func note(at ticks: Int64?, _ reason: String) throws(Failure) {
        guard let ticks, ticks != reelmill_no_pts else {
            untimed += 1
            return try refuse(nil, reason)
        }
        guard range.contains(ticks) else { return }
        add(ticks)
        try refuse(ticks, reason)
    }

    /// What a decoder says of a picture or block that it gave.
    func note(_ frame: borrowing Frame) throws(Failure) {
        let value = frame.pointer.pointee
        guard value.decode_error_flags != 0 || value.flags & AV_FRAME_FLAG_CORRUPT != 0 else {
            return
        }
        try note(at: value.best_effort_timestamp, "damaged picture or sound")
    }

    private func add(_ ticks: Int64) {
        let reach = (DamageLog.togetherSeconds / timeBase).floor
        if let last = runs.indices.last {
            let distance = ticks.subtractingReportingOverflow(runs[last].last).partialValue
            if distance <= reach || runs.count >= DamageLog.runsMaximum {
                runs[last].first = min(runs[last].first, ticks)
                runs[last].last = max(runs[last].last, ticks)
                runs[last].count += 1
                return
            }
        }
        runs.append((ticks, ticks, 1))
    }

    private func refuse(_ ticks: Int64?, _ reason: String) throws(Failure) {
        guard policy == .strict else { return }
        let place = Damage(
            kind: .decodeErrors, streamIndex: stream, count: 1, start: ticks.flatMap(time))
        throw Failure(
            .permanent, .damaged,
            "\(place.text.prefix { $0 != ";" }) (\(reason)), and the profile says “damage: strict”. "
                + "Upload an undamaged file, or use “damage: salvage”.")
    }

    /// Errors in all.
    var count: Int { runs.reduce(untimed) { $0 + $1.count } }

    /// In the order of their times.
    var damage: [Damage] {
        var list = runs.map { run in
            Damage(
                kind: .decodeErrors, streamIndex: stream, count: run.count, start: time(run.first),
                end: time(run.last))
        }
        if untimed > 0 {
            list.append(Damage(kind: .decodeErrors, streamIndex: stream, count: untimed))
        }
        return list
    }

    private func time(_ ticks: Int64) -> Rational? {
        Rational(exactly: ticks, timeBase.denominator).flatMap { whole in
            // A product that would not fit is a time beyond any source.
            whole.numerator.magnitude < 1 << 40 ? whole * Rational(timeBase.numerator) : nil
        }
    }
}
