import Foundation

/// What this machine has to offer.
enum Machine {
    /// Bytes of memory that this process may count on: the machine's, or a container's if that is less.
    static var memoryBytes: Int64 {
        let machine = Int64(clamping: ProcessInfo.processInfo.physicalMemory)
        guard let data = FileManager.default.contents(atPath: "/sys/fs/cgroup/memory.max"),
            let limit = Int64(
                String(decoding: data, as: UTF8.self).trimmingCharacters(
                    in: .whitespacesAndNewlines))
        else { return machine }
        return min(machine, limit)
    }

    /// What a node may plan with: a fifth is left to the system and its file cache.
    static var budgetBytes: Int64 { memoryBytes / 5 * 4 }

    /// CPU-seconds of this process's ended children, and of itself.
    static func cpuSeconds() -> (children: Double, own: Double) {
        func seconds(_ who: __rusage_who) -> Double {
            var usage = rusage()
            getrusage(who.rawValue, &usage)
            return Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
                + Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6
        }
        return (seconds(RUSAGE_CHILDREN), seconds(RUSAGE_SELF))
    }
}
