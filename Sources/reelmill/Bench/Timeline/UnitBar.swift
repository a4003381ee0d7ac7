import Ledger
import TranscodeModel

/// One attempt at a unit, from its lease to its end, as the ledger's history tells it.
struct UnitBar: Encodable, Equatable {
    enum Ending: String, Encodable {
        /// One artifact was committed.
        case done
        /// The lease ended without one: failed, lost, handed back, or the other holder was quicker.
        case lost
    }

    var job: JobID
    var position: Int
    var kind: UnitKind
    var attempt: Int
    /// In the ledger's time.
    var startMilliseconds: Int64
    var endMilliseconds: Int64
    var ending: Ending
    /// What it works at, in a few words, such as `chunk 3`.
    var label = ""

    var seconds: Double { Double(endMilliseconds - startMilliseconds) / 1000 }

    /// - Parameter events: of one job or of several, oldest first. What has not ended is left out.
    static func bars(_ events: [EventRecord]) -> [UnitBar] {
        var open: [UnitID: [UnitBar]] = [:]
        var bars: [UnitBar] = []
        for event in events {
            guard let kind = UnitKind(rawValue: event.kind), let job = event.job,
                let position = event.position
            else { continue }
            let unit = UnitID(job: job, position: position)
            if event.to == UnitState.leased.rawValue {
                // A second one of the same unit is a hedge.
                open[unit, default: []].append(
                    UnitBar(
                        job: job, position: position, kind: kind, attempt: event.attempt ?? 0,
                        startMilliseconds: event.atMilliseconds,
                        endMilliseconds: event.atMilliseconds, ending: .lost))
            } else if event.from == UnitState.leased.rawValue {
                let isDone = event.to == UnitState.done.rawValue
                for var bar in open.removeValue(forKey: unit) ?? [] {
                    bar.endMilliseconds = max(event.atMilliseconds, bar.startMilliseconds)
                    let isIts = event.attempt == nil || event.attempt == bar.attempt
                    bar.ending = isDone && isIts ? .done : .lost
                    bars.append(bar)
                }
            }
        }
        return bars.sorted {
            ($0.startMilliseconds, $0.endMilliseconds, $0.job.text, $0.position, $0.attempt)
                < ($1.startMilliseconds, $1.endMilliseconds, $1.job.text, $1.position, $1.attempt)
        }
    }

    /// Milliseconds in which at least one unit of these kinds was leased.
    static func union(_ bars: [UnitBar], of kinds: Set<UnitKind>) -> Int64 {
        var sum: Int64 = 0
        var end = Int64.min
        for bar in bars.filter({ kinds.contains($0.kind) })
            .sorted(by: { $0.startMilliseconds < $1.startMilliseconds })
        {
            let start = max(bar.startMilliseconds, end)
            if bar.endMilliseconds > start {
                sum += bar.endMilliseconds - start
                end = bar.endMilliseconds
            }
        }
        return sum
    }

    /// Each bar's row: the first that is free when it starts. The ledger knows who holds a lease, not in which of his
    /// slots; at any time as many rows are taken as slots were.
    static func rows(_ bars: [UnitBar]) -> [Int] {
        var freeFrom: [Int64] = []
        return bars.map { bar in
            if let row = freeFrom.firstIndex(where: { $0 <= bar.startMilliseconds }) {
                freeFrom[row] = bar.endMilliseconds
                return row
            }
            freeFrom.append(bar.endMilliseconds)
            return freeFrom.count - 1
        }
    }
}
