import Foundation

/// A small disk in memory, mounted in the harness's own name space.
struct Disk {
    let folder: String

    func mount(bytes: Int64, log: String) throws(ChaosFault) {
        try run("mount", ["-t", "tmpfs", "-o", "size=\(bytes)", "none", folder], log)
    }

    /// Makes it larger, as if somebody had freed space.
    func enlarge(bytes: Int64, log: String) throws(ChaosFault) {
        try run("mount", ["-o", "remount,size=\(bytes)", folder], log)
    }

    func unmount(log: String) throws(ChaosFault) { try run("umount", ["-l", folder], log) }

    var freeBytes: Int64 {
        var status = statvfs()
        guard statvfs(folder, &status) == 0 else { return .max }
        return Int64(status.f_bavail) * Int64(status.f_frsize)
    }

    private func run(_ tool: String, _ arguments: [String], _ log: String) throws(ChaosFault) {
        let child = try Child.start(
            "/usr/bin/\(tool)", arguments, environment: ["PATH": "/usr/sbin:/usr/bin:/bin"],
            log: log)
        guard child.wait(seconds: 30) == 0 else {
            throw ChaosFault("\(tool) \(arguments.joined(separator: " ")): \(child.errors)")
        }
    }
}
