public import WorkerProtocol

/// What a worker's host tells of it while it runs, beside its progress.
public enum WorkerNote: Sendable, Hashable {
    /// It runs, as this process.
    case started(process: Int32)
    /// It said what confines it, and has read nothing yet.
    case confined(Confinement)
    /// Something about its start that people should know.
    case warned(String)
    /// A line of its log, safe to print.
    case said(String)
    /// It writes more than is looked at: so many bytes of its log are left out here.
    case leftOut(bytes: Int)
}

/// Cuts a worker's log into lines that are safe to print: all that a sober worker writes, and of a flood what fits a
/// rate, with its end.
struct LogLines {
    /// Longer lines are cut.
    static let lineMaximum = 1000
    /// What is looked at at once, and in each second.
    private static let budgetMaximum = 64 << 10
    /// Once it was too much, nothing is looked at before so much may be: a flood is told in pieces that can be read.
    private static let budgetToResume = 16 << 10

    private var budget = budgetMaximum
    private var refilledAt: UInt64
    private var line: [UInt8] = []
    private var skipped = 0

    /// Times are nanoseconds of one clock.
    init(at now: UInt64) { refilledAt = now }

    mutating func append(_ bytes: [UInt8], at now: UInt64) -> [WorkerNote] {
        refill(now)
        if skipped > 0, budget < Self.budgetToResume {
            skipped += bytes.count
            return []
        }
        let looked = bytes.prefix(budget)
        budget -= looked.count
        var notes: [WorkerNote] = []
        var rest = looked
        if skipped > 0 {
            // The line that was skipped into is left out to its end.
            guard let end = rest.firstIndex(of: UInt8(ascii: "\n")) else {
                skipped += bytes.count
                return []
            }
            skipped += end + 1 - rest.startIndex
            notes.append(.leftOut(bytes: skipped))
            skipped = 0
            rest = rest[(end + 1)...]
        }
        notes += lines(in: rest)
        if looked.count < bytes.count {
            notes += endLine()
            skipped = bytes.count - looked.count
        }
        return notes
    }

    /// `tail` is the end of all that was written.
    mutating func finish(tail: [UInt8]) -> [WorkerNote] {
        guard skipped > 0 else { return endLine() }
        let last = tail.suffix(skipped)
        let start = last.firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? last.startIndex
        let left = skipped - (last.endIndex - start)
        skipped = 0
        return (left > 0 ? [.leftOut(bytes: left)] : []) + lines(in: last[start...]) + endLine()
    }

    private mutating func refill(_ now: UInt64) {
        let seconds = Double(now &- refilledAt) / 1e9
        let gained = Int(min(seconds, 1) * Double(Self.budgetMaximum))
        guard gained > 0 else { return }
        budget = min(Self.budgetMaximum, budget + gained)
        refilledAt = now
    }

    private mutating func lines(in bytes: ArraySlice<UInt8>) -> [WorkerNote] {
        var notes: [WorkerNote] = []
        var rest = bytes
        while let end = rest.firstIndex(where: { $0 == UInt8(ascii: "\n") || $0 == 13 }) {
            line += rest[..<end]
            notes += endLine()
            rest = rest[(end + 1)...]
        }
        // More than what is printed of a line is of no use.
        line += rest.prefix(max(0, 4 * Self.lineMaximum - line.count))
        return notes
    }

    private mutating func endLine() -> [WorkerNote] {
        defer { line = [] }
        let text = WorkerEnding.printable(
            String(decoding: line, as: UTF8.self), maximum: Self.lineMaximum)
        return text.allSatisfy { $0 == " " } ? [] : [.said(text)]
    }
}
