import Foundation
import Packager

/// The sources that a backfill was asked for, read one by one: however many there are, one is in memory, and the names
/// of one directory.
struct CatalogueListing {
    /// Directories, files and patterns.
    var sources: [String]
    var list: ListFile?

    /// Each entry, in the order of the arguments, the names of a directory sorted, and then the list. Twice the same
    /// unless the files change.
    func readEach(_ body: (CatalogueEntry) throws -> Void) throws {
        for source in sources { try visit(source, body) }
        try list?.readEach(body)
    }

    private func visit(_ source: String, _ body: (CatalogueEntry) throws -> Void) throws {
        var isDirectory: ObjCBool = false
        if FileManager.default.fileExists(atPath: source, isDirectory: &isDirectory) {
            guard isDirectory.boolValue else { return try file(source, body) }
            return try descend(source, below: "", body)
        }
        let matches = CatalogueListing.matches(source)
        // What is not there becomes an entry too: its outcome says so.
        if matches.isEmpty { return try file(source, body) }
        for match in matches { try visit(match, body) }
    }

    private func file(_ path: String, _ body: (CatalogueEntry) throws -> Void) throws {
        try body(CatalogueEntry(path: path, name: (path as NSString).lastPathComponent))
    }

    /// Links to directories are not followed, so that there is an end.
    private func descend(
        _ root: String, below: String, _ body: (CatalogueEntry) throws -> Void
    ) throws {
        let folder = below.isEmpty ? root : root + "/" + below
        let names: [String]
        do { names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted() } catch {
            let reason =
                "the directory cannot be listed (\(error.localizedDescription)). Give this user the right "
                + "to read it, or name other sources."
            guard !below.isEmpty else { throw CommandFault(.usage, "\(folder): \(reason)") }
            var entry = CatalogueEntry(path: folder, name: below)
            entry.fault = reason
            return try body(entry)
        }
        // Published outputs are no sources, nor is what has a hidden name.
        if names.contains(OutputLayout.receiptPath) { return }
        for name in names where !name.hasPrefix(".") {
            let relative = below.isEmpty ? name : below + "/" + name
            var status = stat()
            guard lstat(root + "/" + relative, &status) == 0 else { continue }
            if status.st_mode & S_IFMT == S_IFDIR {
                try descend(root, below: relative, body)
            } else if SourceListing.extensions.contains(
                (name as NSString).pathExtension.lowercased())
            {
                try body(CatalogueEntry(path: root + "/" + relative, name: relative))
            }
        }
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
