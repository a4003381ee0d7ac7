import Foundation
import Logging
import Synchronization

/// Standard output for data, standard error for people.
///
/// Colour and cursor movement are used only on a terminal, and never when `NO_COLOR` is set
/// (https://no-color.org).
enum Console {
    static func print(_ text: String) { write(text + "\n", to: STDOUT_FILENO) }

    /// What lines on standard error look like, from now on.
    static var logFormat: LogFormat {
        get { format.withLock { $0 } }
        set { format.withLock { $0 = newValue } }
    }

    private static let format = Mutex(LogFormat.text)

    /// A line for people, above the progress lines if there are any. In a log of JSON it is a message of this level.
    static func note(_ text: String, level: Logger.Level = .notice) {
        guard logFormat == .json else { return writeLine(text) }
        for line in text.split(separator: "\n") {
            let bare = line.hasPrefix("reelmill: ") ? line.dropFirst(10) : line
            log(level, String(bare), [:])
        }
    }

    /// A line of the log, above the progress lines if there are any.
    static func log(_ level: Logger.Level, _ message: String, _ metadata: [String: String]) {
        let record = LogRecord(
            milliseconds: Int64(Date().timeIntervalSince1970 * 1000), level: level,
            message: message, metadata: metadata)
        writeLine(logFormat == .json ? record.json : record.text)
    }

    private static func writeLine(_ text: String) {
        block.withLock { lines in
            write(erase(lines) + text + "\n", to: STDERR_FILENO)
            lines = 0
        }
    }

    /// Replaces the progress lines, which stay at the bottom of a terminal.
    static func show(_ lines: [String]) {
        block.withLock { shown in
            let text = lines.map { "\($0.prefix(columns - 1))\n" }.joined()
            write(erase(shown) + text, to: STDERR_FILENO)
            shown = lines.count
        }
    }

    /// How many progress lines stand above the cursor.
    private static let block = Mutex(0)

    private static func erase(_ lines: Int) -> String {
        lines > 0 ? "\u{1B}[\(lines)A\r\u{1B}[J" : ""
    }

    /// Prints `{"schema": 1, "NAME": value}`. The number rises when a member changes its meaning or goes.
    static func printJSON(_ name: String, _ value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let document = Document(name: name, value: value)
        print(String(decoding: try encoder.encode(document), as: UTF8.self))
    }

    /// A value as one line of JSON.
    static func jsonLine(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    private struct Document<Value: Encodable>: Encodable {
        static var schemaVersion: Int { 1 }
        var name: String
        var value: Value

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: AnyKey.self)
            try container.encode(Document.schemaVersion, forKey: AnyKey("schema"))
            try container.encode(value, forKey: AnyKey(name))
        }
    }

    private struct AnyKey: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }
        init(_ text: String) { stringValue = text }
        init?(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { return nil }
    }

    static var standardErrorIsTerminal: Bool { isatty(STDERR_FILENO) == 1 }

    /// Whether escape sequences may be written to standard error.
    static var allowsEscapes: Bool {
        let environment = ProcessInfo.processInfo.environment
        return standardErrorIsTerminal && logFormat == .text
            && environment["NO_COLOR", default: ""].isEmpty
            && environment["TERM"] != "dumb"
    }

    /// Columns of the terminal on standard error; 80 when it does not say.
    static var columns: Int {
        var size = winsize()
        guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }

    static func write(_ text: String, to descriptor: Int32) {
        let bytes = Array(text.utf8)
        var offset = 0
        while offset < bytes.count {
            let count = bytes.withUnsafeBytes {
                Foundation.write(descriptor, $0.baseAddress! + offset, bytes.count - offset)
            }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return }
            offset += count
        }
    }
}
