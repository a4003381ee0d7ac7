import Foundation
import Testing

/// A directory with a clip, a state and outputs, where the built programs are run as a person would.
final class Scene: Sendable {
    let folder: String
    private static let programs = FileManager.default.currentProgramFolder

    init() throws {
        folder =
            FileManager.default.temporaryDirectory
            .appending(path: "reelmill-e2e-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        try """
        schema: 1
        extends: web
        name: small
        video:
          preset: veryfast
          ladder: [180p@300, 90p@100]
          keyframe: 1s
          segment: 1s
          chunk: 2s
        images:
          every: 2s
        """.write(toFile: path("small.yaml"), atomically: true, encoding: .utf8)
    }

    deinit {
        do { try FileManager.default.removeItem(atPath: folder) } catch {
            Issue.record("the scene cannot be removed: \(error)")
        }
    }

    func path(_ name: String) -> String { folder + "/" + name }

    struct Ending {
        var status: Int32
        var output: String
        var errors: String
        /// The document on standard output, by its members.
        func json() throws -> [String: Any] {
            let value = try JSONSerialization.jsonObject(with: Data(output.utf8))
            return try #require(value as? [String: Any])
        }
    }

    /// Makes a clip with moving pictures and a tone.
    func makeClip(_ name: String, seconds: Int, _ settings: String...) throws {
        let ending = try run(
            "/usr/bin/env",
            [
                "ffmpeg", "-v", "error", "-nostdin", "-y", "-f", "lavfi", "-i",
                "testsrc2=size=320x180:rate=24:duration=\(seconds)", "-f", "lavfi", "-i",
                "sine=frequency=330:sample_rate=48000:duration=\(seconds)", "-c:v", "libx264",
                "-preset", "ultrafast", "-g", "30", "-c:a", "aac",
            ] + settings + [path(name)])
        try #require(ending.status == 0, "\(ending.errors)")
    }

    /// Runs ffmpeg and returns what it wrote to standard output, as bytes.
    func ffmpeg(_ arguments: [String]) throws -> Data {
        let name = "raw-\(UUID().uuidString)"
        let ending = try run(
            "/usr/bin/env",
            ["ffmpeg", "-v", "error", "-nostdin", "-y"] + arguments + [path(name)])
        try #require(ending.status == 0, "\(ending.errors)")
        return try Data(contentsOf: URL(fileURLWithPath: path(name)))
    }

    func ffprobe(_ arguments: [String]) throws -> [String] {
        let ending = try run("/usr/bin/env", ["ffprobe", "-v", "error"] + arguments)
        try #require(ending.status == 0, "\(ending.errors)")
        return ending.output.split(separator: "\n").map(String.init)
    }

    /// Runs `reelmill` with the scene's state to its end.
    func reelmill(_ arguments: [String], environment: [String: String] = [:]) throws -> Ending {
        try run(Scene.programs + "/reelmill", arguments, environment: environment)
    }

    func transcode(
        _ clip: String, to output: String, _ more: [String] = [],
        environment: [String: String] = [:]
    ) throws -> Ending {
        try reelmill(
            [
                "transcode", path(clip), "-o", path(output), "--profile", path("small.yaml"),
                "--workers", "2",
            ] + more, environment: environment)
    }

    func start(
        _ program: String, _ arguments: [String], environment: [String: String] = [:]
    ) throws -> (process: Process, output: String, errors: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.currentDirectoryURL = URL(fileURLWithPath: folder)
        process.environment =
            [
                "PATH": "/usr/bin:/bin", "HOME": folder, "REELMILL_STATE": path("state"),
                // Whatever room this machine has.
                "REELMILL_DISK_LOW": "0", "REELMILL_DISK_HIGH": "0",
            ]
            .merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        let names = (path("out-\(UUID().uuidString)"), path("err-\(UUID().uuidString)"))
        for name in [names.0, names.1] {
            _ = FileManager.default.createFile(atPath: name, contents: nil)
        }
        process.standardOutput = FileHandle(forWritingAtPath: names.0)
        process.standardError = FileHandle(forWritingAtPath: names.1)
        try process.run()
        return (process, names.0, names.1)
    }

    func startReelmill(
        _ arguments: [String], environment: [String: String] = [:]
    ) throws -> Process {
        try start(Scene.programs + "/reelmill", arguments, environment: environment).process
    }

    func run(
        _ program: String, _ arguments: [String], environment: [String: String] = [:]
    ) throws -> Ending {
        let (process, output, errors) = try start(program, arguments, environment: environment)
        process.waitUntilExit()
        return Ending(
            status: process.terminationReason == .exit
                ? process.terminationStatus : -process.terminationStatus,
            output: try String(contentsOfFile: output, encoding: .utf8),
            errors: try String(contentsOfFile: errors, encoding: .utf8))
    }

    /// Whether this user may mount a file system of a few kilobytes, in a name space of its own.
    static let canMakeDisks: Bool = {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/unshare")
        process.arguments = ["-m", "mount", "-t", "tmpfs", "-o", "size=64k", "none", "/mnt"]
        process.standardError = FileHandle.nullDevice
        do { try process.run() } catch { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }()

    /// Makes system calls of a program fail: see `CFaults.h`.
    static var faultLibrary: String { programs + "/libreelmill-faults.so" }
    static var chaos: String { programs + "/reelmill-chaos" }
    static var reelmillPath: String { programs + "/reelmill" }
    /// Where the real worker is.
    static var worker: String { programs + "/reelmill-worker" }

    /// Every file of an output but the receipt, which names its job and attempts.
    func contents(_ output: String) throws -> [String: Data] {
        let names = try FileManager.default.subpathsOfDirectory(atPath: path(output))
        var files: [String: Data] = [:]
        for name in names where name != "receipt.json" {
            files[name] = FileManager.default.contents(atPath: path(output) + "/" + name)
        }
        return files
    }

    func isThere(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path(name)) }
}

extension FileManager {
    /// Of the test program, where the other products are too.
    fileprivate var currentProgramFolder: String {
        var folder = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
        repeat {
            folder.deleteLastPathComponent()
            if isExecutableFile(atPath: folder.path + "/reelmill-worker") { return folder.path }
        } while folder.path != "/"
        // The tests run inside a helper of the toolchain's; the products are below the package.
        let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        return package.path + "/.build/debug"
    }
}
