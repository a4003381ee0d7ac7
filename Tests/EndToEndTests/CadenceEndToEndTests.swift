import Foundation
import Testing

/// Clips of really unequal times, made from an even one of 60 frames a second.
@Suite("Source timestamps: the output's frames are at the source's times, to a tick")
struct CadenceEndToEndTests {
    /// Steps of one, two, three and seven frames, and a picture that stands for five seconds; the sound
    /// goes on.
    private static let choice =
        "select='lt(t,3)*not(mod(n,2))+between(t,3,5)*not(mod(n*n,7))+eq(n,310)"
        + "+between(t,10,12.5)*not(mod(n,3))+gt(t,12.5)*not(mod(n*n,5))'"

    private func makeClip(_ scene: Scene, _ name: String) throws {
        let made = try scene.run(
            "/usr/bin/env",
            [
                "ffmpeg", "-v", "error", "-nostdin", "-y", "-itsoffset", "1.5", "-f", "lavfi", "-i",
                "color=s=256x144:r=60:d=14,format=yuv420p,"
                    + "geq=lum='30+mod(N*7,190)':cb=128:cr=128", "-itsoffset", "1.5", "-f", "lavfi",
                "-i", "sine=frequency=300:sample_rate=48000:duration=14", "-vf",
                Self.choice.replacing("(t,", with: "(t-1.5,"), "-fps_mode", "passthrough", "-c:v",
                "libx264", "-qp", "10", "-g", "50", "-bf", "2", "-c:a", "aac", "-copyts",
                scene.path(name),
            ])
        try #require(made.status == 0, "\(made.errors)")
    }

    private func writeProfile(
        _ scene: Scene, extending base: String = "web", ladder: String = "[144p@2000, 72p@1000]",
        chunk: Int = 4
    ) throws {
        try """
        schema: 1
        extends: \(base)
        name: cadence
        video:
          quality: 14
          ladder: \(ladder)
          keyframe: 1s
          segment: 2s
          chunk: \(chunk)s
          timestamps: source
        images: none
        """.write(toFile: scene.path("p.yaml"), atomically: true, encoding: .utf8)
    }

    private func transcode(
        _ scene: Scene, _ clip: String, _ output: String, workers: Int = 2
    ) throws {
        let ending = try scene.reelmill(
            [
                "transcode", scene.path(clip), "-o", scene.path(output), "--profile",
                scene.path("p.yaml"), "--workers", String(workers),
            ], environment: ["REELMILL_STATE": scene.path("state-\(output)")])
        try #require(ending.status == 0, "\(ending.errors)")
        let verified = try scene.reelmill(["verify", scene.path(output)])
        #expect(verified.status == 0, "\(verified.output)\(verified.errors)")
    }

    /// A frame's time in millionths of a second, rounded, and its brightness.
    private struct Shown: Hashable {
        var time: Int64
        var luma: UInt8
    }

    /// Of every frame, with times from the first on. All times are exact in the streams: sixtieths of a
    /// second and their sums, so that they differ by thousands where they differ.
    private func shown(_ scene: Scene, _ file: String) throws -> [Shown] {
        let base = try scene.ffprobe([
            "-select_streams", "v", "-show_entries", "stream=time_base", "-of", "csv=p=0",
            scene.path(file),
        ])
        let scale = try #require(base.first?.split(separator: "/").last.flatMap { Int64($0) })
        let ticks = try scene.ffprobe([
            "-select_streams", "v", "-show_entries", "frame=pts", "-of", "csv=p=0",
            scene.path(file),
        ]).compactMap { Int64($0.prefix { $0 != "," }) }
        let planes = try scene.ffmpeg([
            "-i", scene.path(file), "-map", "0:v:0", "-fps_mode", "passthrough", "-vf",
            "extractplanes=y,crop=2:2", "-f", "rawvideo",
        ])
        try #require(planes.count == 4 * ticks.count)
        return ticks.enumerated().map { index, tick in
            Shown(
                time: ((tick - ticks[0]) * 1_000_000 + scale / 2) / scale, luma: planes[index * 4])
        }
    }

    /// The source's frames, and at each boundary of two seconds the one that is on the screen again.
    private func expected(_ source: [Shown], until end: Int64) -> [Shown] {
        var list = source
        for boundary in stride(from: Int64(2_000_000), to: end, by: 2_000_000) {
            guard !source.contains(where: { $0.time == boundary }),
                let before = source.last(where: { $0.time < boundary })
            else { continue }
            list.append(Shown(time: boundary, luma: before.luma))
        }
        return list.sorted { $0.time < $1.time }
    }

    private func requireSame(_ found: [Shown], _ due: [Shown], _ name: String) {
        #expect(found.map(\.time) == due.map(\.time), "\(name)")
        let off = zip(found, due).first { abs(Int($0.luma) - Int($1.luma)) > 4 }
        #expect(off == nil, "\(name) at \(off?.0.time ?? 0) µs")
    }

