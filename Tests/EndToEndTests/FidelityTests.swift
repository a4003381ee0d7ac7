import Foundation
import Testing

/// Each made source shows its frame's number in its brightness, so that every frame of an output can be
/// told apart from its neighbours.
@Suite("Fidelity: the output has the frames and the sound of the source, at their times (I8, I9)")
struct FidelityTests {
    /// Sources whose frame n has luma 30 + (7 n mod 190) all over; neighbours differ by 7 at least.
    private static let sources: [(name: String, settings: [String])] = [
        ("plain.mp4", ["-c:v", "libx264", "-g", "40"]),
        ("open.mkv", ["-c:v", "libx264", "-g", "37", "-x264-params", "open-gop=1:bframes=3"]),
        ("one-key.webm", ["-c:v", "libvpx", "-g", "9999", "-deadline", "realtime"]),
        ("stream.ts", ["-c:v", "libx264", "-g", "50", "-bf", "2"]),
        ("old.mov", ["-c:v", "mpeg4", "-g", "12", "-bf", "2", "-q:v", "2"]),
    ]

    private func makeCounted(
        _ scene: Scene, _ name: String, _ settings: [String], rate: String = "24000/1001"
    ) throws {
        _ = try scene.run(
            "/usr/bin/env",
            [
                "ffmpeg", "-v", "error", "-nostdin", "-y", "-f", "lavfi", "-i",
                "color=s=256x144:r=\(rate):d=7,format=yuv420p,"
                    + "geq=lum='30+mod(N*7,190)':cb=128:cr=128", "-f", "lavfi", "-i",
                "sine=frequency=300:sample_rate=48000:duration=7",
            ] + settings + ["-qp", "10", scene.path(name)])
        try #require(scene.isThere(name))
    }

    private func writeProfile(_ scene: Scene, chunk: Int) throws {
        try """
        schema: 1
        extends: web
        name: fidelity
        video:
          preset: veryfast
          quality: 12
          ladder: [144p@2000, 72p@1000]
          keyframe: 1s
          segment: 1s
          chunk: \(chunk)s
        images: none
        """.write(toFile: scene.path("p.yaml"), atomically: true, encoding: .utf8)
    }

    /// The luma in the middle of every frame, as it is coded, in the order of presentation.
    private func brightness(_ scene: Scene, _ file: String) throws -> [UInt8] {
        let planes = try scene.ffmpeg([
            "-i", scene.path(file), "-map", "0:v:0", "-fps_mode", "passthrough", "-vf",
            "extractplanes=y,crop=2:2", "-f", "rawvideo",
        ])
        return stride(from: 0, to: planes.count, by: 4).map { planes[$0] }
    }

