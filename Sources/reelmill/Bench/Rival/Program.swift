import Foundation

/// A program of the machine's, run to its end. The bench uses it for `ffmpeg` beside our own work; what a
/// user's job needs never runs this way.
struct Program {
    let path: String

    /// What one run took.
    struct Ending {
        /// What it wrote to standard error.
        var text: String
        var wallSeconds: Double
        /// User and system time, its own children's too.
        var cpuSeconds: Double
    }

    /// Nil when there is no such program in `PATH`; a name with a slash is a path.
    init?(named name: String) {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        let places = name.contains("/") ? [name] : folders.map { "\($0)/\(name)" }
        let found = places.first { FileManager.default.isExecutableFile(atPath: $0) }
        guard let found else { return nil }
        path = found
    }

    @discardableResult
    func run(_ arguments: [String]) throws -> Ending {
        let process = prepared(arguments)
        let pipe = Pipe()
        process.standardError = pipe
        let wallStart = DispatchTime.now().uptimeNanoseconds
        let cpuStart = Machine.cpuSeconds().children
        let text = try finish(process, pipe)
        return Ending(
            text: text,
            wallSeconds: Double(DispatchTime.now().uptimeNanoseconds - wallStart) / 1e9,
            cpuSeconds: Machine.cpuSeconds().children - cpuStart)
    }

    /// What it writes to standard output.
    func output(_ arguments: [String]) throws -> String {
        let process = prepared(arguments)
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        return try finish(process, pipe)
    }

    private func prepared(_ arguments: [String]) -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.standardOutput = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        return process
    }

    private func finish(_ process: Process, _ pipe: Pipe) throws -> String {
        do { try process.run() } catch {
            throw CommandFault(.usage, "\(path) cannot be started: \(error.localizedDescription)")
        }
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        let text = String(decoding: data, as: UTF8.self)
        guard process.terminationStatus == 0 else {
            throw CommandFault(
                .jobFailed,
                "\(path) failed with status \(process.terminationStatus): \(text.suffix(500))")
        }
        return text
    }
}
