import Foundation
import Testing

@Suite("High dynamic range: kept where the profile says so, and mapped rightly otherwise")
struct DynamicRangeTests {
    private static let display =
        "G(13250,34500)B(7500,3000)R(34000,16000)WP(15635,16450)L(10000000,50)"

    /// A flat picture whose luma is `code` of 0 to 1023, in HEVC.
    private func make(_ scene: Scene, _ name: String, transfer: String, code: Int) throws {
        try scene.make([
            "-f", "lavfi", "-i",
            "color=s=192x128:r=10:d=1,format=yuv420p10le,geq=lum=\(code):cb=512:cr=512", "-c:v",
            "libx265", "-x265-params",
            "log-level=none:qp=4"
                + (transfer == "smpte2084"
                    ? ":master-display=\(Self.display):max-cll=1000,400:hdr10=1" : ""),
            "-color_primaries", "bt2020", "-color_trc", transfer, "-colorspace", "bt2020nc",
            "-color_range", "tv", scene.path(name),
        ])
    }

    /// PQ (SMPTE ST 2084): from cd/m² to 0 to 1.
    private static func pq(_ luminance: Double) -> Double {
        let power = pow(luminance / 10_000, 0.1593017578125)
        return pow((0.8359375 + 18.8515625 * power) / (1 + 18.6875 * power), 78.84375)
    }

    /// The luma that Hable's curve makes of a luminance, 1000 cd/m² being white, with the gamma of BT.1886.
    private static func mapped(_ luminance: Double) -> Double {
        func hable(_ x: Double) -> Double {
            (x * (x * 0.15 + 0.5 * 0.1) + 0.2 * 0.02) / (x * (x * 0.15 + 0.5) + 0.2 * 0.3) - 0.02
                / 0.3
        }
        return 16 + 219 * pow(hable(luminance / 100) / hable(10), 1 / 2.4)
    }

    /// The luminance of an HLG signal on a display of 1000 cd/m² (ITU-R BT.2100).
    private static func hlg(_ signal: Double) -> Double {
        let light =
            signal <= 0.5
            ? signal * signal / 3 : (exp((signal - 0.55991073) / 0.17883277) + 0.28466892) / 12
        return 1000 * pow(light, 1.2)
    }