    /// The last frame of the clip starts before 14 s.
    private static let end: Int64 = 13_990_000

    @Test(
        "in CMAF: every frame in every rendition, whole segments, and the same bytes however it is cut"
    )
    func cmaf() throws {
        let scene = try Scene()
        try makeClip(scene, "vfr.mkv.mp4")
        try writeProfile(scene)
        try transcode(scene, "vfr.mkv.mp4", "out", workers: 1)
        let source = try shown(scene, "vfr.mkv.mp4")
        let due = expected(source, until: Self.end)
        try #require(source.count > 150 && due.count > source.count + 2)
        for name in ["v144", "v72"] {
            requireSame(try shown(scene, "out/video/\(name).mp4"), due, name)
        }
        let playlist = try String(
            contentsOfFile: scene.path("out/video/v144.m3u8"), encoding: .utf8)
        let lengths = playlist.split(separator: "\n").filter { $0.hasPrefix("#EXTINF:") }
            .compactMap { Double($0.dropFirst(8).dropLast()) }
        #expect(lengths.count == 7 && lengths.dropLast().allSatisfy { $0 == 2 })
        #expect(playlist.contains("#EXT-X-TARGETDURATION:2\n"))
        // Decode times ascend, and no frame is decoded after it is shown.
        var last = Int64.min
        let packets = try scene.ffprobe([
            "-select_streams", "v", "-show_entries", "packet=pts,dts", "-of", "csv=p=0",
            scene.path("out/video/v144.mp4"),
        ])
        #expect(packets.count >= due.count)
        for line in packets {
            let fields = line.split(separator: ",").compactMap { Int64($0) }
            guard fields.count == 2 else { continue }
            #expect(fields[1] > last && fields[1] <= fields[0])
            last = fields[1]
        }
        try transcode(scene, "vfr.mkv.mp4", "again", workers: 3)
        #expect(try scene.contents("again") == scene.contents("out"))
    }

    @Test(
        "with encoders that reorder otherwise, or count their key frames",
        arguments: ["hevc", "av1"])
    func codecs(base: String) throws {
        let scene = try Scene()
        try makeClip(scene, "vfr.mp4")
        try writeProfile(scene, extending: base, ladder: "[144p@2000]")
        try transcode(scene, "vfr.mp4", "out")
        requireSame(
            try shown(scene, "out/video/v144.mp4"),
            expected(try shown(scene, "vfr.mp4"), until: Self.end), base)
    }

    @Test("in one progressive file, with sound as long as the picture")
    func progressive() throws {
        let scene = try Scene()
        try makeClip(scene, "vfr.mp4")
        try writeProfile(scene, extending: "mp4", ladder: "[144p@2000]")
        try transcode(scene, "vfr.mp4", "out")
        requireSame(
            try shown(scene, "out/video.mp4"),
            expected(try shown(scene, "vfr.mp4"), until: Self.end), "progressive")
        let durations = try scene.ffprobe([
            "-show_entries", "stream=duration", "-of", "csv=p=0", scene.path("out/video.mp4"),
        ]).compactMap { Double($0) }
        try #require(durations.count == 2)
        #expect(abs(durations[0] - durations[1]) < 0.05, "\(durations)")
    }

    @Test("a flash after a long pause and its beep stay together within 10 ms")
    func offset() throws {
        let scene = try Scene()
        // The filter changes the volume at whole frames of sound, of which one starts at 7.296 s.
        let made = try scene.run(
            "/usr/bin/env",
            [
                "ffmpeg", "-v", "error", "-nostdin", "-f", "lavfi", "-i",
                "color=black:s=256x144:r=60:d=9,drawbox=color=white:t=fill:enable='gte(t,7.3)'",
                "-f", "lavfi", "-i",
                "sine=frequency=1000:sample_rate=48000:duration=9,volume=0:enable='lt(t,7.29)'",
                "-vf", "select='lt(n,50)+gte(n,438)*not(mod(n*n,7))+eq(n,438)'", "-fps_mode",
                "passthrough", "-c:v", "libx264", "-qp", "10", "-c:a", "aac",
                scene.path("clap.mp4"),
            ])
        try #require(made.status == 0, "\(made.errors)")
        try writeProfile(scene)
        try transcode(scene, "clap.mp4", "out")
        let samples = try scene.ffmpeg([
            "-copyts", "-i", scene.path("out/master.m3u8"), "-map", "0:a:0", "-af",
            "aresample=48000:async=1:first_pts=0", "-ac", "1", "-f", "s16le",
        ])
        let values = samples.withUnsafeBytes { Array($0.bindMemory(to: Int16.self)) }
        let onset = try #require(values.firstIndex { abs(Int($0)) > 1000 })
        let flash = try #require(
            try shown(scene, "out/video/v144.mp4").first { $0.luma > 120 })
        #expect(abs(flash.time - 7_300_000) < 1000)
        #expect(abs(Double(onset) / 48 - Double(flash.time) / 1000) < 10)
    }
}
