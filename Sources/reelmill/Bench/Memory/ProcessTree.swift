import Foundation

/// This process and all that descend from it, as the kernel tells it now.
enum ProcessTree {
    /// The process itself first.
    static func all(from root: Int32) -> [Int32] {
        var found: [Int32] = []
        var waiting = [root]
        while let process = waiting.popLast() {
            found.append(process)
            waiting += children(of: process).filter { !found.contains($0) }
        }
        return found
    }

    /// A process may end while it is looked at: then it has none.
    private static func children(of process: Int32) -> [Int32] {
        let folder = "/proc/\(process)/task"
        return ProcText.names(in: folder).flatMap { thread in
            ProcText.read("\(folder)/\(thread)/children").split(separator: " ")
                .compactMap { Int32($0) }
        }
    }
}

/// Small files of `/proc`, read without what Foundation does around a file: they are read ten times a second.
enum ProcText {
    /// Empty where the file cannot be read, as that of a process that has ended.
    static func read(_ path: String) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = Foundation.read(descriptor, &buffer, buffer.count)
        return count > 0 ? String(decoding: buffer[..<count], as: UTF8.self) : ""
    }

    /// The numbers that are names in a directory.
    static func names(in path: String) -> [String] {
        guard let folder = opendir(path) else { return [] }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name.allSatisfy(\.isNumber) { names.append(name) }
        }
        return names
    }
}
