import ArgumentParser
import Foundation

/// Runs other programs to their end.
enum Programs {
    struct Ending {
        var status: Int32
        /// Whether a signal ended it.
        var isCrash: Bool
        var output: Data
        var errors: String
        var seconds: Double
    }

    /// The path of a program that was built with this one.
    static func beside(_ name: String) throws -> String {
        let folder = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        let path = folder.appendingPathComponent(name).path
        guard FileManager.default.isExecutableFile(atPath: path) else {
            throw ValidationError("\(path) is missing: build it first, or use scripts/corpus")
        }
        return path
    }

    static func run(
        _ program: String, _ arguments: [String], environment: [String: String] = [:]
    ) throws -> Ending {
        let process = Process()
        let isPath = program.contains("/")
        process.executableURL = URL(fileURLWithPath: isPath ? program : "/usr/bin/env")
        process.arguments = (isPath ? [] : [program]) + arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let files = try (0..<2).map { _ in try TemporaryFile() }
        process.standardOutput = files[0].handle
        process.standardError = files[1].handle
        process.standardInput = FileHandle.nullDevice
        let start = DispatchTime.now().uptimeNanoseconds
        try process.run()
        process.waitUntilExit()
        return Ending(
            status: process.terminationStatus,
            isCrash: process.terminationReason == .uncaughtSignal, output: try files[0].contents(),
            errors: String(decoding: try files[1].contents(), as: UTF8.self),
            seconds: Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9)
    }
}

/// A file that is gone when it is no longer used.
private final class TemporaryFile {
    let handle: FileHandle
    private let path: String

    init() throws {
        path = NSTemporaryDirectory() + UUID().uuidString
        guard FileManager.default.createFile(atPath: path, contents: nil),
            let opened = FileHandle(forUpdatingAtPath: path)
        else { throw ValidationError("\(path): no temporary file can be made") }
        handle = opened
    }

    func contents() throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path)) }

    deinit { unlink(path) }
}
