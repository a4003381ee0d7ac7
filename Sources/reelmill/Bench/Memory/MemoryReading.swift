import Foundation

/// What processes hold in memory at one time.
struct MemoryReading {
    /// Pages of one process: what only it can have, and what it may share.
    struct Resident: Equatable {
        var own: Int64
        var shared: Int64
    }

    /// Shared pages are counted once: a cheap measure, which is a little too low where processes share different ones.
    static func sharedOnce(_ processes: [Resident]) -> Int64 {
        processes.reduce(0) { $0 + $1.own } + (processes.map(\.shared).max() ?? 0)
    }

    /// Of `/proc/PID/statm`: size, resident, shared and so on, in pages.
    static func resident(statm: String, pageBytes: Int64) -> Resident? {
        let numbers = statm.split(separator: " ").prefix(3).compactMap { Int64($0) }
        guard numbers.count == 3, numbers[1] >= numbers[2] else { return nil }
        return Resident(
            own: (numbers[1] - numbers[2]) * pageBytes, shared: numbers[2] * pageBytes)
    }

    /// Of `/proc/PID/smaps_rollup`: the line `Pss:   1234 kB`.
    static func proportional(rollup: String) -> Int64? {
        for line in rollup.split(separator: "\n") where line.hasPrefix("Pss:") {
            let words = line.split(separator: " ")
            return words.count >= 2 ? Int64(words[1]).map { $0 * 1024 } : nil
        }
        return nil
    }

    static func residents(_ processes: [Int32]) -> [Resident] {
        let page = Int64(sysconf(Int32(_SC_PAGESIZE)))
        return processes.compactMap {
            resident(statm: ProcText.read("/proc/\($0)/statm"), pageBytes: page)
        }
    }

    /// Nil where the kernel does not tell it of one of them.
    static func proportional(_ processes: [Int32]) -> Int64? {
        var sum: Int64 = 0
        for process in processes {
            guard
                let bytes = proportional(
                    rollup: ProcText.read("/proc/\(process)/smaps_rollup"))
            else {
                // One that has just ended holds nothing.
                if ProcText.read("/proc/\(process)/statm").isEmpty { continue }
                return nil
            }
            sum += bytes
        }
        return sum
    }
}
