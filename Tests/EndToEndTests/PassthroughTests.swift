import Foundation
import Packager
import Testing
import TranscodeModel

@Suite("A source that is a rung already is passed through where the profile says so", .serialized)
struct PassthroughTests {
    private func writeProfiles(_ scene: Scene) throws {
        for (name, passthrough) in [("through", "true"), ("encoded", "false")] {
            try """
            schema: 1
            extends: web
            name: house
            video:
              preset: veryfast
              ladder: [180p@800, 90p@100]
              segment: 2s
              chunk: 4s
              passthrough: \(passthrough)
            images: none
            """.write(toFile: scene.path(name + ".yaml"), atomically: true, encoding: .utf8)
        }
        for (name, more) in [
            ("early", "publish: {early: true}"),
            ("single", "packaging: progressive\nvideo: {ladder: [180p@800]}"),
        ] {
            try "schema: 1\nextends: through.yaml\nname: \(name)\n\(more)\n"
                .write(toFile: scene.path(name + ".yaml"), atomically: true, encoding: .utf8)
        }
    }

    /// The x264 of a rung: closed groups of two seconds, B-frames, a cap.
    private func makeRung(_ scene: Scene, _ name: String, keyFrames: Int = 48) throws {
        try scene.makeClip(
            name, seconds: 14, "-preset", "veryfast", "-g", "\(keyFrames)", "-keyint_min",
            "\(keyFrames)", "-sc_threshold", "0", "-flags", "+cgop", "-bf", "2", "-b:v", "700k",
            "-maxrate", "1000k", "-bufsize", "1400k")
    }

    private func make(_ scene: Scene, _ clip: String, _ profile: String) throws -> Receipt {
        let ending = try scene.reelmill([
            "transcode", scene.path(clip), "-o", scene.path("out-" + profile), "--profile",
            scene.path(profile + ".yaml"), "--workers", "2",
        ])
        try #require(ending.status == 0, "\(ending.errors)")
        let bytes = try Data(
            contentsOf: URL(fileURLWithPath: scene.path("out-\(profile)/receipt.json")))
        return try Receipt.read([UInt8](bytes), name: "receipt.json")
    }

    /// Of every picture, in the order in which they are shown.
    private func pictures(_ scene: Scene, _ file: String) throws -> [String] {
        let listing = try scene.ffmpeg([
            "-i", scene.path(file), "-map", "0:v:0", "-fps_mode", "passthrough", "-f", "framemd5",
        ])
        return String(decoding: listing, as: UTF8.self).split(separator: "\n")
            .filter { !$0.hasPrefix("#") }
            .compactMap { $0.split(separator: " ").last.map(String.init) }
    }

    private func expectSound(_ scene: Scene, _ output: String, _ clip: String) throws {
        let verified = try scene.reelmill([
            "verify", "--seams", scene.path(output), "--source", scene.path(clip),
        ])
        #expect(verified.status == 0, "\(verified.output)\(verified.errors)")
        #expect(try scene.reelmill(["verify", scene.path(output)]).status == 0)
    }

    @Test(
        "its pictures are the source's, and every other file is as without",
        arguments: ["mp4", "mkv"])
    func through(container: String) throws {
        let scene = try Scene()
        try writeProfiles(scene)
        let clip = "rung." + container
        try makeRung(scene, clip)
        let shown = try scene.reelmill([
            "plan", scene.path(clip), "--profile", scene.path("through.yaml"),
        ])
        #expect(shown.output.contains("320×180 h264, as it is, "), "\(shown.output)")
        let receipt = try make(scene, clip, "through")
        let video = try #require(receipt.plan.video)
        #expect(video.renditions.map { $0.copied != nil } == [true, false])
        #expect(video.chunks.count > 2 && !receipt.warnings.contains { $0.contains("passed") })
        let source = try pictures(scene, clip)
        #expect(source.count == 336)
        #expect(try pictures(scene, "out-through/video/v180.mp4") == source)
        try expectSound(scene, "out-through", clip)

        #expect(try make(scene, clip, "encoded").plan.video?.renditions.first?.copied == nil)
        let (through, encoded) = try (
            scene.contents("out-through"), scene.contents("out-encoded")
        )
        #expect(through.keys.sorted() == encoded.keys.sorted())
        for name in ["video/v90.mp4", "video/v90.m3u8", "audio/a1.mp4", "audio/a1.m3u8"] {
            #expect(through[name] != nil && through[name] == encoded[name], "\(name)")
        }
        #expect(through["video/v180.mp4"] != encoded["video/v180.mp4"])

        // The same bytes whatever the chunks, and as the one file of a progressive output.
        #expect(try make(scene, clip, "early").plan.video?.chunks.count != video.chunks.count)
        #expect(try scene.contents("out-early")["video/v180.mp4"] == through["video/v180.mp4"])
        try expectSound(scene, "out-early", clip)
        _ = try make(scene, clip, "single")
        #expect(try pictures(scene, "out-single/video.mp4") == source)
        try expectSound(scene, "out-single", clip)
        #expect(try scene.reelmill(["audit", "--deep"]).status == 0)
    }

    @Test("one with other key frames is encoded, and a warning says why")
    func another() throws {
        let scene = try Scene()
        try writeProfiles(scene)
        try makeRung(scene, "other.mp4", keyFrames: 50)
        let receipt = try make(scene, "other.mp4", "through")
        #expect(
            receipt.plan.warnings == [
                "The source's pictures are encoded and not passed through: its key frames are not one "
                    + "each 48 frames."
            ])
        _ = try make(scene, "other.mp4", "encoded")
        #expect(try scene.contents("out-through") == scene.contents("out-encoded"))
    }
}
