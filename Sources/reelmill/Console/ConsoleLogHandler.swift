import Logging

/// Log lines among the progress lines: level, message, and what belongs to it.
struct ConsoleLogHandler: LogHandler {
    var logLevel = Logger.Level.warning
    var metadata: Logger.Metadata = [:]

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { $1 }
        Console.log(event.level, "\(event.message)", all.mapValues { "\($0)" })
    }
}
