import Foundation

/// The kind of machine that this is, as far as the cost of work is concerned.
public enum Processor {
    /// As the kernel tells it; `unknown` where it does not.
    public static let name: String = {
        let text = FileManager.default.contents(atPath: "/proc/cpuinfo")
            .map { String(decoding: $0, as: UTF8.self) }
        let line = text?.split(separator: "\n").first { $0.hasPrefix("model name") }
        let name =
            line.flatMap { $0.split(separator: ":").last }
            .map { $0.trimmingCharacters(in: .whitespaces) } ?? ""
        return name.isEmpty ? "unknown" : String(name.prefix(120))
    }()
}
