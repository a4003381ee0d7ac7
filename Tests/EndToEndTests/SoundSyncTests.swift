import Foundation
import Testing

/// A white picture and a beep at each whole second, in many containers and with many kinds of offset.
@Suite("Sync: beeps stay on their flashes, from the first to the last (I9)")
struct SoundSyncTests {
    struct Variant: Sendable, CustomTestStringConvertible {
        var name: String
        var file: String
        /// For the pictures and for the sound, in libavfilter's words.
        var pictures = "null"
        var sound = "anull"
        /// Seconds that the sound starts after the pictures.
        var delay = "0"
        var settings: [String]
        /// Seconds of the output at which a beep is due: there, and nowhere else.
        var beeps: [Double] = [0, 1, 2, 3, 4, 5, 6, 7]
        /// And a white picture.
        var flashes: [Double] = [0, 1, 2, 3, 4, 5, 6, 7]
        var testDescription: String { name }
    }

    static let variants = [
        Variant(name: "AAC in MP4", file: "a.mp4", settings: ["-c:a", "aac"]),
        Variant(name: "AAC in a transport stream", file: "a.ts", settings: ["-c:a", "aac"]),
        Variant(
            name: "Opus with its pre-skip", file: "a.mkv", settings: ["-c:a", "libopus"]),
        Variant(name: "MP3 in FLV", file: "a.flv", settings: ["-c:a", "mp3", "-ar", "44100"]),
        Variant(
            name: "8 kHz PCM", file: "a.mov", settings: ["-c:a", "pcm_s16le", "-ar", "8000"]),
        Variant(
            name: "192 kHz FLAC", file: "a.mkv", settings: ["-c:a", "flac", "-ar", "192000"]),
        Variant(
            name: "sound that starts late, in MP4", file: "a.mp4", delay: "1.5",
            settings: ["-c:a", "aac"], beeps: [2, 3, 4, 5, 6, 7]),
        Variant(
            name: "sound that starts late, in a transport stream", file: "a.ts",
            delay: "1.5", settings: ["-c:a", "aac"], beeps: [2, 3, 4, 5, 6, 7]),
        Variant(
            name: "sound that starts before the pictures, in MP4", file: "a.mp4",
            pictures: "trim=start=1.2", settings: ["-c:a", "aac", "-copyts"],
            flashes: [2, 3, 4, 5, 6, 7]),
        Variant(
            name: "sound that starts before the pictures, in Matroska", file: "a.mkv",
            pictures: "trim=start=1.2", settings: ["-c:a", "libopus", "-copyts"],
            flashes: [2, 3, 4, 5, 6, 7]),
        Variant(
            name: "sound that ends early", file: "a.mp4", sound: "atrim=end=4.5",
            settings: ["-c:a", "aac"], beeps: [0, 1, 2, 3, 4]),
        Variant(
            name: "a clock that starts at an hour", file: "a.ts",
            settings: ["-c:a", "ac3", "-output_ts_offset", "3600"]),
        Variant(
            name: "blocks that overlap", file: "a.mkv",
            sound: "asetnsamples=4800,asetpts='PTS-gte(T,3.25)*0.05/TB'",
            settings: ["-c:a", "pcm_s16le"], beeps: [0, 1, 2, 3, 3.95, 4.95, 5.95, 6.95]),
        Variant(
            name: "a hole in the sound", file: "a.mkv",
            sound: "asetnsamples=441,aselect='not(between(t,2.5,4.8))'",
            settings: ["-c:a", "pcm_s16le"], beeps: [0, 1, 2, 5, 6, 7]),
    ]

    private func make(_ scene: Scene, _ variant: Variant) throws {
        let made = try scene.run(
            "/usr/bin/env",
            [
                "ffmpeg", "-v", "error", "-nostdin", "-y", "-f", "lavfi", "-i",
                "color=black:s=128x72:r=25:d=8,drawbox=color=white:t=fill:enable='lt(mod(n,25),1)',"
                    + variant.pictures, "-itsoffset", variant.delay, "-f", "lavfi", "-i",
                "aevalsrc='0.8*sin(2*PI*1000*t)*lt(mod(t+\(variant.delay),1),0.05)'"
                    + ":d=\(variant.delay == "0" ? "8" : "6.5"):s=48000," + variant.sound,
                "-c:v", "libx264", "-preset", "ultrafast", "-qp", "10", "-bf", "2",
            ] + variant.settings + [scene.path(variant.file)])
        try #require(made.status == 0, "\(made.errors)")
        try """
        schema: 1
        extends: web
        name: sync
        video:
          preset: ultrafast
          ladder: [72p@1000]
          segment: 2s
          chunk: 4s
        images: none
        """.write(toFile: scene.path("p.yaml"), atomically: true, encoding: .utf8)
    }

    /// Seconds at which a beep starts.
    private func beeps(_ scene: Scene, _ file: String) throws -> [Double] {
        // Without -copyts, ffmpeg moves an input whose priming starts before 0.
        let samples = try scene.ffmpeg([
            "-copyts", "-i", scene.path(file), "-map", "0:a:0", "-af",
            "aresample=48000:async=1:first_pts=0", "-ac", "1", "-f", "s16le",
        ])
        let values = samples.withUnsafeBytes { Array($0.bindMemory(to: Int16.self)) }
        var starts: [Double] = []
        var quietSince = -24_000
        for (index, value) in values.enumerated() where abs(Int(value)) > 3000 {
            if index - quietSince > 9600 { starts.append(Double(index) / 48_000) }
            quietSince = index
        }
        return starts
    }

    /// Seconds at which a white picture is shown.
    private func flashes(_ scene: Scene, _ file: String) throws -> [Double] {
        let luma = try scene.ffmpeg([
            "-i", scene.path(file), "-map", "0:v:0", "-fps_mode", "passthrough", "-vf",
            "extractplanes=y,scale=1:1:flags=area", "-f", "rawvideo",
        ])
        return luma.indices.filter { luma[$0] > 120 }.map { Double($0) / 25 }
    }

    @Test("within 20 ms in every container, with every kind of start", arguments: variants)
    func aligned(variant: Variant) throws {
        let scene = try Scene()
        try make(scene, variant)
        let ending = try scene.reelmill([
            "transcode", scene.path(variant.file), "-o", scene.path("out"), "--profile",
            scene.path("p.yaml"),
        ])
        try #require(ending.status == 0, "\(ending.errors)")
        let shown = try flashes(scene, "out/video/v72.mp4")
        let heard = try beeps(scene, "out/master.m3u8")
        #expect(shown == variant.flashes)
        #expect(heard.count == variant.beeps.count, "\(heard)")
        #expect(zip(heard, variant.beeps).allSatisfy { abs($0 - $1) < 0.020 }, "\(heard)")
    }
}
