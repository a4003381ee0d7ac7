import Foundation

/// The files that a backfill was asked for.
struct SourceListing {
    struct Entry {
        /// As the file system knows it.
        var path: String
        /// Names the output: relative to the directory that was given.
        var name: String
    }

    private(set) var entries: [Entry] = []

    /// File names that are taken from a directory; one that is named itself is always taken.
    static let extensions: Set<String> = [
        "mp4", "m4v", "mov", "mkv", "webm", "ts", "m2ts", "mts", "avi", "flv", "mpg", "mpeg", "3gp",
        "wmv", "mxf", "ogv",
    ]

    /// A file, a directory (searched to its depths, in the order of names), or a pattern.
    mutating func add(_ source: String) throws {
        var isDirectory: ObjCBool = false
        if FileManager.default.fileExists(atPath: source, isDirectory: &isDirectory) {
            guard isDirectory.boolValue else { return addFile(source) }
            for name in try FileManager.default.subpathsOfDirectory(atPath: source).sorted()
            where SourceListing.extensions.contains((name as NSString).pathExtension.lowercased()) {
                entries.append(Entry(path: source + "/" + name, name: name))
            }
            return
        }
        let matches = SourceListing.matches(source)
        // What is not there becomes an entry too: its outcome says so.
        if matches.isEmpty { addFile(source) }
        for match in matches { try add(match) }
    }

    /// One path a line; empty lines are passed over.
    mutating func addLines(of text: String) {
        for line in text.split(whereSeparator: \.isNewline) where !line.allSatisfy(\.isWhitespace) {
            addFile(String(line))
        }
    }

    private mutating func addFile(_ path: String) {
        entries.append(Entry(path: path, name: (path as NSString).lastPathComponent))
    }

    private static func matches(_ pattern: String) -> [String] {
        var found = glob_t()
        defer { globfree(&found) }
        guard glob(pattern, 0, nil, &found) == 0 else { return [] }
        return (0..<Int(found.gl_pathc)).compactMap {
            found.gl_pathv[$0].map { String(cString: $0) }
        }
    }
}
