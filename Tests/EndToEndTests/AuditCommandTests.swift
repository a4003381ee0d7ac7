import Foundation
import Ledger
import Testing
import TranscodeModel

@Suite(
    "The audit, as a person runs it: names what is wrong and where, in the store and in the history",
    .serialized)
struct AuditCommandTests {
    private func published() throws -> Scene {
        let scene = try Scene()
        try scene.makeClip("clip.mp4", seconds: 2)
        #expect(try scene.transcode("clip.mp4", to: "out").status == 0)
        return scene
    }

    /// The artifact of the job's first encode, in the store.
    private func artifact(_ scene: Scene) throws -> (path: String, unit: String) {
        let ledger = try SQLiteLedger.open(at: scene.path("state/ledger.sqlite"))
        let job = try #require(try ledger.jobs(JobQuery()).first)
        let made = try #require(try ledger.artifacts(ofJob: job.id).first { $0.kind == .encode })
        let hex = made.artifact.digest.hex
        return (
            scene.path("state/store/objects/default/\(hex.prefix(2))/\(hex)"),
            "\(job.id).\(made.position)"
        )
    }

    @Test("all is well after a job, also when every byte is read")
    func clean() throws {
        let scene = try published()
        let ending = try scene.reelmill(["audit", "--deep", "--strict"])
        #expect(ending.status == 0, "\(ending.output)")
        #expect(ending.output.contains("1 outputs"), "\(ending.output)")
        #expect(ending.output.contains("all invariants hold"))
    }

    @Test(
        "an artifact that changed is found by reading it, one that is missing without; both are named"
    )
    func artifacts() throws {
        let scene = try published()
        let (path, unit) = try artifact(scene)
        var bytes = try #require(FileManager.default.contents(atPath: path))
        bytes[bytes.count / 2] ^= 1
        try FileManager.default.removeItem(atPath: path)
        try bytes.write(to: URL(fileURLWithPath: path))
        #expect(try scene.reelmill(["audit"]).status == 0)
        let changed = try scene.reelmill(["audit", "--deep"])
        #expect(changed.status == 5)
        #expect(changed.output.contains("I2  \(unit): artifact"), "\(changed.output)")
        #expect(changed.output.contains("has changed"))
        try FileManager.default.removeItem(atPath: path)
        let missing = try scene.reelmill(["audit"])
        #expect(missing.status == 5)
        #expect(missing.output.contains("I2  \(unit): "), "\(missing.output)")
        #expect(missing.output.contains("not in the store any more"))
    }

    @Test("orphans are listed, are faults only if asked, and are removed if asked")
    func orphans() throws {
        let scene = try published()
        let hex = String(repeating: "ab", count: 32)
        let orphan = scene.path("state/store/objects/default/ab/\(hex)")
        try FileManager.default.createDirectory(
            atPath: scene.path("state/store/objects/default/ab"), withIntermediateDirectories: true)
        try Data("left behind".utf8).write(to: URL(fileURLWithPath: orphan))
        let staged = scene.path("state/store/staging/default~jdead.1~3~99")
        try Data("half".utf8).write(to: URL(fileURLWithPath: staged))
        let listed = try scene.reelmill(["audit"])
        #expect(listed.status == 0)
        #expect(listed.output.contains("2 orphans"), "\(listed.output)")
        let strict = try scene.reelmill(["audit", "--strict"])
        #expect(strict.status == 5)
        #expect(strict.output.contains("I2  artifact \(hex): "), "\(strict.output)")
        #expect(strict.output.contains("I2  staged default~jdead.1~3~99: "))
        #expect(try scene.reelmill(["audit", "--remove-orphans"]).status == 0)
        #expect(!FileManager.default.fileExists(atPath: orphan))
        #expect(!FileManager.default.fileExists(atPath: staged))
        #expect(try scene.reelmill(["audit", "--strict", "--deep"]).status == 0)
    }

    @Test("a tenant's folder that the ledger does not know is found")
    func foreignTenant() throws {
        let scene = try published()
        try FileManager.default.createDirectory(
            atPath: scene.path("state/store/objects/stranger"), withIntermediateDirectories: false)
        let ending = try scene.reelmill(["audit"])
        #expect(ending.status == 5)
        #expect(ending.output.contains("I14  tenant stranger"), "\(ending.output)")
    }

    @Test(
        "a published output that was changed is found; one that was moved away is its owner's business"
    )
    func outputs() throws {
        let scene = try published()
        let track = scene.path("out/video/v180.mp4")
        var bytes = try #require(FileManager.default.contents(atPath: track))
        bytes[bytes.count - 5] ^= 1
        try bytes.write(to: URL(fileURLWithPath: track))
        let ending = try scene.reelmill(["audit", "--deep"])
        #expect(ending.status == 5)
        #expect(ending.output.contains("I6  \(scene.path("out")): "), "\(ending.output)")
        try FileManager.default.removeItem(atPath: scene.path("out"))
        #expect(try scene.reelmill(["audit", "--deep"]).status == 0)
    }

    @Test("an exported head tells a history that went on from one that was rewritten")
    func head() throws {
        let scene = try published()
        let exported = try scene.reelmill(["audit", "--export"])
        #expect(exported.status == 0)
        let head = try #require(try exported.json()["head"] as? [String: Any])
        #expect(head["hash"] as? String != nil)
        try exported.output.write(
            toFile: scene.path("head.json"), atomically: true, encoding: .utf8)
        try scene.makeClip("other.mp4", seconds: 1)
        #expect(try scene.transcode("other.mp4", to: "other").status == 0)
        #expect(try scene.reelmill(["audit", "--against", scene.path("head.json")]).status == 0)
        // Another ledger, which is sound in itself, does not have this head.
        let fresh = try scene.reelmill([
            "audit", "--against", scene.path("head.json"), "--state", scene.path("fresh"),
        ])
        #expect(fresh.status == 5)
        #expect(fresh.output.contains("events were removed"), "\(fresh.output)")
        let forged = exported.output.replacingOccurrences(
            of: try #require(head["hash"] as? String), with: String(repeating: "00", count: 32))
        try forged.write(toFile: scene.path("forged.json"), atomically: true, encoding: .utf8)
        let rewritten = try scene.reelmill(["audit", "--against", scene.path("forged.json")])
        #expect(rewritten.status == 5)
        #expect(rewritten.output.contains("it was rewritten"), "\(rewritten.output)")
        let nonsense = try scene.reelmill(["audit", "--against", scene.path("clip.mp4")])
        #expect(nonsense.status == 2)
    }
}
