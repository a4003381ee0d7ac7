import Foundation
import Testing

@Suite("Early play: one address, from the first seconds to the finished film", .serialized)
struct EarlyPlayEndToEndTests {
    private func makeScene(seconds: Int) throws -> Scene {
        let scene = try Scene()
        try scene.makeClip("clip.mp4", seconds: seconds)
        try """
        schema: 1
        extends: small.yaml
        name: early
        publish: {early: true}
        """.write(toFile: scene.path("early.yaml"), atomically: true, encoding: .utf8)
        return scene
    }

    private func arguments(_ scene: Scene, _ output: String = "out") -> [String] {
        [
            "transcode", scene.path("clip.mp4"), "-o", scene.path(output), "--profile",
            scene.path("early.yaml"), "--workers", "2",
        ]
    }

    private func leftovers(_ scene: Scene) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: scene.folder)
            .filter { $0.hasPrefix(".out") }
    }

    private func waitUntilPlayable(_ scene: Scene, _ process: Process) {
        while process.isRunning, !scene.isThere("out/master.m3u8") { usleep(2000) }
    }

    private func job(_ scene: Scene) throws -> [String: Any] {
        let list = try scene.reelmill(["list", "--json"]).json()
        let id = try #require((list["jobs"] as? [[String: Any]])?.first?["id"] as? String)
        let status = try scene.reelmill(["status", id, "--json"]).json()
        return try #require(status["job"] as? [String: Any])
    }

    @Test("a reader sees growth and nothing else, and a player plays meanwhile")
    func reader() throws {
        let scene = try makeScene(seconds: 12)
        let process = try scene.startReelmill(arguments(scene))
        let reader = EarlyPlaylists(scene.path("out"))
        waitUntilPlayable(scene, process)
        reader.look()
        // While the job goes on, an early output is not taken for a finished one.
        let early = try scene.reelmill(["verify", scene.path("out")])
        let streams = try scene.ffprobe([
            "-show_entries", "stream=codec_type", "-of", "csv=p=0", scene.path("out/master.m3u8"),
        ])
        reader.look { process.isRunning }
        #expect(process.terminationStatus == 0)
        reader.look()
        #expect(reader.violations == [])
        #expect(reader.unfinishedLooks > 0)
        #expect(reader.growths > 2)
        #expect(early.status == 0 || early.status == 5 && early.output.contains("played early"))
        #expect(streams.contains("video") && streams.contains("audio"))
        #expect(try leftovers(scene) == [])
        #expect(!scene.isThere("out/.reelmill-early.json"))
        #expect(try scene.reelmill(["verify", scene.path("out")]).status == 0)
        #expect(try scene.reelmill(["audit", "--deep"]).status == 0)
        let playback = try #require(try job(scene)["playback"] as? [String: Double])
        let (playable, ready) = (playback["playableSeconds"], playback["readySeconds"])
        #expect(try #require(playable) < #require(ready))
        // The same bytes from one worker.
        var again = arguments(scene, "again") + ["--state", scene.path("other")]
        again[again.firstIndex(of: "2") ?? 0] = "1"
        #expect(try scene.reelmill(again).status == 0)
        #expect(try scene.contents("out") == scene.contents("again"))
    }

    @Test(
        "killed around a preview, the next run goes on, readers see growth and nothing else, and the bytes are the same"
    )
    func killed() throws {
        let plain = try makeScene(seconds: 5)
        #expect(try plain.reelmill(arguments(plain)).status == 0)
        let expected = try plain.contents("out")
        for (side, phase, number) in [
            ("before", "begin", 1), ("before", "end", 1), ("after", "end", 2),
            ("after", "begin", 3),
        ] {
            let scene = try makeScene(seconds: 5)
            try FileManager.default.removeItem(atPath: scene.path("clip.mp4"))
            try FileManager.default.copyItem(
                atPath: plain.path("clip.mp4"), toPath: scene.path("clip.mp4"))
            let reader = EarlyPlaylists(scene.path("out"))
            let halted = try scene.startReelmill(
                arguments(scene),
                environment: [
                    "LD_PRELOAD": Scene.faultLibrary, "REELMILL_LOG": "debug",
                    "REELMILL_FAULT_HALT": "KILL:\(side):\(number):stage=preview&phase=\(phase)",
                ])
            reader.look { halted.isRunning }
            #expect(halted.terminationReason == .uncaughtSignal)
            let again = try scene.startReelmill(arguments(scene))
            reader.look { again.isRunning }
            #expect(again.terminationStatus == 0)
            reader.look()
            #expect(reader.violations == [])
            #expect(try scene.contents("out") == expected)
            #expect(try leftovers(scene) == [])
            #expect(try scene.reelmill(["audit", "--deep"]).status == 0)
        }
    }

    @Test("killed again and again at random times, readers see growth and nothing else")
    func killedAtRandom() throws {
        let scene = try makeScene(seconds: 8)
        #expect(
            try scene.reelmill(arguments(scene, "plain") + ["--state", scene.path("other")]).status
                == 0)
        let reader = EarlyPlaylists(scene.path("out"))
        for round in 0..<6 {
            let process = try scene.startReelmill(arguments(scene))
            let deadline =
                DispatchTime.now() + .milliseconds(Int.random(in: 200...(500 + 300 * round)))
            reader.look { process.isRunning && DispatchTime.now() < deadline }
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
        }
        let last = try scene.startReelmill(arguments(scene))
        reader.look { last.isRunning }
        #expect(last.terminationStatus == 0)
        reader.look()
        #expect(reader.violations == [])
        #expect(try scene.contents("out") == scene.contents("plain"))
        #expect(try leftovers(scene) == [])
        #expect(try scene.reelmill(["audit", "--deep"]).status == 0)
    }

    @Test(
        "a call that fails in a preview is an attempt that failed",
        arguments: [
            "rename:EIO:1:-early-", "rename:EIO:2:-early-", "sync:EIO:2:-early-",
            "copy:ENOSPC:1:-early-", "copy:EIO:1:/out/video", "sync:EIO:1:/out/video",
        ])
    func failingCalls(rule: String) throws {
        let scene = try makeScene(seconds: 4)
        let reader = EarlyPlaylists(scene.path("out"))
        let process = try scene.startReelmill(
            arguments(scene),
            environment: [
                "LD_PRELOAD": Scene.faultLibrary, "REELMILL_FAULT_LOG": scene.path("faults"),
                "REELMILL_FAULT_RULES": rule,
            ])
        reader.look { process.isRunning }
        #expect(process.terminationStatus == 0)
        reader.look()
        #expect(reader.violations == [])
        let log = try String(contentsOfFile: scene.path("faults"), encoding: .utf8)
        #expect(log.contains("fired rule 0"))
        #expect(try scene.reelmill(["verify", scene.path("out")]).status == 0)
        #expect(try leftovers(scene) == [])
    }

    @Test(
        "a job that is cancelled, or fails, leaves nothing at its address",
        arguments: [true, false])
    func ended(isCancelled: Bool) throws {
        let scene = try makeScene(seconds: 30)
        let process = try scene.startReelmill(arguments(scene))
        let reader = EarlyPlaylists(scene.path("out"))
        waitUntilPlayable(scene, process)
        #expect(scene.isThere("out/master.m3u8"))
        if isCancelled {
            let list = try scene.reelmill(["list", "--json"]).json()
            let id = try #require((list["jobs"] as? [[String: Any]])?.first?["id"] as? String)
            #expect(try scene.reelmill(["cancel", id]).status == 0)
        } else {
            // The source is not the one any more that was enqueued.
            try Data([1]).write(to: URL(fileURLWithPath: scene.path("clip.mp4")))
        }
        reader.look { process.isRunning }
        #expect(process.terminationStatus == 1)
        #expect(reader.violations == [])
        #expect(!scene.isThere("out"))
        #expect(try leftovers(scene) == [])
        #expect(try job(scene)["state"] as? String == (isCancelled ? "cancelled" : "failed"))
    }

    @Test("what a killed job left at its address makes room for the next, once it is cancelled")
    func leftover() throws {
        let scene = try makeScene(seconds: 30)
        let process = try scene.startReelmill(arguments(scene))
        waitUntilPlayable(scene, process)
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        #expect(scene.isThere("out/.reelmill-early.json"))
        // The same command goes on with it; another source is refused.
        try scene.makeClip("other.mp4", seconds: 2)
        let other = try scene.reelmill([
            "enqueue", scene.path("other.mp4"), "-o", scene.path("out"), "--profile",
            scene.path("early.yaml"),
        ])
        #expect(other.status == 2)
        let same = try scene.reelmill([
            "enqueue", scene.path("clip.mp4"), "-o", scene.path("out"), "--profile",
            scene.path("early.yaml"), "--json",
        ])
        #expect(same.status == 0, "\(same.errors)")
        let id = try #require(try job(scene)["id"] as? String)
        #expect(same.output.contains(id))
        #expect(try scene.reelmill(["cancel", id]).status == 0)
        #expect(!scene.isThere("out"))
        let next = try scene.transcode("other.mp4", to: "out")
        #expect(next.status == 0, "\(next.errors)")
    }

    @Test("what is at the address already stays, and the job fails before it has made much")
    func occupied() throws {
        let scene = try makeScene(seconds: 12)
        let queued = try scene.reelmill([
            "enqueue", scene.path("clip.mp4"), "-o", scene.path("out"), "--profile",
            scene.path("early.yaml"),
        ])
        #expect(queued.status == 0)
        try FileManager.default.createDirectory(
            atPath: scene.path("out"), withIntermediateDirectories: true)
        try Data([7]).write(to: URL(fileURLWithPath: scene.path("out/theirs")))
        _ = try scene.reelmill(["run", "--until-idle", "--workers", "1"])
        let report = try job(scene)
        #expect(report["state"] as? String == "failed")
        #expect((report["failure"] as? [String: Any])?["code"] as? String == "destination-exists")
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: scene.path("out")) == ["theirs"])
        #expect(try leftovers(scene) == [])
    }
}
