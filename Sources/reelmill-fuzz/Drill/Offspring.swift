import Foundation

/// A child process of the fuzzer.
final class Offspring {
    let slot: Int
    let seed: UInt64
    let stride: UInt64
    let rounds: Int
    private let process = Process()
    private let mark: Mark
    private let output: FileHandle
    private let errorPath: String
    private var pending = Data()
    private var lastSeed: UInt64?
    private var lastChange = Instant.now

    /// How a child ended that should not have.
    struct Death {
        var seed: UInt64
        var unreported: Int
        var text: String
    }

    private init(
        _ scene: Workshop, slot: Int, seed: UInt64, stride: UInt64, rounds: Int, part: Part,
        seconds: Double
    ) throws {
        (self.slot, self.seed, self.stride, self.rounds) = (slot, seed, stride, rounds)
        let base = "\(scene.folder)/child-\(part.rawValue)-\(slot)"
        mark = try Mark(path: "\(scene.folder)/mark-\(slot)")
        mark.set(seed: seed, unreported: 0)
        errorPath = base + ".err"
        for path in [base + ".out", errorPath] {
            guard FileManager.default.createFile(atPath: path, contents: nil) else {
                throw FuzzFault("\(path): it cannot be made")
            }
        }
        output = try FileHandle(forReadingFrom: URL(fileURLWithPath: base + ".out"))
        process.executableURL = URL(fileURLWithPath: scene.executable)
        process.arguments =
            [
                "child", part.rawValue, "--folder", scene.folder, "--slot", "\(slot)", "--seed",
                "\(seed)", "--stride", "\(stride)", "--rounds", "\(rounds)", "--seconds",
                "\(seconds)", "--worker", scene.worker,
            ] + (scene.keep.map { ["--keep", $0] } ?? [])
        process.environment = ProcessInfo.processInfo.environment.merging([
            "SWIFT_BACKTRACE": "enable=no"
        ]) { asked, _ in asked }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: base + ".out"))
        process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: errorPath))
    }

    static func start(
        _ part: Part, _ scene: Workshop, slot: Int, seed: UInt64, stride: UInt64, rounds: Int,
        seconds: Double
    ) throws -> Offspring {
        let child = try Offspring(
            scene, slot: slot, seed: seed, stride: stride, rounds: rounds, part: part,
            seconds: seconds)
        try child.process.run()
        return child
    }

    /// What it told since it was asked last.
    func news() throws -> Tally {
        pending += try output.readToEnd() ?? Data()
        var tally = Tally()
        while let line = pending.firstIndex(of: UInt8(ascii: "\n")) {
            tally.add(try JSONDecoder().decode(Tally.self, from: Data(pending[..<line])))
            pending = Data(pending[pending.index(after: line)...])
        }
        return tally
    }

    var isDone: Bool { !process.isRunning && process.terminationStatus == 0 }

    /// Not nil when it ended by a trap, or does not come to an end: then it is killed.
    func death(_ part: Part) -> Death? {
        let (seed, unreported) = mark.get() ?? (self.seed, 0)
        if seed != lastSeed { (lastSeed, lastChange) = (seed, Instant.now) }
        if process.isRunning {
            guard Instant.now - lastChange > part.patienceSeconds else { return nil }
            end()
            return Death(
                seed: seed, unreported: unreported,
                text: "nothing came of it in \(Int(part.patienceSeconds)) s")
        }
        guard process.terminationStatus != 0 || process.terminationReason == .uncaughtSignal else {
            return nil
        }
        let ending =
            process.terminationReason == .uncaughtSignal
            ? "signal \(process.terminationStatus)" : "exit code \(process.terminationStatus)"
        let lines = String(
            decoding: FileManager.default.contents(atPath: errorPath) ?? Data(), as: UTF8.self
        ).split(separator: "\n")
        // Of a stack trace, the places in our own files.
        let places = lines.filter { $0.contains("/Sources/") }.prefix(5).compactMap {
            $0.split(separator: "/").last
        }
        let words = (lines.prefix(1) + places).joined(separator: " / ").prefix(600)
        return Death(
            seed: seed, unreported: unreported,
            text: "our own code died of \(ending): \(words.isEmpty ? "it said nothing" : words)")
    }

    func end() {
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        process.waitUntilExit()
    }

    deinit { mark.shut() }
}
