import Logging
import TranscodeModel

/// One line of the log, as text or as JSON.
struct LogRecord {
    /// Milliseconds since 1970.
    var milliseconds: Int64
    var level: Logger.Level
    var message: String
    var metadata: [String: String] = [:]

    /// Values that are numbers in JSON.
    private static let numbers: Set<String> = [
        "unit", "attempt", "epoch", "units", "after_ms", "files",
    ]

    var text: String {
        let pairs = metadata.sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
        return "reelmill: \(level): \(message)\(pairs)"
    }

    /// `time`, `level` and `message` first, then the rest in the order of their names.
    var json: String {
        var members = [
            ("time", LogRecord.quoted(Timestamp.text(milliseconds: milliseconds))),
            ("level", LogRecord.quoted(level.rawValue)), ("message", LogRecord.quoted(message)),
        ]
        for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
            let isNumber = LogRecord.numbers.contains(key) && Int64(value).map(String.init) == value
            members.append((key, isNumber ? value : LogRecord.quoted(value)))
        }
        let list = members.map { LogRecord.quoted($0.0) + ":" + $0.1 }.joined(separator: ",")
        return "{" + list + "}"
    }

    /// A JSON string (RFC 8259, section 7), on one line and without anything that steers a terminal.
    static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case _ where scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value):
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
