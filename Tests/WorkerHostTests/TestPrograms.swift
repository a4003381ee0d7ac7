import Foundation
import Glibc
import Testing

/// The programs of this build that tests start, and what the kernel says of them.
enum TestPrograms {
    static func inmate() throws -> String { try path("reelmill-inmate") }
    static func worker() throws -> String { try path("reelmill-worker") }

    private static func path(_ name: String) throws -> String {
        var folder = URL(filePath: try #require(CommandLine.arguments.first))
        while folder.path != "/" {
            folder.deleteLastPathComponent()
            let path = folder.path + "/" + name
            if FileManager.default.isExecutableFile(atPath: path) { return path }
        }
        return URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: ".build/debug/\(name)").path
    }

    /// Name and state (`Z` for what nobody has collected yet) of a process; nil when there is none.
    static func look(at process: pid_t) -> (name: String, state: String, parent: pid_t)? {
        guard let data = FileManager.default.contents(atPath: "/proc/\(process)/stat") else {
            return nil
        }
        let text = String(decoding: data, as: UTF8.self)
        guard let open = text.firstIndex(of: "("), let close = text.lastIndex(of: ")") else {
            return nil
        }
        let rest = text[text.index(after: close)...].split(separator: " ")
        guard rest.count > 1, let parent = pid_t(rest[1]) else { return nil }
        return (String(text[text.index(after: open)..<close]), String(rest[0]), parent)
    }

    /// This process's children of a name.
    static func children(named name: String) throws -> Set<pid_t> {
        Set(
            try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap { pid_t($0) }
                .filter { process in
                    guard let found = look(at: process) else { return false }
                    return found.parent == getpid() && found.name == name
                })
    }

    static func openDescriptors() throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
    }

    /// Waits for something that must come, as long as it takes.
    static func wait(until isSo: () throws -> Bool) async throws {
        while try !isSo() { try await Task.sleep(for: .milliseconds(5)) }
    }
}
