import Foundation
import Testing

@Suite("Early play begins with a short segment, which every track has and every player finds")
struct EarlyLeadTests {
    private func transcode(_ scene: Scene, video: String = "") throws {
        try """
        schema: 1
        extends: small.yaml
        name: early
        video: {segment: 3s, chunk: 3s\(video)}
        publish: {early: true}
        """.write(toFile: scene.path("early.yaml"), atomically: true, encoding: .utf8)
        let ending = try scene.reelmill([
            "transcode", scene.path("clip.mp4"), "-o", scene.path("out"), "--profile",
            scene.path("early.yaml"), "--workers", "2", "--json",
        ])
        try #require(ending.status == 0, "\(ending.errors)")
        #expect(ending.output.contains("\"playableSeconds\""))
        let verified = try scene.reelmill(["verify", scene.path("out")])
        #expect(verified.status == 0, "\(verified.output)\(verified.errors)")
    }

    /// In seconds, by playlist.
    private func segments(_ scene: Scene, _ playlist: String) throws -> [Double] {
        try String(contentsOfFile: scene.path("out/" + playlist), encoding: .utf8)
            .split(separator: "\n").filter { $0.hasPrefix("#EXTINF:") }
            .compactMap { Double($0.dropFirst(8).dropLast()) }
    }

    private func frames(_ scene: Scene, _ file: String) throws -> [Int] {
        try scene.ffprobe([
            "-allowed_extensions", "ALL", "-select_streams", "v:0", "-count_frames",
            "-show_entries", "stream=nb_read_frames", "-of", "csv=p=0", scene.path("out/" + file),
        ]).compactMap { Int($0.prefix { $0 != "," }) }
    }

    @Test("a second, then two, then three: pictures and sound, in HLS, DASH and the files")
    func constant() throws {
        let scene = try Scene()
        try scene.makeClip("clip.mp4", seconds: 8)
        try transcode(scene)
        for name in ["v180", "v90"] {
            #expect(try segments(scene, "video/\(name).m3u8") == [1, 2, 3, 2])
            #expect(try segments(scene, "video/\(name)-iframes.m3u8").count == 8)
        }
        let sound = try segments(scene, "audio/a1.m3u8")
        #expect(zip(sound, [1, 2, 3, 2]).allSatisfy { abs($0 - $1) < 0.03 } && sound.count == 4)
        let whole = try frames(scene, "video/v180.mp4")
        #expect(whole.count == 1)
        for file in ["master.m3u8", "video/v180.m3u8"] {
            #expect(try frames(scene, file).first == whole.first)
        }
        let keys = try scene.ffprobe([
            "-select_streams", "v:0", "-skip_frame", "nokey", "-show_entries", "frame=pts_time",
            "-of", "csv=p=0", scene.path("out/video/v90.mp4"),
        ]).compactMap { Double($0.prefix { $0 != "," }) }
        #expect(keys == [0, 1, 2, 3, 4, 5, 6, 7])
    }

    @Test("pictures that keep their times have one where the lead ends")
    func cadence() throws {
        let scene = try Scene()
        let made = try scene.run(
            "/usr/bin/env",
            [
                "ffmpeg", "-v", "error", "-nostdin", "-y", "-f", "lavfi", "-i",
                "testsrc2=size=320x180:rate=50:duration=8", "-f", "lavfi", "-i",
                "sine=frequency=300:duration=8", "-vf", "select='not(mod(n*n,7))+eq(mod(n,11),3)'",
                "-fps_mode", "passthrough", "-c:v", "libx264", "-c:a", "aac",
                scene.path("clip.mp4"),
            ])
        try #require(made.status == 0, "\(made.errors)")
        try transcode(scene, video: ", timestamps: source")
        for name in ["v180", "v90"] {
            let lengths = try segments(scene, "video/\(name).m3u8")
            #expect(lengths.prefix(3) == [1, 2, 3])
        }
        let starts = try scene.ffprobe([
            "-select_streams", "v:0", "-show_entries", "frame=pts_time", "-of", "csv=p=0",
            scene.path("out/video/v90.mp4"),
        ]).compactMap { Double($0.prefix { $0 != "," }) }
        #expect(Set([0, 1, 3, 6]).isSubset(of: starts))
    }
}
