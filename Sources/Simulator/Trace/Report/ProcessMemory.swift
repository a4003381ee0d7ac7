import Foundation

/// The most memory that this process had at a time.
enum ProcessMemory {
    /// Forgets what there was before, where the system lets it.
    static func reset() {
        guard let file = FileHandle(forWritingAtPath: "/proc/self/clear_refs") else { return }
        file.write(Data("5".utf8))
        file.closeFile()
    }

    /// In bytes; 0 where the system does not say.
    static var peakBytes: Int64 {
        guard let data = FileManager.default.contents(atPath: "/proc/self/status") else { return 0 }
        let line = String(decoding: data, as: UTF8.self).split(separator: "\n").first {
            $0.hasPrefix("VmHWM:")
        }
        let kilobytes = line?.split(whereSeparator: { !$0.isNumber }).first.flatMap { Int64($0) }
        return (kilobytes ?? 0) * 1024
    }
}
