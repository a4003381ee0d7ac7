import Foundation
import Testing
import TranscodeModel
import WorkerProtocol

@testable import Media

/// A folder for one test, in which `ffmpeg` makes sources and the verbs run in this process.
final class SoundBench {
    struct CommandFailed: Error { let arguments: [String] }

    let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory
            .appending(path: "sound-\(UUID().uuidString)", directoryHint: .isDirectory)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    deinit {
        do { try FileManager.default.removeItem(at: folder) } catch {
            Issue.record("the test's folder stays behind: \(error)")
        }
    }

    func url(_ name: String) -> URL { folder.appending(path: name) }

    /// Runs `ffmpeg` with these arguments; relative names are in the folder.
    func ffmpeg(_ arguments: String...) throws { try ffmpeg(arguments) }

    func ffmpeg(_ arguments: [String]) throws {
        _ = try output("ffmpeg", ["-v", "error", "-y", "-nostdin"] + arguments)
    }

    /// What `ffmpeg` writes to standard output.
    func printed(_ arguments: [String]) throws -> String {
        String(
            decoding: try output("ffmpeg", ["-v", "error", "-nostdin"] + arguments), as: UTF8.self)
    }

    func ffprobe(_ arguments: String...) throws -> String { try ffprobe(arguments) }

    func ffprobe(_ arguments: [String]) throws -> String {
        String(decoding: try output("ffprobe", ["-v", "error"] + arguments), as: UTF8.self)
    }

    private func output(_ tool: String, _ arguments: [String]) throws -> Data {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [tool] + arguments
        process.currentDirectoryURL = folder
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw CommandFailed(arguments: arguments) }
        return data
    }

    /// Opens a file for reading, calls `body` with it and a new file to write, and returns both results.
    func staged<Result>(
        _ inputs: [String], as name: String, _ body: ([Int32], Int32) throws -> Result
    ) throws -> Result {
        let sources = try inputs.map { try FileHandle(forReadingFrom: url($0)) }
        try Data().write(to: url(name))
        let staging = try FileHandle(forUpdating: url(name))
        defer { withExtendedLifetime((sources, staging)) {} }
        return try body(sources.map(\.fileDescriptor), staging.fileDescriptor)
    }

    /// Decodes a file to the samples of its first channel.
    func decoded(_ name: String, rate: Int) throws -> [Float] {
        let data = try output(
            "ffmpeg",
            [
                "-v", "error", "-nostdin", "-i", name, "-map", "0:a:0", "-af", "pan=mono|c0=c0",
                "-ar", String(rate), "-f", "f32le", "-",
            ])
        return data.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
    }
}

extension SoundBench {
    /// A rendition of the first stream; by default 48 kHz stereo AAC in segments of two seconds.
    static func rendition(
        codec: AudioCodec = .aac, rate: Int = 48_000, channels: Int = 2, origin: Rational = .zero,
        seconds: Rational, stream: Int = 0, segment: Rational = Rational(2), lead: Rational? = nil
    ) -> AudioRendition {
        AudioRendition(
            name: "a1", streamIndex: stream, codec: codec, kilobitsPerSecond: 128,
            sampleRate: rate, channels: channels, language: "und", title: nil, isDefault: true,
            origin: origin, samples: Int((seconds * Rational(Int64(rate))).rounded),
            segmentDuration: segment, segmentLead: lead)
    }

    func encode(
        _ source: String, _ rendition: AudioRendition, as name: String = "out.mp4"
    ) throws -> WorkResult {
        try staged([source], as: name) { sources, staging in
            try SoundPipeline.run(
                AudioRequest(rendition: rendition), limits: WorkerLimits(),
                reporter: ProgressReporter(descriptor: -1), source: sources[0], staging: staging)
        }
    }

    /// What is heard of an encoded rendition: its samples after the priming.
    func heard(
        _ rendition: AudioRendition, _ piece: Piece, from name: String = "out.mp4"
    ) throws -> [Float] {
        let samples = try decoded(name, rate: rendition.sampleRate)
        // Decoders drop the priming of Opus by themselves; that of AAC is only in an edit list.
        let priming = rendition.codec == .opus ? 0 : try #require(piece.primingSamples)
        return Array(samples.dropFirst(priming).prefix(rendition.samples))
    }
}

/// Where sound starts and stops, in samples.
struct Loudness {
    let samples: [Float]
    private let threshold: Float

    init(_ samples: [Float]) {
        self.samples = samples
        threshold = 0.3 * samples.reduce(0) { max($0, abs($1)) }
    }

    /// The first loud sample at or after `start`.
    func onset(from start: Int = 0) -> Int? {
        samples.indices.dropFirst(start).first { abs(samples[$0]) > threshold }
    }

    /// The last loud sample before `end`.
    func end(before end: Int? = nil) -> Int? {
        samples.indices.prefix(end ?? samples.count).last { abs(samples[$0]) > threshold }
    }
}
