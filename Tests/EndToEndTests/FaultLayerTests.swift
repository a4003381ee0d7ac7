import Foundation
import Testing

@Suite("The fault layer: a fault that is asked for comes about, and only that", .serialized)
struct FaultLayerTests {
    private func environment(_ scene: Scene, _ more: [String: String]) -> [String: String] {
        ["LD_PRELOAD": Scene.faultLibrary, "REELMILL_FAULT_LOG": scene.path("faults")]
            .merging(more) { $1 }
    }

    private func log(_ scene: Scene) throws -> [String] {
        try String(contentsOfFile: scene.path("faults"), encoding: .utf8)
            .split(separator: "\n").map(String.init)
    }

    private func history(_ scene: Scene) throws -> String {
        let list = try scene.reelmill(["list", "--json"]).json()
        let jobs = try #require(list["jobs"] as? [[String: Any]])
        let id = try #require(jobs.first?["id"] as? String)
        return try scene.reelmill(["events", id]).output
    }

    @Test(
        "a call that fails is an attempt that failed, with its reason in the history",
        arguments: [
            ("sync:EIO:1:/store/staging", "storage-failed"),
            ("sync:EIO:1:/store/objects", "storage-failed"),
            ("sync:EIO:1:.reelmill-", "storage-failed"),
            ("write:ENOSPC:1:/store/staging", "storage-full"),
            ("copy:ENOSPC:1:/store/staging", "storage-full"),
            ("copy:EIO:1:.reelmill-", "storage-failed"),
            ("rename:EIO:1:/store/objects", "storage-failed"),
            ("rename:ENOSPC:1:.reelmill-", "storage-full"),
        ])
    func failingCall(rule: String, code: String) throws {
        let scene = try Scene()
        try scene.makeClip("clip.mp4", seconds: 2)
        let ending = try scene.transcode(
            "clip.mp4", to: "out",
            environment: environment(scene, ["REELMILL_FAULT_RULES": rule]))
        #expect(ending.status == 0, "\(ending.errors)")
        #expect(try log(scene).count { $0.hasPrefix("fired rule 0 at call 1:") } == 1)
        #expect(try history(scene).components(separatedBy: code).count == 2)
        #expect(try scene.reelmill(["verify", scene.path("out")]).status == 0)
    }

    @Test("calls that write less than they were asked to change no byte")
    func shortCalls() throws {
        let scene = try Scene()
        try scene.makeClip("clip.mp4", seconds: 2)
        #expect(try scene.transcode("clip.mp4", to: "plain").status == 0)
        let ending = try scene.transcode(
            "clip.mp4", to: "out", ["--state", scene.path("other")],
            environment: environment(
                scene, ["REELMILL_FAULT_RULES": "write:short:2*;copy:short:2*"]))
        #expect(ending.status == 0, "\(ending.errors)")
        let fired = try log(scene)
        #expect(fired.contains { $0.hasPrefix("fired rule 0") && $0.contains("ledger.sqlite") })
        #expect(fired.contains { $0.hasPrefix("fired rule 1") })
        #expect(try scene.contents("out") == scene.contents("plain"))
    }

    @Test("a sync of the ledger that fails once is asked again, and costs nothing but a word")
    func failingLedger() throws {
        let scene = try Scene()
        try scene.makeClip("clip.mp4", seconds: 2)
        let ending = try scene.transcode(
            "clip.mp4", to: "out",
            environment: environment(
                scene, ["REELMILL_FAULT_RULES": "sync:EIO:12:ledger.sqlite-wal$"]))
        #expect(ending.status == 0, "\(ending.errors)")
        #expect(ending.errors.contains("the ledger cannot be used now"), "\(ending.errors)")
        #expect(try log(scene).contains { $0.hasPrefix("fired rule 0 at call 12:") })
        #expect(try scene.reelmill(["verify", scene.path("out")]).status == 0)
        #expect(try scene.reelmill(["audit", "--deep"]).status == 0)
    }

