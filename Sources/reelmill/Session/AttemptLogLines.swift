import ArtifactStore
import Ledger
import Node
import TranscodeModel

/// One line of the log of one attempt.
struct AttemptLogLine: Encodable, Hashable {
    /// When it was said, in UTC, by the clock of the node that held the attempt.
    var time: String
    var job: JobID
    var tenant: TenantID
    var unit: Int
    var kind: UnitKind?
    var attempt: Int
    /// `node`, or `worker` for what the worker process wrote.
    var source: String
    var message: String

    var text: String {
        let what = "unit \(unit)" + (kind.map { " " + $0.rawValue } ?? "")
        return [time, what, "attempt \(attempt)", source, message].joined(separator: "  ")
    }
}

/// Reads the logs of a job's attempts, all of them or what is new since the last time.
struct AttemptLogReader {
    let store: any ArtifactStore
    let job: JobRecord
    /// By position.
    var kinds: [Int: UnitKind]
    var unit: Int?
    var attempt: Int?
    /// How many bytes of each log were told, of all that was ever said. Not of its file: that of a log that grows too long
    /// is written anew, and says how much it leaves out.
    private var told: [AttemptLogName: Int] = [:]

    init(store: any ArtifactStore, job: JobRecord, kinds: [Int: UnitKind]) {
        self.store = store
        self.job = job
        self.kinds = kinds
    }

    /// The logs that are asked for.
    func listing() throws(Failure) -> [AttemptLogName] {
        try store.logs(of: job.id, tenant: job.tenant).map(\.name).filter { name in
            (unit ?? name.unit.position) == name.unit.position
                && (attempt ?? name.attempt) == name.attempt
        }
    }

    /// What was not told before, in the order of time.
    mutating func news() throws(Failure) -> [AttemptLogLine] {
        var fresh: [(key: String, line: AttemptLogLine)] = []
        for name in try listing() {
            let lines = AttemptLogReader.parse(try stable(name))
            let before = told[name] ?? 0
            // Each attempt keeps its own order, also when its node's clock was set back.
            var latest = ""
            for line in lines where line.end > before {
                latest = max(latest, line.time)
                fresh.append(
                    (
                        latest,
                        AttemptLogLine(
                            time: line.time, job: job.id, tenant: job.tenant,
                            unit: name.unit.position, kind: kinds[name.unit.position],
                            attempt: name.attempt, source: line.source, message: line.message)
                    ))
            }
            told[name] = max(before, lines.last?.end ?? 0)
        }
        // Lines of one moment keep the order of their attempts.
        return fresh.enumerated().sorted {
            ($0.element.key, $0.offset) < ($1.element.key, $1.offset)
        }.map(\.element.line)
    }

    /// The bytes of a log. One that is written anew is read until it is the same twice, since between two writes it is
    /// neither the one nor the other.
    private func stable(_ name: AttemptLogName) throws(Failure) -> [UInt8] {
        var bytes = try store.readLog(name, tenant: job.tenant)
        guard AttemptLogReader.parse(bytes).contains(where: { $0.leftOut != nil }) else {
            return bytes
        }
        for _ in 0..<10 {
            let again = try store.readLog(name, tenant: job.tenant)
            if again == bytes { break }
            bytes = again
        }
        return bytes
    }

    /// A line as it stands in the store.
    struct StoredLine {
        var time: String
        var source: String
        var message: String
        /// How many bytes had ever been said up to its end.
        var end: Int
        /// Stands for so many bytes that are left out.
        var leftOut: Int?
    }

    /// Each whole line. What has not the form of one belongs to the line before it.
    static func parse(_ bytes: [UInt8]) -> [StoredLine] {
        var time = "1970-01-01T00:00:00.000Z"
        var lines: [StoredLine] = []
        var end = 0
        var rest = bytes[...]
        while let stop = rest.firstIndex(of: UInt8(ascii: "\n")) {
            let text = String(decoding: rest[..<stop], as: UTF8.self)
            let length = stop + 1 - rest.startIndex
            rest = rest[(stop + 1)...]
            let parts = text.split(separator: " ", maxSplits: 2)
            guard parts.count == 3, Timestamp.isTimestamp(parts[0]),
                parts[1] == "node" || parts[1] == "worker"
            else {
                end += length
                if !text.isEmpty {
                    lines.append(
                        StoredLine(time: time, source: "node", message: text, end: end))
                }
                continue
            }
            time = String(parts[0])
            let leftOut = parts[1] == "node" ? BoundedLog.leftOut(of: parts[2]) : nil
            end += leftOut ?? length
            lines.append(
                StoredLine(
                    time: time, source: String(parts[1]), message: String(parts[2]), end: end,
                    leftOut: leftOut))
        }
        return lines
    }
}
