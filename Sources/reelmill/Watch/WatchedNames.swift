import Foundation

/// Which files of a watched folder are uploads.
struct WatchedNames {
    /// Absolute, and not within itself watched.
    var output: String

    /// Ends of the names under which programs write what is not whole yet.
    static let temporarySuffixes = [
        ".part", ".partial", ".crdownload", ".download", ".filepart", ".tmp", ".temp", "~",
    ]

    /// Whether a directory is looked into.
    func isFolder(_ path: String) -> Bool {
        path != output && !WatchedNames.isTemporary((path as NSString).lastPathComponent)
    }

    func isUpload(_ path: String) -> Bool {
        let name = (path as NSString).lastPathComponent
        return !WatchedNames.isTemporary(name)
            && SourceListing.extensions.contains((name as NSString).pathExtension.lowercased())
    }

    static func isTemporary(_ name: String) -> Bool {
        let lower = name.lowercased()
        return lower.hasPrefix(".") || temporarySuffixes.contains { lower.hasSuffix($0) }
    }
}
