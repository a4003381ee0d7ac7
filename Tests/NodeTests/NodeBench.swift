import ArtifactStore
import ContentDigest
import Foundation
import Ledger
import Logging
import Planner
import Scheduler
import TranscodeModel

@testable import Node

/// A ledger, a store and a clip in a directory of their own, with nodes in this process and real workers.
final class NodeBench: Sendable {
    let folder: String
    let ledger: SQLiteLedger
    let store: LocalArtifactStore

    init() throws {
        folder =
            FileManager.default.temporaryDirectory
            .appending(path: "reelmill-node-\(UUID().uuidString)").path
        ledger = try SQLiteLedger.open(at: folder + "/ledger.sqlite")
        store = try LocalArtifactStore.open(at: folder + "/store")
    }

    func remove() throws { try FileManager.default.removeItem(atPath: folder) }

    static let profile = Profile(
        name: "test", summary: "",
        video: VideoSettings(
            codec: .h264, preset: "ultrafast", quality: 28,
            ladder: [
                Rung(lines: 96, averageKilobitsPerSecond: 300),
                Rung(lines: 64, averageKilobitsPerSecond: 100),
            ], frameRateMaximum: Rational(60), keyFrameIntervalSeconds: 1,
            segmentDurationSeconds: 1, chunkDurationSeconds: 1, parameters: [:]),
        audio: AudioSettings(codec: .aac, kilobitsPerSecond: 64, tracksMaximum: 1),
        images: ImageSettings(
            posterLines: 96, thumbnailIntervalSeconds: 1, thumbnailWidth: 32, columns: 2, rows: 2),
        packaging: .cmaf)

    /// Moving pictures and a tone, made by ffmpeg.
    func makeClip(seconds: Int, size: String = "144x96") throws {
        try makeClip(
            seconds: seconds, pictures: "testsrc2=size=\(size):rate=24:duration=\(seconds)")
    }

    /// The same of other pictures: a source filter of ffmpeg's, with a key frame each `keyInterval` frames.
    func makeClip(seconds: Int, pictures: String, keyInterval: Int = 250) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [
            "ffmpeg", "-v", "error", "-nostdin", "-y", "-f", "lavfi", "-i", pictures, "-f", "lavfi",
            "-i", "sine=sample_rate=48000:duration=\(seconds)", "-c:v", "libx264", "-preset",
            "ultrafast", "-g", String(keyInterval), "-c:a", "aac", folder + "/clip.mp4",
        ]
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Failure(.permanent, .internalFault, "ffmpeg made no clip")
        }
    }

    func enqueue(
        to output: String, _ profile: Profile = NodeBench.profile, replaces: Digest? = nil
    ) throws -> JobID {
        let source = try SourceFile.open(folder + "/clip.mp4")
        let digest = try source.hash()
        let profileDigest = ProfileIdentity.digest(of: profile)
        var generator = SystemRandomNumberGenerator()
        let id = JobID.random(using: &generator)
        let destination = folder + "/" + output
        _ = try ledger.enqueue([
            JobSubmission(
                id: id, tenant: .standard, key: nil,
                source: SourceReference(
                    locator: source.path, displayName: "clip.mp4", digest: digest,
                    byteCount: source.byteCount,
                    modificationMilliseconds: source.modificationMilliseconds),
                profile: profile, profileDigest: profileDigest, destination: destination,
                jobClass: .live, priority: 0,
                content: ProfileIdentity.content(
                    source: digest, profile: profileDigest, destination: destination),
                probeContent: ProfileIdentity.probeContent(source: digest),
                probeEstimate: Estimate(cpuSeconds: 1, memoryBytes: 1 << 20, outputBytes: 1 << 10),
                attemptsMaximum: 8, terms: JobTerms(replaces: replaces))
        ])
        return id
    }

    func node(
        ledger: (any Ledger)? = nil, store: (any ArtifactStore)? = nil, workers: Int = 2,
        worker: String? = nil,
        shutdown: ShutdownSwitch = ShutdownSwitch(),
        logger: Logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
        adjust: (inout NodePolicy) -> Void = { _ in }
    ) -> Node {
        var policy = NodePolicy(
            workers: workers, memoryBytes: 8 << 30, endsWhenIdle: true, renewMilliseconds: 100,
            careMilliseconds: 100, ledgerPatienceMilliseconds: 0)
        adjust(&policy)
        return Node(
            ledger: ledger ?? self.ledger, store: store ?? self.store,
            options: NodeOptions(
                policy: policy, workerExecutable: worker ?? Self.worker, tickMilliseconds: 20),
            board: ProgressBoard(), shutdown: shutdown,
            logger: logger)
    }

    /// Takes back all that a node holds, as others do when its process is gone.
    func takeBack(from node: NodeID, retiring: Bool) throws -> Int {
        let lost = try ledger.leases(ofNode: node)
        _ = try ledger.perform(
            lost.map {
                .release(
                    LossRule.release($0, ground: .nodeDied(node), reason: "node \(node) died"))
            } + (retiring ? [.retire(node)] : []))
        return lost.count
    }

    /// Every file of an output but the receipt, which names its job and attempts.
    func contents(_ output: String) throws -> [String: Data] {
        let root = folder + "/" + output
        var files: [String: Data] = [:]
        for name in try FileManager.default.subpathsOfDirectory(atPath: root)
        where name != "receipt.json" {
            files[name] = FileManager.default.contents(atPath: root + "/" + name)
        }
        return files
    }

    /// Beside the test program, or below the package when that runs inside a helper.
    private static let worker: String = {
        var folder = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
        repeat {
            folder.deleteLastPathComponent()
            let path = folder.path + "/reelmill-worker"
            if FileManager.default.isExecutableFile(atPath: path) { return path }
        } while folder.path != "/"
        return URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: ".build/debug/reelmill-worker").path
    }()
}
