import Foundation
import Packager
import Testing
import TranscodeModel
import WorkerProtocol

@Suite("No seam can be seen or heard, and one of each kind that is planted is found", .serialized)
struct SeamTests {
    @Test("a clean output gives no finding, as CMAF and as one MP4", arguments: ["web", "mp4"])
    func clean(profile: String) throws {
        let output = try SeamScene(profile: profile)
        #expect(try output.video.chunks.map(\.frames) == [0..<48, 48..<96, 96..<144, 144..<192])
        #expect(try output.faults() == [])
        let text = try output.scene.reelmill([
            "verify", "--seams", output.scene.path("out"), "--source",
            output.scene.path("clip.mkv"),
        ])
        #expect(text.status == 0)
        #expect(text.output.contains("no seam to be seen or heard"))
    }

    @Test(
        "a clean output whose frames keep their own times gives no finding, nor one of sound alone")
    func unevenAndSilent() throws {
        let scene = try Scene()
        let made = try scene.run(
            "/usr/bin/env",
            [
                "ffmpeg", "-v", "error", "-nostdin", "-y", "-f", "lavfi", "-i",
                "testsrc2=size=160x90:rate=60:duration=8", "-f", "lavfi", "-i",
                "anoisesrc=color=pink:seed=3:amplitude=0.4:sample_rate=48000:duration=8", "-vf",
                "select='lt(t,3)*not(mod(n,2))+between(t,3,5)*not(mod(n*n,7))+gt(t,5)*not(mod(n,12))'",
                "-fps_mode", "passthrough", "-c:v", "libx264", "-qp", "8", "-g", "30", "-c:a",
                "flac", scene.path("uneven.mkv"), "-map", "1", "-c:a", "flac",
                scene.path("sound.flac"),
            ])
        try #require(made.status == 0, "\(made.errors)")
        for (name, base, clip) in [
            ("cadence", "web", "uneven.mkv"), ("sound", "mp4", "sound.flac"),
        ] {
            try """
            schema: 1
            extends: \(base)
            name: \(name)
            video:
              preset: veryfast
              ladder: [90p@800]
              keyframe: 1s
              segment: 1s
              chunk: 2s
              timestamps: source
            images: none
            """.write(toFile: scene.path("\(name).yaml"), atomically: true, encoding: .utf8)
            let ending = try scene.reelmill([
                "transcode", scene.path(clip), "-o", scene.path(name), "--profile",
                scene.path("\(name).yaml"), "--workers", "2",
            ])
            try #require(ending.status == 0, "\(ending.errors)")
            let verified = try scene.reelmill([
                "verify", "--seams", scene.path(name), "--source", scene.path(clip),
            ])
            #expect(verified.status == 0, "\(verified.output)\(verified.errors)")
            #expect(verified.output.contains("no seam to be seen or heard"))
        }
        let bytes = try Data(contentsOf: URL(fileURLWithPath: scene.path("cadence/receipt.json")))
        let plan = try Receipt.read([UInt8](bytes), name: "receipt.json").plan
        #expect(plan.video?.grid.cadence != nil && plan.video?.chunks.count ?? 0 > 1)
        // The limits of uploads hold here too.
        let limited = try scene.reelmill(
            ["verify", "--seams", scene.path("sound"), "--source", scene.path("sound.flac")],
            environment: ["REELMILL_MAX_BYTES": "10"])
        #expect(limited.status == 2, "\(limited.errors)")
        #expect(limited.errors.contains("[over-limit]"))
    }

    @Test("fields that became frames are compared with fields")
    func fields() throws {
        let scene = try Scene()
        let made = try scene.run(
            "/usr/bin/env",
            [
                "ffmpeg", "-v", "error", "-nostdin", "-y", "-f", "lavfi", "-i",
                "testsrc2=size=320x180:rate=50:duration=4", "-vf", "tinterlace=interleave_top",
                "-c:v", "mpeg2video", "-q:v", "2", "-g", "12", "-flags", "+ilme+ildct", "-top", "1",
                scene.path("fields.ts"),
            ])
        try #require(made.status == 0, "\(made.errors)")
        try """
        schema: 1
        extends: web
        name: fields
        video:
          preset: veryfast
          ladder: [180p@1500]
          keyframe: 1s
          segment: 1s
          chunk: 2s
          deinterlace: field
        images: none
        """.write(toFile: scene.path("fields.yaml"), atomically: true, encoding: .utf8)
        let ending = try scene.reelmill([
            "transcode", scene.path("fields.ts"), "-o", scene.path("out"), "--profile",
            scene.path("fields.yaml"), "--workers", "2",
        ])
        try #require(ending.status == 0, "\(ending.errors)")
        let bytes = try Data(contentsOf: URL(fileURLWithPath: scene.path("out/receipt.json")))
        let plan = try Receipt.read([UInt8](bytes), name: "receipt.json").plan
        try #require(plan.video?.grid.rate == Rational(50))
        let verified = try scene.reelmill([
            "verify", "--seams", scene.path("out"), "--source", scene.path("fields.ts"),
        ])
        #expect(verified.status == 0, "\(verified.output)\(verified.errors)")
    }

