import Foundation
import SeededRandom
import Testing

@testable import reelmill_fuzz

/// A short form of `scripts/fuzz`, and that its checks can fail.
@Suite(.serialized) struct FuzzTests {
    /// Where the programs of this build are.
    private static func folder() -> String {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().path + "/.build/debug"
    }

    /// Runs the fuzzer and reads what it prints as JSON.
    private func fuzz(_ arguments: [String]) throws -> (status: Int32, report: Sheet) {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: FuzzTests.folder() + "/reelmill-fuzz")
        process.arguments = arguments + ["--json"]
        process.standardOutput = output
        try process.run()
        let data = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return (process.terminationStatus, try JSONDecoder().decode(Sheet.self, from: data))
    }

    private struct Sheet: Decodable {
        struct Entry: Decodable {
            struct Finding: Decodable { var text: String }
            struct Contained: Decodable { var count: Int }
            var inputs: Int
            var outcomes: [String: Int]
            var contained: [String: Contained]
            var findings: [Finding]
        }
        var parts: [String: Entry]
    }

    @Test(arguments: [
        ("protocol", 200), ("profile", 100), ("index", 80), ("boxes", 80), ("media", 12),
    ])
    func nothingThatMustHoldIsBroken(_ part: String, _ rounds: Int) throws {
        let (status, report) = try fuzz([part, "--seed", "2024", "--rounds", "\(rounds)", "--few"])
        let entry = try #require(report.parts[part])
        #expect(entry.findings.map(\.text) == [])
        #expect(entry.inputs == rounds)
        #expect(status == 0)
        // A part that tries nothing finds nothing: here is what must have come of some inputs.
        let due = [
            "protocol": ["host: ok", "read", "a whole chunk"], "index": ["planned"],
            "boxes": ["joined", "nothing found"], "media": ["probe ok", "encode ok"],
        ]
        for outcome in due[part] ?? [] {
            #expect(entry.outcomes[outcome, default: 0] > 0, "\(outcome): \(entry.outcomes)")
        }
        #expect(entry.outcomes.values.reduce(0, +) > 0)
    }

    /// A script that stands in for the worker.
    private func double(_ lie: String, _ body: (String) throws -> Void) throws {
        let folder = FuzzTests.folder()
        let path = NSTemporaryDirectory() + "double-\(UUID().uuidString)"
        let text =
            "#!/bin/sh\nexec \(folder)/reelmill-fuzz worker-double --real "
            + "\(folder)/reelmill-worker --lie \(lie)\n"
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        chmod(path, 0o755)
        defer { unlink(path) }
        try body(path)
    }

    /// One whole clip as it is, through a worker that lies.
    private func replay(through worker: String) throws -> (status: Int32, entry: Sheet.Entry) {
        let folder = NSTemporaryDirectory() + "clip-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        defer { #expect(throws: Never.self) { try FileManager.default.removeItem(atPath: folder) } }
        try Footage(folder: folder).make([Footage.recipes[0]])
        let clip = folder + "/" + Footage.recipes[0].file
        let (status, report) = try fuzz(
            [
                "media", "--seed", "0", "--replay", clip, "--worker", worker, "--keep",
                folder + "/kept",
            ])
        return (status, try #require(report.parts["media"]))
    }

    @Test func aWorkerThatReportsSuccessWithAFrameLessIsFound() throws {
        try double("fewer-frames") { worker in
            let (status, entry) = try replay(through: worker)
            #expect(status == 1)
            #expect(
                entry.findings.contains {
                    $0.text.contains("encode reports success, but: ") && $0.text.contains("frames")
                })
        }
    }

    @Test func aWorkerThatDiesOfASignalIsContainedAndNoSuccess() throws {
        try double("death") { worker in
            let (status, entry) = try replay(through: worker)
            #expect(status == 0)
            #expect(entry.findings.isEmpty)
            #expect(entry.contained.keys.contains { $0.contains("(SIGSEGV)") })
        }
    }

    @Test func aProbeThatSucceedsWithoutAnIndexIsFound() throws {
        try double("empty-index") { worker in
            let (status, entry) = try replay(through: worker)
            #expect(status == 1)
            #expect(entry.findings.contains { $0.text.contains("an index that cannot be read") })
        }
    }

    @Test func theSameSeedMakesTheSameInput() {
        let original = (0..<5000).map { UInt8(truncatingIfNeeded: $0 * 7) }
        let mutator = Mutator(donors: [original])
        var made: Set<[UInt8]> = []
        for seed in UInt64(0)..<20 {
            var (first, second) = (Generator(seed: seed), Generator(seed: seed))
            let bytes = mutator.mutated(original, &first).bytes
            #expect(bytes == mutator.mutated(original, &second).bytes)
            made.insert(bytes)
        }
        #expect(made.count >= 19)
    }
}
