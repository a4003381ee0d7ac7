import ArgumentParser

/// What is fuzzed.
enum Part: String, CaseIterable, Codable, ExpressibleByArgument {
    /// Files, through worker processes.
    case media
    /// What a worker says.
    case `protocol`
    /// Profiles in YAML.
    case profile
    /// Track files and receipts.
    case boxes
    /// What a probe tells, through the planner.
    case index

    /// A round that is not over after so long hangs. It is far longer than any limit that a round has itself.
    var patienceSeconds: Double { self == .media ? 600 : 60 }
}