    @Test("a ledger whose syncs fail for good ends the node with 4, and the next one goes on")
    func brokenLedger() throws {
        let scene = try Scene()
        try scene.makeClip("clip.mp4", seconds: 2)
        let ending = try scene.transcode(
            "clip.mp4", to: "out",
            environment: environment(
                scene, ["REELMILL_FAULT_RULES": "sync:EIO:12+:ledger.sqlite-wal$"]))
        #expect(ending.status == 4, "\(ending.errors)")
        #expect(!scene.isThere("out"))
        #expect(try scene.transcode("clip.mp4", to: "out").status == 0)
        #expect(try scene.reelmill(["audit", "--deep"]).status == 0)
    }

    @Test("an output whose entry was not durable when its attempt failed is made so by the next")
    func outputIsSettled() throws {
        let scene = try Scene()
        try scene.makeClip("clip.mp4", seconds: 2)
        // The first sync of the shelf is of the output's entry, the second that of the next attempt.
        let rules = "sync:EIO:1:/shelf$;sync:count:1:/shelf$"
        let ending = try scene.transcode(
            "clip.mp4", to: "shelf/out",
            environment: environment(scene, ["REELMILL_FAULT_RULES": rules]))
        #expect(ending.status == 0, "\(ending.errors)")
        #expect(try history(scene).contains("storage-failed"))
        #expect(try log(scene).contains("met 1 2"))
    }

    @Test(
        "the clock jumps by what it is told, forward and back", arguments: [7_200_000, -7_200_000])
    func clock(offset: Int64) throws {
        let scene = try Scene()
        try scene.makeClip("clip.mp4", seconds: 2)
        let before = Int64(Date().timeIntervalSince1970 * 1000)
        let ending = try scene.reelmill(
            ["enqueue", scene.path("clip.mp4"), "-o", scene.path("out")],
            environment: environment(scene, ["REELMILL_FAULT_CLOCK": "\(offset)@calls:1"]))
        #expect(ending.status == 0, "\(ending.errors)")
        let after = Int64(Date().timeIntervalSince1970 * 1000)
        let list = try scene.reelmill(["list", "--json"]).json()
        let job = try #require((list["jobs"] as? [[String: Any]])?.first)
        let created = try #require(job["createdMilliseconds"] as? NSNumber).int64Value
        #expect((before + offset...after + offset).contains(created))
    }

    @Test(
        "a node is killed at the very line, before it or after it", arguments: ["before", "after"])
    func halt(side: String) throws {
        let scene = try Scene()
        try scene.makeClip("clip.mp4", seconds: 2)
        let (process, _, errors) = try scene.start(
            Scene.reelmillPath,
            [
                "transcode", scene.path("clip.mp4"), "-o", scene.path("out"), "--profile",
                scene.path("small.yaml"),
            ],
            environment: environment(
                scene,
                [
                    "REELMILL_LOG": "debug",
                    "REELMILL_FAULT_HALT": "KILL:\(side):1:stage=publish&phase=begin",
                ]))
        process.waitUntilExit()
        #expect(process.terminationReason == .uncaughtSignal)
        #expect(process.terminationStatus == SIGKILL)
        let text = try String(contentsOfFile: errors, encoding: .utf8)
        #expect(text.contains("stage=verify"))
        #expect(text.contains("stage=publish") == (side == "after"))
        #expect(!scene.isThere("out"))
    }

    @Test(
        "a fault that cannot be understood is refused, so that its absence is not taken for strength",
        arguments: [
            ("REELMILL_FAULT_RULES", "fsync:EIO:1"), ("REELMILL_FAULT_RULES", "sync:EIO:0"),
            ("REELMILL_FAULT_RULES", "sync:short:1"), ("REELMILL_FAULT_CLOCK", "5@minutes:1"),
            ("REELMILL_FAULT_HALT", "KILL:during:1:x"),
        ])
    func nonsense(variable: String, value: String) throws {
        let scene = try Scene()
        let ending = try scene.reelmill(
            ["list"], environment: environment(scene, [variable: value]))
        #expect(ending.status == 99)
        #expect(ending.errors.contains("cannot be understood"))
    }
}
