import Foundation
import Packager
import SeededRandom
import TranscodeModel

/// Finished files that somebody tampered with, through what reads and checks them.
struct BoxTrial: Trial {
    private let scene: TrialScene
    private let specimen: Specimen
    private let mutator: Mutator
    private let text: TextMutation
    private let output: String

    init(_ scene: TrialScene) async throws {
        self.scene = scene
        specimen = try await Specimen.of(scene)
        let tracks = (Array(specimen.files) + Array(specimen.progressiveFiles))
            .filter { $0.key.hasSuffix(".mp4") }.sorted { $0.key < $1.key }
        mutator = Mutator(donors: tracks.map { [UInt8]($0.value) })
        text = TextMutation(words: [
            "null", "{}", "[]", "\"\"", "true", "\"0/0\"", "\"1/0\"", "\"0\"",
        ])
        output = "\(scene.folder)/output-\(scene.slot)"
        try writeOutput()
        guard BoxTrial.findings(specimen.plan, specimen.files).isEmpty,
            BoxTrial.findings(specimen.progressivePlan, specimen.progressiveFiles).isEmpty,
            try PublishedOutput.open(output).findings().isEmpty
        else {
            throw FuzzFault(
                "the untouched output has findings: "
                    + "\(BoxTrial.findings(specimen.plan, specimen.files)) "
                    + "\(BoxTrial.findings(specimen.progressivePlan, specimen.progressiveFiles)) "
                    + "\(try PublishedOutput.open(output).findings())")
        }
    }

    func perform(seed: UInt64, _ tally: inout Tally) throws {
        var generator = Generator(seed: seed)
        switch generator.below(20) {
        case 0..<3: try tamperReceipt(&generator, &tally)
        case 3..<6: tamper(specimen.progressivePlan, specimen.progressiveFiles, &generator, &tally)
        default: tamper(specimen.plan, specimen.files, &generator, &tally)
        }
    }

    private func tamper(
        _ plan: Plan, _ files: [String: Data], _ generator: inout Generator, _ tally: inout Tally
    ) {
        var files = files
        let paths = files.keys.sorted()
        let tracks = paths.filter { $0.hasSuffix(".mp4") }
        guard let path = generator.pick(generator.chance(90) ? tracks : paths),
            let data = files[path]
        else { return }
        let bytes = mutator.mutated([UInt8](data), &generator).bytes
        files[path] = Data(bytes)
        let findings = BoxTrial.findings(plan, files)
        tally.count(findings.isEmpty ? "nothing found" : findings[0].rule.rawValue)
        join(MemoryByteSource(name: path, bytes: bytes), data, &tally)
    }

    /// As when a worker's fragments are joined: whole claims, other bytes.
    private func join(_ source: MemoryByteSource, _ original: Data, _ tally: inout Tally) {
        do throws(Failure) {
            let track = try TrackReader.track(
                MemoryByteSource(name: "good", bytes: [UInt8](original)))
            let piece = Piece(
                name: "t", initialization: track.initialization,
                initializationDigest: SmallProfiles.source,
                fragments: track.fragments.map {
                    Fragment(
                        extent: $0.extent, decodeTime: $0.decodeTime, duration: $0.duration,
                        samples: $0.sampleCount)
                })
            var sink = MemoryByteSink()
            _ = try TrackAssembly(
                rendition: "t", shift: nil, segments: SegmentTicks(length: 2 * 51_200),
                expectedSamples: track.sampleCount
            ).write([TrackPart(source: source, piece: piece)], to: &sink)
            tally.count("joined")
        } catch { tally.count("not joined: \(error.code.rawValue)") }
    }

    private func tamperReceipt(_ generator: inout Generator, _ tally: inout Tally) throws {
        let bytes = text.mutated([UInt8](specimen.receipt), &generator)
        try Data(bytes).write(to: URL(fileURLWithPath: output + "/" + OutputLayout.receiptPath))
        try Data(bytes).write(to: URL(fileURLWithPath: scene.inputPath))
        do throws(Failure) {
            let findings = try PublishedOutput.open(output).findings()
            tally.count(findings.isEmpty ? "receipt: nothing found" : "receipt: findings")
        } catch { tally.count("receipt: \(error.code.rawValue)") }
    }

    private static func findings(_ plan: Plan, _ files: [String: Data]) -> [PublicationFinding] {
        let sources: [String: any ByteSource] = Dictionary(
            uniqueKeysWithValues: files.map { path, data in
                (path, MemoryByteSource(name: path, bytes: [UInt8](data)))
            })
        return PublicationCheck.findings(plan, files: sources, listed: Set(files.keys))
    }

    private func writeOutput() throws {
        for (path, data) in specimen.files {
            let url = URL(fileURLWithPath: output + "/" + path)
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try data.write(to: url)
        }
        try specimen.receipt.write(
            to: URL(fileURLWithPath: output + "/" + OutputLayout.receiptPath))
    }
}
