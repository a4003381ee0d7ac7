import Foundation
import Testing

@Suite("Damage: what can be decoded is used and the rest is listed, or nothing is made")
struct DamageTests {
    /// A clip of two seconds, and what is left of it after six tenths of its bytes.
    private func cutClip(_ scene: Scene) throws {
        try scene.makeClip("whole.mp4", seconds: 4, "-movflags", "+faststart")
        let whole = try Data(contentsOf: URL(fileURLWithPath: scene.path("whole.mp4")))
        try whole.prefix(whole.count * 6 / 10).write(
            to: URL(fileURLWithPath: scene.path("cut.mp4")))
    }

    @Test("a cut upload gives what there is, with the damage in the receipt and as a warning")
    func salvage() throws {
        let scene = try Scene()
        try cutClip(scene)
        let ending = try scene.transcode("cut.mp4", to: "out")
        #expect(ending.status == 0, "\(ending.errors)")
        #expect(ending.errors.contains("warning: The file is cut short at "))
        let receipt = try JSONSerialization.jsonObject(
            with: Data(contentsOf: URL(fileURLWithPath: scene.path("out/receipt.json"))))
        let damage = try #require((receipt as? [String: Any])?["damage"] as? [[String: Any]])
        #expect(damage.first?["kind"] as? String == "cut-short")
        let list = try scene.reelmill(["list", "--json"]).json()["jobs"] as? [[String: Any]]
        let job = try #require(list?.first?["id"] as? String)
        let status = try scene.reelmill(["status", job])
        #expect(status.output.contains("damage       The file is cut short at "))
        // Two of four seconds and a little more are left, at 24 frames a second: all that ffmpeg can decode.
        func frames(_ file: String) throws -> Int {
            let lines = try scene.ffprobe([
                "-v", "quiet", "-count_frames", "-select_streams", "v:0", "-show_entries",
                "stream=nb_read_frames", "-of", "csv=p=0", scene.path(file),
            ])
            return try #require(lines.first.flatMap { Int($0) })
        }
        #expect(try (40...70).contains(frames("cut.mp4")))
        #expect(try frames("out/video/v180.mp4") == frames("cut.mp4"))
        #expect(try scene.reelmill(["verify", scene.path("out")]).status == 0)
    }

    @Test("under strict the same upload fails, naming the damage, and nothing is made")
    func strict() throws {
        let scene = try Scene()
        try cutClip(scene)
        try """
        schema: 1
        extends: small.yaml
        name: strict
        damage: strict
        """.write(toFile: scene.path("strict.yaml"), atomically: true, encoding: .utf8)
        let ending = try scene.reelmill([
            "transcode", scene.path("cut.mp4"), "-o", scene.path("out"), "--profile",
            scene.path("strict.yaml"),
        ])
        #expect(ending.status == 1)
        #expect(ending.errors.contains("cut short at "), "\(ending.errors)")
        #expect(ending.errors.contains("[damaged]"))
        #expect(!scene.isThere("out"))
        let whole = try scene.reelmill([
            "transcode", scene.path("whole.mp4"), "-o", scene.path("whole"), "--profile",
            scene.path("strict.yaml"),
        ])
        #expect(whole.status == 0, "\(whole.errors)")
    }

    @Test(
        "bits that flip in the middle of the pictures: strict names time and stream, salvage goes on in step"
    )
    func flippedBits() throws {
        let scene = try Scene()
        try scene.makeClip("clip.mp4", seconds: 6, "-movflags", "+faststart")
        var bytes = try Data(contentsOf: URL(fileURLWithPath: scene.path("clip.mp4")))
        for index in bytes.count * 5 / 10..<bytes.count * 6 / 10 where index % 9 == 0 {
            bytes[index] ^= 0x5A
        }
        try bytes.write(to: URL(fileURLWithPath: scene.path("clip.mp4")))
        try """
        schema: 1
        extends: small.yaml
        name: strict
        damage: strict
        """.write(toFile: scene.path("strict.yaml"), atomically: true, encoding: .utf8)
        let strict = try scene.reelmill([
            "transcode", scene.path("clip.mp4"), "-o", scene.path("strict"), "--profile",
            scene.path("strict.yaml"),
        ])
        #expect(strict.status == 1)
        #expect(strict.errors.contains("[damaged]"), "\(strict.errors)")
        let place = /Stream [01]: 1 error while decoding, [2-5]\.\d{3} s/
        #expect(strict.errors.contains(place), "\(strict.errors)")
        let salvage = try scene.transcode("clip.mp4", to: "out")
        #expect(salvage.status == 0, "\(salvage.errors)")
        #expect(salvage.errors.contains("while decoding"))
        // Every frame of the grid is there, so that sound and picture stay in step.
        let frames = try scene.ffprobe([
            "-count_frames", "-select_streams", "v:0", "-show_entries", "stream=nb_read_frames",
            "-of", "csv=p=0", scene.path("out/video/v180.mp4"),
        ])
        #expect(frames == ["144"])
    }

    @Test(
        "what is over a limit is refused by that name",
        arguments: [
            ("REELMILL_MAX_BYTES", "1000", "bytes"), ("REELMILL_MAX_PIXELS", "57599", "320×180"),
            ("REELMILL_MAX_SIDE", "319", "320×180"), ("REELMILL_MAX_STREAMS", "1", "streams"),
            ("REELMILL_MAX_SECONDS", "1", "longer than 1 s"),
        ])
    func limits(variable: String, value: String, reason: String) throws {
        let scene = try Scene()
        try scene.makeClip("clip.mp4", seconds: 2)
        let ending = try scene.transcode("clip.mp4", to: "out", environment: [variable: value])
        // What can be told before there is a job is wrong input; the others are jobs that failed.
        #expect(ending.status == (variable == "REELMILL_MAX_BYTES" ? 2 : 1))
        #expect(ending.errors.contains(reason), "\(ending.errors)")
        #expect(ending.errors.contains("[over-limit]"), "\(ending.errors)")
        #expect(!scene.isThere("out"))
    }
}
