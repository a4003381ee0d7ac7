import Foundation

/// What `/proc` says of processes.
enum ProcessTable {
    /// Living processes of that name whose parent is `parent`.
    static func children(of parent: pid_t, named name: String) -> [pid_t] {
        all().filter { process in
            guard let fields = fields(process) else { return false }
            return fields.name == name && fields.parent == parent && fields.state != "Z"
        }
    }

    /// Whether a process is stopped by a signal.
    static func isStopped(_ process: pid_t) -> Bool { fields(process)?.state == "T" }

    /// Processes besides this one that have a file below a directory open.
    static func holders(below folder: String) -> [pid_t] {
        all().filter { process in
            guard process != getpid() else { return false }
            let links = "/proc/\(process)/fd"
            return names(links).contains { name in
                target(links + "/" + name)?.hasPrefix(folder + "/") == true
            }
        }
    }

    private static func all() -> [pid_t] { names("/proc").compactMap { pid_t($0) } }

    private static func names(_ folder: String) -> [String] {
        // A process may end while it is looked at.
        do { return try FileManager.default.contentsOfDirectory(atPath: folder) } catch {
            return []
        }
    }

    private static func target(_ link: String) -> String? {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = buffer.withUnsafeMutableBytes {
            readlink(link, $0.baseAddress!.assumingMemoryBound(to: CChar.self), $0.count)
        }
        return count < 0 ? nil : String(decoding: buffer.prefix(count), as: UTF8.self)
    }

    private static func fields(_ process: pid_t) -> (name: String, state: String, parent: pid_t)? {
        guard let data = FileManager.default.contents(atPath: "/proc/\(process)/stat") else {
            return nil
        }
        let text = String(decoding: data, as: UTF8.self)
        guard let open = text.firstIndex(of: "("), let close = text.lastIndex(of: ")") else {
            return nil
        }
        let rest = text[close...].dropFirst(2).split(separator: " ")
        guard rest.count > 1, let parent = pid_t(rest[1]) else { return nil }
        return (String(text[text.index(after: open)..<close]), String(rest[0]), parent)
    }
}
