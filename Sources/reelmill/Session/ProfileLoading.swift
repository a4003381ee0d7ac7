import Foundation
import ProfileCatalog
import TranscodeModel

/// Profiles from the command line: a shipped name or a file.
enum ProfileLoading {
    static func load(_ nameOrPath: String) throws -> Profile {
        try ProfileCatalog.load(nameOrPath, reading: read)
    }

    static func read(_ path: String) throws -> String {
        try String(contentsOfFile: path, encoding: .utf8)
    }
}
