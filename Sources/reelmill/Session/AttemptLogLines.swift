import ArtifactStore
import Ledger
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
    private var read: [AttemptLogName: Mark] = [:]

    /// How far a log was read. A log that grows too long is written anew, so that no offset would do.
    private struct Mark {
        var time = ""
        var texts: Set<String> = []
    }

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
        var fresh: [AttemptLogLine] = []
        for name in try listing() {
            let bytes = try store.readLog(name, tenant: job.tenant)
            let lines = AttemptLogReader.parse(bytes).map { time, source, message in
                AttemptLogLine(
                    time: time, job: job.id, tenant: job.tenant, unit: name.unit.position,
                    kind: kinds[name.unit.position], attempt: name.attempt, source: source,
                    message: message)
            }
            fresh += take(lines, of: name)
        }
        // Lines of one moment keep the order of their attempts, and each attempt its own.
        return fresh.enumerated().sorted {
            ($0.element.time, $0.offset) < ($1.element.time, $1.offset)
        }.map(\.element)
    }

    private mutating func take(
        _ lines: [AttemptLogLine], of name: AttemptLogName
    ) -> [AttemptLogLine] {
        var mark = read[name] ?? Mark()
        let fresh = lines.filter { line in
            line.time > mark.time || (line.time == mark.time && !mark.texts.contains(line.message))
        }
        if let last = fresh.last {
            if last.time != mark.time { mark.texts = [] }
            mark.time = last.time
            mark.texts.formUnion(fresh.filter { $0.time == last.time }.map(\.message))
        }
        read[name] = mark
        return fresh
    }

    /// Time, source and message of each whole line. What has not that form belongs to the line before it.
    static func parse(_ bytes: [UInt8]) -> [(String, String, String)] {
        guard let end = bytes.lastIndex(of: UInt8(ascii: "\n")) else { return [] }
        var time = "1970-01-01T00:00:00.000Z"
        return String(decoding: bytes[..<end], as: UTF8.self).split(separator: "\n").map { line in
            let parts = line.split(separator: " ", maxSplits: 2)
            guard parts.count == 3, Timestamp.isTimestamp(parts[0]),
                parts[1] == "node" || parts[1] == "worker"
            else { return (time, "node", String(line)) }
            time = String(parts[0])
            return (time, String(parts[1]), String(parts[2]))
        }
    }
}
