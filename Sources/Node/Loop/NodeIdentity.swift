import Foundation
public import Ledger
import TranscodeModel

/// Tells node processes apart, so that the leases of a dead one are taken back at once.
public enum NodeIdentity {
    /// This process, as a node.
    public static func current(workers: Int) -> NodeRecord {
        let process = getpid()
        return NodeRecord(
            id: NodeID("n" + String(UInt64.random(in: 0...UInt64.max), radix: 36)), host: host,
            bootID: bootID, processID: process, processStart: startTime(of: process) ?? "",
            workers: workers)
    }

    /// Whether a node of this host is gone: of an earlier boot, or its process ended. A node of
    /// another host is never judged; its leases run out by themselves.
    public static func isDead(_ node: NodeRecord) -> Bool {
        guard node.host == host else { return false }
        return node.bootID != bootID || startTime(of: node.processID) != node.processStart
    }

    /// Process numbers mean something only within one name space, which is part of the name.
    private static let host: String = {
        var buffer = [CChar](repeating: 0, count: 64)
        let count = readlink("/proc/self/ns/pid", &buffer, buffer.count)
        let space = buffer.prefix(max(count, 0)).map { UInt8(bitPattern: $0) }
        return ProcessInfo.processInfo.hostName + "/" + String(decoding: space, as: UTF8.self)
    }()

    private static let bootID = contents("/proc/sys/kernel/random/boot_id") ?? ""

    /// When the kernel started a process, in its own ticks; nil for one that is gone or a zombie.
    private static func startTime(of process: Int32) -> String? {
        guard let text = contents("/proc/\(process)/stat"),
            let end = text.lastIndex(of: ")")
        else { return nil }
        // Field 2 may hold anything, so the fields are counted from its closing bracket.
        let fields = text[end...].dropFirst(2).split(separator: " ")
        guard fields.count > 19, fields[0] != "Z", fields[0] != "X" else { return nil }
        return String(fields[19])
    }

    private static func contents(_ path: String) -> String? {
        guard let data = FileManager.default.contents(atPath: path) else { return nil }
        return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
