import Foundation
import Node
import TranscodeModel
import WorkerHost
import WorkerProtocol

/// The machine and the libraries that numbers were measured with.
struct Fingerprint: Encodable {
    var processor: String
    var cores: Int
    var memoryBytes: Int64
    var kernel: String
    /// Of core 0, such as `performance`; nil where the kernel does not tell.
    var governor: String?
    /// Over 1, 5 and 15 minutes, before the first run.
    var loadAtStart: [Double]
    var reelmill: String
    /// `release`, or `debug`, whose numbers say nothing.
    var build: String
    /// Of libav, as the worker has them; empty where it did not answer.
    var libraries: [String: String]
    /// As x264 writes it into what it encodes; nil where there is none.
    var x264: String?
    /// First line of `ffmpeg -version` of the rival.
    var ffmpeg: String?
    /// The same of the program that measured quality, or `reelmill-worker`; nil where nothing was measured.
    var qualityTool: String?

    static var build: String {
        #if DEBUG
            "debug"
        #else
            "release"
        #endif
    }

    /// - Parameter load: before anything was run.
    static func taken(
        _ settings: Settings, load: [Double], rival: Program?, tool: Program?
    ) async throws -> Fingerprint {
        let outcome = await WorkerCensus.outcome(settings)
        var libraries: [String: String] = [:]
        if case .success(let result) = outcome.result {
            libraries = result.description?.libraries ?? [:]
        }
        return Fingerprint(
            processor: Processor.name, cores: ProcessInfo.processInfo.activeProcessorCount,
            memoryBytes: Machine.memoryBytes, kernel: kernelName,
            governor: firstLine("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"),
            loadAtStart: load, reelmill: Reelmill.version, build: build, libraries: libraries,
            ffmpeg: try rival.map(version), qualityTool: try tool.map(version))
    }

    static var load: [Double] {
        ProcText.read("/proc/loadavg").split(separator: " ").prefix(3).compactMap { Double($0) }
    }

    private static var kernelName: String {
        ["ostype", "osrelease"].map { firstLine("/proc/sys/kernel/\($0)") ?? "?" }
            .joined(separator: " ")
    }

    private static func firstLine(_ path: String) -> String? {
        ProcText.read(path).split(separator: "\n").first.map(String.init)
    }

    private static func version(_ program: Program) throws -> String {
        let text = try program.output(["-hide_banner", "-version"])
        let line = text.split(separator: "\n").first ?? "?"
        return line.components(separatedBy: " Copyright").first ?? String(line)
    }

    /// Looks for the words `x264 - core 164 r3095` in the first megabyte of a track.
    static func x264Version(in track: String) throws -> String? {
        guard let file = FileHandle(forReadingAtPath: track) else { return nil }
        let bytes = try file.read(upToCount: 1 << 20) ?? Data()
        try file.close()
        let mark = Data("x264 - core ".utf8)
        guard let found = bytes.range(of: mark) else { return nil }
        let rest = bytes[found.upperBound...].prefix(40).prefix {
            (32..<127).contains($0) && $0 != UInt8(ascii: "-")
        }
        return String(decoding: rest, as: UTF8.self).trimmingCharacters(in: .whitespaces)
    }
}