    @Test("frames that are dropped, doubled, swapped or of another time are named")
    func order() async throws {
        let output = try SeamScene()
        let origin = try output.video.grid.origin

        // The chunk as it is, encoded anew: what the faults below are compared with.
        try await output.plant([SeamScene.Stretch(frames: 48..<96)])
        #expect(try output.faults() == [])

        let dropped = try output.makeVariant(pictures: "select='not(eq(n,50))',setpts=N/24/TB")
        try await output.plant([SeamScene.Stretch(frames: 48..<96, source: dropped)])
        expect(try output.faults(), "dropped", 50, 95)

        let doubled = try output.makeVariant(pictures: "select='not(eq(n,48))'")
        try await output.plant([SeamScene.Stretch(frames: 48..<96, source: doubled)])
        expect(try output.faults(), "doubled", 48, 48)

        var numbers = Array(0..<192)
        numbers.swapAt(95, 96)
        let list = numbers.map(String.init).joined(separator: "|")
        let swapped = try output.makeVariant(pictures: "shuffleframes=\(list)")
        try await output.plant([
            SeamScene.Stretch(frames: 48..<96, source: swapped),
            SeamScene.Stretch(frames: 96..<144, source: swapped),
        ])
        expect(try output.faults(), "swapped", 95, 96)

        try await output.plant([
            SeamScene.Stretch(frames: 96..<144) { $0.grid.origin = origin + Rational(1, 24) }
        ])
        expect(try output.faults(), "shifted", 96, 143)

        try await output.plant([
            SeamScene.Stretch(frames: 48..<96) { $0.grid.origin = origin + Rational(3) }
        ])
        let elsewhere = try output.faults().filter { $0.kind == "wrong-picture" }
        #expect(elsewhere.contains { $0.first == 48 })
        #expect(elsewhere.allSatisfy { (48..<96).contains($0.first ?? 0) })
    }

    @Test("quality that falls at a seam is found, and colours that change at one")
    func looks() async throws {
        let output = try SeamScene()
        try await output.plant([
            SeamScene.Stretch(frames: 96..<120) { request in
                for index in request.renditions.indices { request.renditions[index].quality = 38 }
            }, SeamScene.Stretch(frames: 120..<144),
        ])
        let falls = try output.faults()
        #expect(falls.contains { $0.kind == "quality" && (84...96).contains($0.first ?? 0) })
        #expect(falls.allSatisfy { $0.kind == "quality" && $0.rendition == "v90" })

        for filter in ["lutyuv=y=val+2", "lutyuv=u=val+2", "lutyuv=v=val-2"] {
            let tinted = try output.makeVariant(pictures: filter)
            try await output.plant([
                SeamScene.Stretch(frames: 96..<144, source: tinted),
                SeamScene.Stretch(frames: 144..<192, source: tinted),
            ])
            let colors = try output.faults()
            #expect(colors.map(\.kind) == ["color", "color"], "\(filter)")
            #expect(colors.map(\.first) == [96, 144], "\(filter)")
        }
    }

    @Test("sound with a gap, a shift or a doubled block at a seam is found")
    func sound() async throws {
        let output = try SeamScene()
        // All at the second chunk's end, after four seconds.
        let faults = [
            ("sound-gap", "aeval='val(0)*not(between(t,4,4.008))'"),
            ("sound-shift", "0:4 3.997:8"),
            ("sound-break", "0:4 3.978667:4 4.021333:8"),
        ]
        for (kind, filter) in faults {
            try await output.plantSound(from: try output.makeVariant(sound: filter))
            let found = try output.faults()
            #expect(found.contains { $0.kind == kind && $0.seconds == 4 }, "\(kind): \(found)")
            #expect(
                found.allSatisfy { $0.rendition == "a1" && $0.seconds >= 4 }, "\(kind): \(found)")
        }
    }

    @Test("another file than the source is refused, and a directory without a receipt")
    func refusals() throws {
        let output = try SeamScene(profile: "mp4")
        let other = try output.makeVariant(pictures: "hflip")
        func verify(_ folder: String, _ source: String) throws -> Scene.Ending {
            try output.scene.reelmill([
                "verify", "--seams", output.scene.path(folder), "--source",
                output.scene.path(source),
            ])
        }
        let wrong = try verify("out", other)
        #expect(wrong.status == 2)
        #expect(wrong.errors.contains("this is not the source of"))
        try FileManager.default.createDirectory(
            atPath: output.scene.path("empty"), withIntermediateDirectories: true)
        let bare = try verify("empty", "clip.mkv")
        #expect(bare.status == 5)
        #expect(bare.errors.contains("there is no receipt.json"))
        #expect(try output.scene.reelmill(["verify", "--seams", "out"]).status == 2)
    }

    /// One fault in the small rendition, with these frames.
    private func expect(
        _ faults: [SeamScene.Fault], _ kind: String, _ first: Int, _ last: Int,
        _ location: SourceLocation = #_sourceLocation
    ) {
        let order = faults.filter { $0.kind != "quality" }
        #expect(order.map(\.kind) == [kind], sourceLocation: location)
        #expect(order.first?.first == first, sourceLocation: location)
        #expect(order.first?.last == last, sourceLocation: location)
        #expect(faults.allSatisfy { $0.rendition == "v90" }, sourceLocation: location)
    }
}
