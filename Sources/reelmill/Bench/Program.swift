import Foundation

/// A program of the machine's, run to its end. The bench uses it for `ffmpeg` beside our own work; what a
/// user's job needs never runs this way.
struct Program {
    let path: String

    /// Nil when there is no such program in `PATH`.
    init?(named name: String) {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        let found = folders.map { "\($0)/\(name)" }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
        guard let found else { return nil }
        path = found
    }

    /// Returns what it wrote to standard error, and the seconds it took.
    @discardableResult
    func run(_ arguments: [String]) throws -> (
        text: String, wallSeconds: Double, cpuSeconds: Double
    ) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        let pipe = Pipe()
        process.standardError = pipe
        process.standardOutput = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        let wallStart = DispatchTime.now().uptimeNanoseconds
        let cpuStart = Machine.cpuSeconds().children
        try process.run()
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        let text = String(decoding: data, as: UTF8.self)
        guard process.terminationStatus == 0 else {
            throw CommandFault(
                .jobFailed,
                "\(path) failed with status \(process.terminationStatus): \(text.suffix(500))")
        }
        return (
            text, Double(DispatchTime.now().uptimeNanoseconds - wallStart) / 1e9,
            Machine.cpuSeconds().children - cpuStart
        )
    }
}
