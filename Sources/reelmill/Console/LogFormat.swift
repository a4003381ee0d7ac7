import ArgumentParser

/// What lines on standard error look like.
enum LogFormat: String, CaseIterable, ExpressibleByArgument {
    /// For people: the level, the message and `key=value`.
    case text
    /// For programs: one JSON object a line.
    case json
}
