import Foundation
import Testing

@Suite("Reuse: nothing is made twice, and no byte is another for it (I15, I16)", .serialized)
struct ReuseTests {
    private func writeLadder(_ scene: Scene, _ name: String, _ ladder: String) throws {
        try """
        schema: 1
        extends: web
        name: \(name)
        video:
          preset: veryfast
          ladder: [\(ladder)]
          keyframe: 1s
          segment: 1s
          chunk: 2s
        images:
          every: 2s
        """.write(toFile: scene.path(name + ".yaml"), atomically: true, encoding: .utf8)
    }

    /// Transcodes to its own directory and returns the job.
    private func make(
        _ scene: Scene, _ profile: String, to output: String, state: String = "state"
    ) throws -> String {
        let ending = try scene.reelmill(
            [
                "transcode", scene.path("talk.mp4"), "-o", scene.path(output), "--profile",
                scene.path(profile + ".yaml"), "--workers", "2", "--json",
            ], environment: ["REELMILL_STATE": scene.path(state)])
        try #require(ending.status == 0, "\(ending.errors)")
        let summary = try #require(try ending.json()["output"] as? [String: Any])
        return try #require(summary["job"] as? String)
    }

    /// The units of a job that a worker or the node itself made, by kind, and how many were found.
    private func work(_ scene: Scene, _ job: String) throws -> (made: [String: Int], reused: Int) {
        let units = try #require(
            try scene.reelmill(["status", job, "--json"]).json()["job"] as? [String: Any])
        let kinds = try #require(units["units"] as? [[String: Any]]).map { $0["kind"] as? String }
        let logs = try scene.reelmill(["logs", job, "--json"]).json()
        let lines = try #require(logs["log"] as? [[String: Any]])
        let found = lines.filter {
            ($0["message"] as? String) == "the same was made before, and is used again"
        }.compactMap { $0["unit"] as? Int }
        #expect(Set(found).count == found.count)
        var made: [String: Int] = [:]
        for (position, kind) in kinds.enumerated() where !found.contains(position) {
            made[kind ?? "", default: 0] += 1
        }
        return (made, found.count)
    }

    @Test(
        "a changed and an added rung are all that is encoded, and the output is that of a new state"
    )
    func ladder() throws {
        let scene = try Scene()
        try scene.makeClip("talk.mp4", seconds: 9)
        try writeLadder(scene, "first", "180p@300, 90p@100")
        try writeLadder(scene, "second", "180p@300, 120p@200, 90p@120")
        let chunks = try work(scene, make(scene, "first", to: "a")).made["encode"]
        #expect((chunks ?? 0) > 1)
        let plan = try scene.reelmill([
            "plan", scene.path("talk.mp4"), "--profile", scene.path("second.yaml"),
        ])
        #expect(plan.output.contains(" units already made"), "\(plan.output)")
        let job = try make(scene, "second", to: "b")
        let (made, reused) = try work(scene, job)
        // The new rungs of each chunk; their stitches; what is made of all.
        #expect(
            made == ["encode": chunks ?? 0, "stitch": 2, "package": 1, "verify": 1, "publish": 1],
            "\(made)")
        let status = try scene.reelmill(["status", job]).output
        // The probe is found too, but is none of the plan's units.
        #expect(status.contains("\(reused - 1) of "), "\(status)")
        #expect(status.contains(" units already made"))

        _ = try make(scene, "second", to: "c", state: "fresh")
        let (first, second, fresh) = try (
            scene.contents("a"), scene.contents("b"), scene.contents("c")
        )
        #expect(second == fresh && second.count > 10)
        for name in ["video/v180.mp4", "audio/a1.mp4", "images/poster.jpg"] {
            #expect(first[name] != nil && first[name] == second[name])
        }
        #expect(first["video/v90.mp4"] != second["video/v90.mp4"])
        #expect(try scene.reelmill(["verify", scene.path("b")]).status == 0)
        #expect(try scene.reelmill(["audit", "--deep"]).status == 0)
    }

    @Test("the same for another directory is published, not made")
    func another() throws {
        let scene = try Scene()
        try scene.makeClip("talk.mp4", seconds: 5)
        try writeLadder(scene, "first", "180p@300, 90p@100")
        let first = try make(scene, "first", to: "a")
        #expect(try make(scene, "first", to: "a") == first)
        let other = try make(scene, "first", to: "b")
        #expect(other != first)
        #expect(try work(scene, other).made == ["verify": 1, "publish": 1])
        #expect(try scene.contents("a") == scene.contents("b"))
    }

    @Test("what the ledger counts on and the store has lost is made again, as it was (I18)")
    func lost() throws {
        let scene = try Scene()
        try scene.makeClip("talk.mp4", seconds: 5)
        try writeLadder(scene, "first", "180p@300, 90p@100")
        try writeLadder(scene, "second", "180p@300, 90p@120")
        let chunks = try work(scene, make(scene, "first", to: "a")).made["encode"]
        let objects = scene.path("state/store/objects")
        var removed = 0
        for name in try FileManager.default.subpathsOfDirectory(atPath: objects) {
            let path = objects + "/" + name
            var isFolder: ObjCBool = false
            _ = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
            guard !isFolder.boolValue else { continue }
            try FileManager.default.removeItem(atPath: path)
            removed += 1
        }
        #expect(removed > 8)
        let job = try make(scene, "second", to: "b")
        // Units that were taken over make what the first job wanted, too.
        let (made, reused) = try work(scene, job)
        #expect(reused == 0)
        #expect(made["encode"] == 2 * (chunks ?? 0), "\(made)")
        #expect(try scene.reelmill(["verify", scene.path("b")]).status == 0)
        _ = try make(scene, "second", to: "c", state: "fresh")
        #expect(try scene.contents("b") == scene.contents("c"))
    }
}