    @Test(
        "a grey of known luminance gets the luma that the curve says",
        arguments: [
            ("smpte2084", 5.0), ("smpte2084", 100), ("smpte2084", 203), ("smpte2084", 900),
            ("arib-std-b67", 0.3), ("arib-std-b67", 0.5), ("arib-std-b67", 0.75),
        ])
    func ramp(transfer: String, value: Double) throws {
        let scene = try Scene()
        let isPQ = transfer == "smpte2084"
        let signal = isPQ ? Self.pq(value) : value
        try make(scene, "in.mp4", transfer: transfer, code: Int((64 + 876 * signal).rounded()))
        try scene.writeExact()
        let output = try scene.exact("in.mp4")
        let stream = try scene.stream(
            output, "pix_fmt", "color_transfer", "color_primaries", "color_space", "color_range")
        #expect(
            stream == [
                "pix_fmt": "yuv420p", "color_transfer": "bt709", "color_primaries": "bt709",
                "color_space": "bt709", "color_range": "tv",
            ])
        let wanted = Self.mapped(isPQ ? value : Self.hlg(value))
        let seen = try scene.lumas(output)[5]
        #expect(abs(Double(seen) - wanted) <= 3, "\(seen), not \(wanted)")
        let poster = try scene.patchColors("out-in.mp4/images/poster.jpg", frame: 0)[0]
        let grey = (wanted - 16) / 219 * 255
        #expect(poster.allSatisfy { abs(Double($0) - grey) <= 4 }, "\(poster), not \(grey)")
    }

    @Test("HDR10 stays HDR10, in bitstream, container and manifests", arguments: ["hevc", "av1"])
    func kept(codec: String) throws {
        let scene = try Scene()
        try make(scene, "in.mp4", transfer: "smpte2084", code: 520)
        try scene.writeExact(codec: codec)
        let output = try scene.exact("in.mp4")
        let stream = try scene.stream(
            output, "pix_fmt", "color_transfer", "color_primaries", "color_space", "color_range")
        #expect(
            stream == [
                "pix_fmt": "yuv420p10le", "color_transfer": "smpte2084",
                "color_primaries": "bt2020", "color_space": "bt2020nc", "color_range": "tv",
            ])
        let bytes = try scene.ffmpeg([
            "-i", scene.path(output), "-frames:v", "1", "-vf", "extractplanes=y,crop=2:2", "-f",
            "rawvideo",
        ])
        #expect(abs(Int(bytes[0]) + Int(bytes[1]) << 8 - 520) <= 3)
        let data = try Data(contentsOf: URL(fileURLWithPath: scene.path(output)))
        for box in ["mdcv", "clli", "colr"] {
            #expect(data.prefix(2000).range(of: Data(box.utf8)) != nil, "no \(box)")
        }
        // Raw packets in another container, so that only the bitstream can tell.
        let elementary = codec == "hevc" ? "raw.hevc" : "raw.obu"
        try scene.make(["-i", scene.path(output), "-c", "copy", scene.path(elementary)])
        let frames = try scene.ffprobe([
            "-read_intervals", "%+#1", "-show_frames", scene.path(elementary),
        ])
        #expect(frames.contains("max_content=1000"))
        #expect(frames.contains("max_average=400"))
        #expect(frames.contains { $0.hasPrefix("max_luminance=") })
        let master = try scene.text("out-in.mp4/master.m3u8")
        #expect(master.contains("VIDEO-RANGE=PQ"))
        #expect(master.contains(codec == "hevc" ? "\"hvc1.2.4." : ".10.0.110.09.16.09.0"))
        let manifest = try scene.text("out-in.mp4/manifest.mpd")
        #expect(
            manifest.contains(
                "<EssentialProperty schemeIdUri=\"urn:mpeg:mpegB:cicp:TransferCharacteristics\" "
                    + "value=\"16\"/>"))
        // Still images are for every display.
        let poster = try scene.patchColors("out-in.mp4/images/poster.jpg", frame: 0)[0]
        #expect(poster[0] > 100 && poster[0] < 200, "\(poster)")
    }

    @Test("HLG stays HLG")
    func hlgKept() throws {
        let scene = try Scene()
        try make(scene, "in.mp4", transfer: "arib-std-b67", code: 700)
        try scene.writeExact(codec: "hevc")
        let output = try scene.exact("in.mp4")
        #expect(try scene.stream(output, "color_transfer") == ["color_transfer": "arib-std-b67"])
        #expect(try scene.text("out-in.mp4/master.m3u8").contains("VIDEO-RANGE=HLG"))
    }

    @Test("H.264 cannot keep it, and says so; what is not of high dynamic range is not touched")
    func warns() throws {
        let scene = try Scene()
        try make(scene, "in.mp4", transfer: "smpte2084", code: 520)
        try scene.writeExact(["dynamic-range: source"])
        let output = try scene.exact("in.mp4")
        #expect(try scene.stream(output, "color_transfer") == ["color_transfer": "bt709"])
        #expect(try scene.text("out-in.mp4/receipt.json").contains("high dynamic range"))
    }

    @Test("a container that says more than the bitstream is believed")
    func containerOnly() throws {
        let scene = try Scene()
        try make(scene, "plain.mp4", transfer: "smpte2084", code: 520)
        // FFV1 has no colours of its own; Matroska says them.
        try scene.make([
            "-i", scene.path("plain.mp4"), "-c:v", "ffv1", "-pix_fmt", "yuv422p10le",
            "-color_primaries", "bt2020", "-color_trc", "smpte2084", "-colorspace", "bt2020nc",
            "-color_range", "tv", scene.path("in.mkv"),
        ])
        try scene.writeExact()
        let seen = try scene.lumas(scene.exact("in.mkv"))[5]
        let luminance =
            10_000
            * pow(
                max(pow((520.0 - 64) / 876, 1 / 78.84375) - 0.8359375, 0)
                    / (18.8515625 - 18.6875 * pow((520.0 - 64) / 876, 1 / 78.84375)),
                1 / 0.1593017578125)
        #expect(abs(Double(seen) - Self.mapped(luminance)) <= 3, "\(seen)")
    }
}

extension Scene {
    func text(_ name: String) throws -> String {
        try String(contentsOfFile: path(name), encoding: .utf8)
    }
}
