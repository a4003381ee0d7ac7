import TranscodeModel

/// One source that a catalogue names, before anything of it is known.
struct CatalogueEntry: Equatable {
    /// As the file system knows it.
    var path: String
    /// Names the output where none is given: relative to the directory that was named.
    var name: String
    var output: String?
    /// A shipped profile, or a file; nil for that of the command line.
    var profile: String?
    var tenant: String?
    var key: String?
    var metadata: [String: String] = [:]
    /// Why a line of a list cannot be used; the row then fails with it.
    var fault: String?

    init(path: String, name: String) {
        self.path = path
        self.name = name
    }

    /// A line that cannot be used.
    init(fault: String, line: Int) {
        path = "line \(line)"
        name = path
        self.fault = fault
    }
}

/// Lists of sources in files.
enum ListFormat: String, CaseIterable {
    /// One path a line.
    case lines
    /// With a line of names of columns: `input`, and any of `output`, `profile`, `tenant` and `key`; others are metadata
    /// (RFC 4180).
    case csv
    /// One JSON object a line, with the same members and an object `metadata`.
    case ndjson

    /// By the name's extension.
    init(path: String) {
        let name = path.lowercased()
        self =
            name.hasSuffix(".csv")
            ? .csv : name.hasSuffix(".ndjson") || name.hasSuffix(".jsonl") ? .ndjson : .lines
    }
}