    @Test(
        "every output frame is its source frame, whatever the container and the cuts",
        arguments: sources.map(\.name))
    func frames(name: String) throws {
        let settings = try #require(Self.sources.first { $0.name == name }).settings
        let scene = try Scene()
        try makeCounted(scene, name, settings)
        let expected = try brightness(scene, name)
        #expect(expected.count >= 167)
        for chunk in [2, 3, 20] {
            try writeProfile(scene, chunk: chunk)
            let ending = try scene.reelmill([
                "transcode", scene.path(name), "-o", scene.path("out-\(chunk)"), "--profile",
                scene.path("p.yaml"), "--workers", "2",
            ])
            try #require(ending.status == 0, "\(ending.errors)")
            for rendition in ["v144", "v72"] {
                let found = try brightness(scene, "out-\(chunk)/video/\(rendition).mp4")
                #expect(found.count == expected.count)
                let off = zip(found, expected).enumerated().filter {
                    abs(Int($1.0) - Int($1.1)) > 3
                }
                #expect(
                    off.isEmpty, "\(rendition), chunks of \(chunk) s: frame \(off.first?.0 ?? -1)")
            }
        }
        // Chunks of two seconds and one chunk for all are cut differently, but play the same frames at
        // the same times.
        func times(_ chunk: Int) throws -> [String] {
            try scene.ffprobe([
                "-select_streams", "v", "-show_entries", "packet=pts,dts,flags", "-of", "csv=p=0",
                scene.path("out-\(chunk)/video/v144.mp4"),
            ]).map { String($0.prefix { $0 != "_" }) }
        }
        #expect(try times(2).count == expected.count)
        let key = { (lines: [String]) in
            lines.filter { $0.contains("K") }.compactMap { $0.split(separator: ",").first }
        }
        #expect(key(try times(2)) == key(try times(20)))
    }

    @Test("a variable rate keeps its times: each output frame is the one shown at that moment")
    func variableRate() throws {
        let scene = try Scene()
        try makeCounted(scene, "even.mp4", ["-c:v", "libx264"], rate: "30")
        // Drops two of each five frames, so that steps of one and of two frames follow each other.
        _ = try scene.run(
            "/usr/bin/env",
            [
                "ffmpeg", "-v", "error", "-nostdin", "-i", scene.path("even.mp4"), "-vf",
                "select='not(eq(mod(n,5),1)+eq(mod(n,5),3))'", "-fps_mode", "vfr", "-c:v",
                "libx264", "-qp", "10", "-c:a", "copy", scene.path("vfr.mkv"),
            ])
        try writeProfile(scene, chunk: 2)
        let ending = try scene.reelmill([
            "transcode", scene.path("vfr.mkv"), "-o", scene.path("out"), "--profile",
            scene.path("p.yaml"),
        ])
        try #require(ending.status == 0, "\(ending.errors)")
        let shown = try scene.ffprobe([
            "-select_streams", "v", "-show_entries", "frame=pts_time", "-of", "csv=p=0",
            scene.path("vfr.mkv"),
        ]).compactMap { Double($0.prefix { $0 != "," }) }
        let values = try brightness(scene, "vfr.mkv")
        try #require(shown.count == values.count)
        let found = try brightness(scene, "out/video/v144.mp4")
        let info = try scene.ffprobe([
            "-select_streams", "v", "-show_entries", "stream=r_frame_rate", "-of", "csv=p=0",
            scene.path("out/video/v144.mp4"),
        ])
        let parts = try #require(info.first).split { $0 == "/" || $0 == "," }.compactMap {
            Double($0)
        }
        let rate = parts[0] / parts[1]
        for (number, value) in found.enumerated() {
            // The model of media rule 1, by linear search.
            let deadline = shown[0] + (Double(number) + 0.5) / rate
            let due = shown.lastIndex { $0 < deadline - 1e-6 } ?? 0
            #expect(abs(Int(value) - Int(values[due])) <= 3, "frame \(number)")
        }
    }

    @Test(
        "a flash and a beep stay together within 10 ms, also when the sound starts late",
        arguments: ["0", "0.7"])
    func offset(delay: String) throws {
        let scene = try Scene()
        let made = try scene.run(
            "/usr/bin/env",
            [
                "ffmpeg", "-v", "error", "-nostdin", "-f", "lavfi", "-i",
                "color=black:s=256x144:r=25:d=4,drawbox=color=white:t=fill:enable='gte(t,2)'",
                "-itsoffset", delay, "-f", "lavfi", "-i",
                "sine=frequency=1000:sample_rate=48000:duration=3,"
                    + "volume=0:enable='lt(t,2-\(delay))'", "-c:v", "libx264", "-qp", "10",
                "-c:a", "aac", scene.path("clap.mp4"),
            ])
        try #require(made.status == 0, "\(made.errors)")
        try writeProfile(scene, chunk: 2)
        let ending = try scene.reelmill([
            "transcode", scene.path("clap.mp4"), "-o", scene.path("out"), "--profile",
            scene.path("p.yaml"),
        ])
        try #require(ending.status == 0, "\(ending.errors)")
        /// Milliseconds from the start of the presentation to the beep, and to the flash.
        func moments(_ file: String) throws -> (sound: Double, picture: Double) {
            // Without -copyts, ffmpeg moves an input whose priming starts before 0.
            let samples = try scene.ffmpeg([
                "-copyts", "-i", scene.path(file), "-map", "0:a:0", "-af",
                "aresample=48000:async=1:first_pts=0", "-ac", "1", "-f", "s16le",
            ])
            let values = samples.withUnsafeBytes { Array($0.bindMemory(to: Int16.self)) }
            let onset = try #require(values.firstIndex { abs(Int($0)) > 1000 })
            let frames = try brightness(scene, file)
            let flash = try #require(frames.firstIndex { $0 > 120 })
            return (Double(onset) / 48, Double(flash) * 40)
        }
        for file in ["out/master.m3u8", "out/manifest.mpd"] {
            let (sound, picture) = try moments(file)
            #expect(abs(picture - 2000) < 1)
            #expect(abs(sound - picture) < 10, "\(file): \(sound) ms, \(picture) ms")
        }
    }

    @Test("a turned phone clip stands upright, and odd sizes become even ones of the same shape")
    func orientation() throws {
        let scene = try Scene()
        // The top half is white; a clip that says "turn me by 90" shows it on a side.
        let made = try scene.run(
            "/usr/bin/env",
            [
                "ffmpeg", "-v", "error", "-nostdin", "-f", "lavfi", "-i",
                "color=black:s=322x182:r=25:d=1,drawbox=h=ih/2:color=white:t=fill", "-c:v",
                "libx264", scene.path("flat.mp4"),
            ])
        try #require(made.status == 0, "\(made.errors)")
        let turned = try scene.run(
            "/usr/bin/env",
            [
                "ffmpeg", "-v", "error", "-nostdin", "-i", scene.path("flat.mp4"), "-c", "copy",
                "-metadata:s:v:0", "rotate=90", scene.path("turned.mp4"),
            ])
        try #require(turned.status == 0, "\(turned.errors)")
        try writeProfile(scene, chunk: 2)
        let ending = try scene.reelmill([
            "transcode", scene.path("turned.mp4"), "-o", scene.path("out"), "--profile",
            scene.path("p.yaml"),
        ])
        try #require(ending.status == 0, "\(ending.errors)")
        func corners(_ file: String) throws -> [Bool] {
            try scene.ffmpeg([
                "-i", scene.path(file), "-frames:v", "1", "-vf",
                "scale=2:2:flags=area,format=gray", "-f", "rawvideo",
            ]).map { $0 > 120 }
        }
        // ffmpeg turns by itself what says so: both must look the same, and neither like the flat one.
        #expect(try corners("out/video/v144.mp4") == corners("turned.mp4"))
        #expect(try corners("out/video/v144.mp4") != corners("flat.mp4"))
        let size = try scene.ffprobe([
            "-select_streams", "v", "-show_entries", "stream=width,height", "-of", "csv=p=0",
            scene.path("out/video/v144.mp4"),
        ])
        #expect(
            size.first?.hasPrefix("144,254") == true || size.first?.hasPrefix("144,256") == true)
    }

    @Test(
        "real footage: counts, alignment and times in every rendition, and every player's view agrees"
    )
    func realFootage() throws {
        let scene = try Scene()
        let clip = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "fixtures/flower.mp4").path
        let ending = try scene.reelmill([
            "transcode", clip, "-o", scene.path("out"), "--profile", "web", "--workers", "2",
            "--json",
        ])
        try #require(ending.status == 0, "\(ending.errors)")
        let frames = try scene.ffprobe([
            "-count_frames", "-select_streams", "v", "-show_entries", "stream=nb_read_frames",
            "-of", "csv=p=0", clip,
        ])
        let count = try #require(frames.first.flatMap { Int($0.filter(\.isNumber)) })
        #expect(count == 150)
        var ends: Set<String> = []
        for rendition in ["v540", "v360", "v234"] {
            let lines = try scene.ffprobe([
                "-count_frames", "-select_streams", "v", "-show_entries",
                "stream=nb_read_frames,start_time,duration", "-of", "csv=p=0",
                scene.path("out/video/\(rendition).mp4"),
            ])
            #expect(lines.first?.hasPrefix("0.000000,") == true, "\(lines)")
            #expect(lines.first?.hasSuffix(",150") == true, "\(lines)")
            let playlist = try String(
                contentsOfFile: scene.path("out/video/\(rendition).m3u8"), encoding: .utf8)
            ends.insert(
                playlist.split(separator: "\n").filter { $0.hasPrefix("#EXTINF") }
                    .joined(separator: " "))
        }
        #expect(ends.count == 1)
        for manifest in ["master.m3u8", "manifest.mpd"] {
            for rendition in 0..<3 {
                let decoded = try scene.ffmpeg([
                    "-i", scene.path("out/" + manifest), "-map", "0:v:\(rendition)", "-f",
                    "framecrc",
                ])
                let lines = String(decoding: decoded, as: UTF8.self).split(separator: "\n")
                    .filter { !$0.hasPrefix("#") }
                #expect(lines.count == 150, "\(manifest), rendition \(rendition)")
            }
        }
        #expect(try scene.reelmill(["verify", scene.path("out")]).status == 0)
        let verified = try scene.reelmill(["verify", scene.path("out"), "--json"]).json()
        #expect(verified["schema"] as? Int == 1)
    }
}
