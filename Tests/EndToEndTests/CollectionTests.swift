import ContentDigest
import Foundation
import Ledger
import Testing
import TranscodeModel

@Suite("gc, as a person runs it: a dry run, then the deed, and what is left works", .serialized)
struct CollectionTests {
    private static let all = ["--keep-ready", "0", "--keep-failed", "0", "--keep-cancelled", "0"]

    private func objects(_ scene: Scene) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(
            atPath: scene.path("state/store/objects")
        ).filter { $0.count > 64 }
    }

    @Test("a dry run changes nothing; --delete removes; the audit, status and a new run are well")
    func collect() throws {
        let scene = try Scene()
        try scene.makeClip("clip.mp4", seconds: 2)
        #expect(try scene.transcode("clip.mp4", to: "out").status == 0)
        let before = try objects(scene)
        #expect(before.count > 5)
        // Young artifacts stay, whatever is asked.
        #expect(try scene.reelmill(["gc", "--delete"]).status == 0)
        let dry = try scene.reelmill(["gc", "--json"] + Self.all)
        #expect(dry.status == 0, "\(dry.errors)")
        let report = try #require(try dry.json()["collection"] as? [String: Any])
        #expect(report["isDeleted"] as? Bool == false)
        let ready = (report["expired"] as? [String: Any])?["ready"] as? [String: Any]
        #expect(ready?["artifacts"] as? Int == before.count)
        #expect(try objects(scene) == before)
        let logged = try SQLiteLedger.open(at: scene.path("state/ledger.sqlite")).jobs(JobQuery())
        let name = try #require(logged.first?.id.text)
        #expect(report["jobsWithLogs"] as? Int == 1)
        #expect(try scene.reelmill(["logs", name]).output.contains("committed"))
        let deed = try scene.reelmill(["gc", "--delete"] + Self.all)
        #expect(deed.status == 0, "\(deed.errors)")
        #expect(deed.output.contains("removed \(before.count) artifacts"), "\(deed.output)")
        #expect(try objects(scene) == [])
        #expect(deed.output.contains("the logs of 1 jobs"), "\(deed.output)")
        #expect(!scene.isThere("state/store/logs/default/\(name)"))
        let audit = try scene.reelmill(["audit", "--deep", "--strict"])
        #expect(audit.status == 0, "\(audit.output)")
        let ledger = try SQLiteLedger.open(at: scene.path("state/ledger.sqlite"))
        let job = try #require(try ledger.jobs(JobQuery()).first)
        let status = try scene.reelmill(["status", job.id.text])
        #expect(status.output.contains("given up by gc"), "\(status.output)")
        let events = try scene.reelmill(["events", job.id.text])
        #expect(events.output.contains("collected"), "\(events.output)")
        #expect(try scene.transcode("clip.mp4", to: "again").status == 0)
        #expect(try scene.contents("again") == scene.contents("out"))
        #expect(try scene.reelmill(["audit", "--deep", "--strict"]).status == 0)
    }

    @Test(
        "a restored ledger that is older than a collection: the audit names what is missing until gc has run again, and new jobs do not need it"
    )
    func restored() throws {
        let scene = try Scene()
        try scene.makeClip("clip.mp4", seconds: 2)
        #expect(try scene.transcode("clip.mp4", to: "out").status == 0)
        #expect(try scene.reelmill(["ledger", "backup", "copy"]).status == 0)
        #expect(try scene.reelmill(["gc", "--delete"] + Self.all).status == 0)
        #expect(try scene.reelmill(["ledger", "restore", "copy"]).status == 0)
        let audit = try scene.reelmill(["audit"])
        #expect(audit.status == 5)
        #expect(audit.output.contains("I2"), "\(audit.output)")
        #expect(try scene.transcode("clip.mp4", to: "again").status == 0)
        #expect(try scene.contents("again") == scene.contents("out"))
        #expect(try scene.reelmill(["gc", "--delete"] + Self.all).status == 0)
        #expect(try scene.reelmill(["audit", "--deep", "--strict"]).status == 0)
    }

    /// Has so many artifacts condemned that their removal takes a while. Returns their names.
    private func litter(_ scene: Scene, _ round: Int) throws -> Set<String> {
        let texts = (0..<1500).map { "litter \(round) \($0)" }
        var condemned: [CondemnedArtifact] = []
        for text in texts {
            let digest = Digest.sha256(text)
            let folder = scene.path(
                "state/store/objects/\(TenantID.standard)/\(digest.hex.prefix(2))")
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true)
            try text.write(toFile: "\(folder)/\(digest.hex)", atomically: false, encoding: .utf8)
            condemned.append(
                CondemnedArtifact(
                    tenant: .standard, digest: digest, byteCount: Int64(text.utf8.count)))
        }
        let ledger = try SQLiteLedger.open(at: scene.path("state/ledger.sqlite"))
        return Set(try ledger.condemn(condemned).map(\.digest.hex))
    }

    private func left(_ litter: Set<String>, _ scene: Scene) throws -> Int {
        try objects(scene).count { litter.contains(String($0.suffix(64))) }
    }

    @Test(
        "a collection that is killed between its first and its last removal leaves what the next run can work with, and the next one finishes it"
    )
    func killed() throws {
        let scene = try Scene()
        try scene.makeClip("clip.mp4", seconds: 2)
        #expect(try scene.transcode("clip.mp4", to: "out").status == 0)
        let expected = try scene.contents("out")
        for round in 0..<3 {
            var number = round * 1000
            var remaining = 0
            repeat {
                let litter = try litter(scene, number)
                number += 1
                let process = try scene.startReelmill(["gc", "--delete"] + Self.all)
                while process.isRunning, try left(litter, scene) == litter.count { usleep(500) }
                usleep(UInt32.random(in: 0...20_000))
                kill(process.processIdentifier, SIGKILL)
                process.waitUntilExit()
                remaining = try left(litter, scene)
                #expect(remaining < litter.count, "nothing was removed")
                // It was quicker than we were: once more.
            } while remaining == 0
            let again = try scene.transcode("clip.mp4", to: "out-\(round)")
            #expect(again.status == 0, "\(again.errors)")
            #expect(try scene.contents("out-\(round)") == expected)
            let audit = try scene.reelmill(["audit", "--deep"])
            #expect(audit.status == 0, "\(audit.output)")
        }
        #expect(try scene.reelmill(["gc", "--delete"] + Self.all).status == 0)
        #expect(try objects(scene) == [])
        #expect(try scene.reelmill(["audit", "--deep", "--strict"]).status == 0)
    }

    @Test("times are numbers with a unit; nothing else is one")
    func times() throws {
        let scene = try Scene()
        for good in ["0", "90s", "15m", "12h", "7d", "2w"] {
            #expect(try scene.reelmill(["gc", "--keep-ready", good]).status == 0, "\(good)")
        }
        for bad in ["", "7", "-1d", "1.5h", "d", "7 d", "99999999999999999999d", "999999w", "٣d"] {
            #expect(try scene.reelmill(["gc", "--keep-ready", bad]).status == 2, "\(bad)")
        }
    }
}
