import Foundation

/// Where `reelmill-worker` is: as told, else beside the running executable.
public enum WorkerLocation {
    public static func find(override: String?) -> String {
        if let override, !override.isEmpty { return override }
        var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let count = buffer.withUnsafeMutableBytes {
            readlink(
                "/proc/self/exe", $0.baseAddress!.assumingMemoryBound(to: CChar.self), $0.count)
        }
        let running = count > 0 ? String(decoding: buffer[..<count], as: UTF8.self) : "reelmill"
        return URL(fileURLWithPath: running).deletingLastPathComponent()
            .appendingPathComponent("reelmill-worker").path
    }
}
