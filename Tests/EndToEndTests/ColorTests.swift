import Foundation
import Testing

@Suite("Colours: what a player shows of an output is what it shows of the source")
struct ColorTests {
    /// A way to code the patches: pixel format, matrix, range, tags.
    struct Coding: CustomTestStringConvertible, Sendable {
        var format: String
        var matrix = "bt709"
        var isFull = false
        var testDescription: String { "\(format) \(matrix)\(isFull ? " full" : "")" }
    }

    private static let codings = [
        Coding(format: "yuv420p"), Coding(format: "yuv420p", matrix: "smpte170m"),
        Coding(format: "yuv420p", matrix: "bt2020nc"), Coding(format: "yuv444p", matrix: "bt470bg"),
        Coding(format: "yuv422p10le"), Coding(format: "yuv444p12le", matrix: "bt2020nc"),
        Coding(format: "yuv420p10le", matrix: "smpte170m"), Coding(format: "yuv420p", isFull: true),
        Coding(format: "yuv422p", matrix: "smpte170m", isFull: true), Coding(format: "gbrp"),
        Coding(format: "bgr0"), Coding(format: "gbrp10le"),
    ]

    private func makePatches(_ scene: Scene, _ name: String, _ coding: Coding) throws {
        let isRGB = coding.format.hasPrefix("gb") || coding.format.hasPrefix("bg")
        let conversion =
            isRGB
            ? "format=\(coding.format)"
            : "scale=out_color_matrix=\(coding.matrix == "bt2020nc" ? "bt2020" : coding.matrix)"
                + ":out_range=\(coding.isFull ? "full" : "limited")"
                + ":flags=accurate_rnd+full_chroma_int,format=\(coding.format)"
        let tags =
            isRGB
            ? []
            : [
                "-colorspace", coding.matrix, "-color_range", coding.isFull ? "pc" : "tv",
            ]
        try scene.make(
            ["-f", "lavfi", "-i", Scene.patchSource, "-vf", conversion, "-c:v", "ffv1"] + tags
                + [scene.path(name)])
    }

    @Test(
        "every depth, subsampling, matrix and range comes out in the same colours",
        arguments: codings)
    func patches(coding: Coding) throws {
        let scene = try Scene()
        try makePatches(scene, "in.mkv", coding)
        try scene.writeExact()
        let output = try scene.exact("in.mkv")
        let stream = try scene.stream(
            output, "pix_fmt", "color_range", "color_space", "color_primaries", "color_transfer")
        #expect(stream["pix_fmt"] == "yuv420p")
        #expect(stream["color_range"] == "tv")
        let isRGB = coding.format.hasPrefix("gb") || coding.format.hasPrefix("bg")
        #expect(stream["color_space"] == (isRGB ? "smpte170m" : coding.matrix))
        // What is not said of the source is said of the output all the same.
        #expect(stream["color_primaries"] != "unknown" && stream["color_transfer"] != "unknown")
        expectEqual(try scene.patchColors(output), Scene.patches, "\(coding)")
    }

    @Test("the poster has the same colours", arguments: codings.prefix(8))
    func poster(coding: Coding) throws {
        let scene = try Scene()
        try makePatches(scene, "in.mkv", coding)
        try scene.writeExact()
        _ = try scene.exact("in.mkv")
        // JPEG at a quality for the web: a code value or two beside those of the conversion.
        expectEqual(
            try scene.patchColors("out-in.mkv/images/poster.jpg", frame: 0), Scene.patches,
            within: 4,
            "\(coding)")
    }

    @Test("ten bits stay where the profile asks for them", arguments: ["hevc", "av1"])
    func tenBits(codec: String) throws {
        let scene = try Scene()
        try makePatches(scene, "in.mkv", Coding(format: "yuv420p10le"))
        try scene.writeExact(["bit-depth: 10"], codec: codec)
        let output = try scene.exact("in.mkv")
        #expect(try scene.stream(output, "pix_fmt")["pix_fmt"] == "yuv420p10le")
        expectEqual(try scene.patchColors(output), Scene.patches, within: 3)
        try scene.writeExact(codec: codec)
        let plain = try scene.exact(scene.copied("in.mkv", "copy.mkv"))
        #expect(try scene.stream(plain, "pix_fmt")["pix_fmt"] == "yuv420p")
    }

    @Test(
        "what says nothing is taken for what players take it for, by its lines",
        arguments: [
            (480, "smpte170m"), (576, "bt470bg"), (720, "bt709"),
        ])
    func unsaid(lines: Int, matrix: String) throws {
        let scene = try Scene()
        try scene.make([
            "-f", "lavfi", "-i", "color=0xC82828:s=720x\(lines):r=10:d=0.5", "-pix_fmt", "yuv420p",
            "-c:v", "ffv1", scene.path("in.mkv"),
        ])
        try scene.writeExact()
        let stream = try scene.stream(
            scene.exact("in.mkv"), "color_space", "color_primaries", "color_transfer")
        #expect(stream["color_space"] == matrix)
        #expect(stream["color_primaries"] == matrix)
        #expect(stream["color_transfer"] == (matrix == "bt709" ? "bt709" : "smpte170m"))
    }

    @Test(
        "what shows through is black, whatever colours are under the alpha",
        arguments: ["qtrle argb", "png rgba", "prores_ks yuva444p10le", "ffv1 yuva420p"])
    func alpha(coding: String) throws {
        let parts = coding.split(separator: " ").map(String.init)
        let scene = try Scene()
        let name = parts[0] == "ffv1" ? "in.mkv" : "in.mov"
        // From nothing on the left to all on the right, over the same colours.
        try scene.make([
            "-f", "lavfi", "-i", Scene.patchSource, "-vf",
            "format=rgba,geq=r='r(X,Y)':g='g(X,Y)':b='b(X,Y)':a='if(lt(X,64),0,if(lt(X,128),128,255))',"
                + "scale=out_color_matrix=bt709:flags=accurate_rnd,format=\(parts[1])"
                + ",setparams=colorspace=\(parts[1].hasPrefix("yuv") ? "bt709" : "gbr")", "-c:v",
            parts[0], "-colorspace", "bt709", "-color_range", "tv", scene.path(name),
        ])
        try scene.writeExact()
        let wanted = Scene.patches.enumerated().map { index, rgb in
            rgb.map { [0, ($0 * 128 + 127) / 255, $0][index % 3] }
        }
        expectEqual(try scene.patchColors(scene.exact(name)), wanted, within: 3, coding)
    }

    @Test("moving images are sources", arguments: ["gif", "apng"])
    func images(format: String) throws {
        let scene = try Scene()
        try scene.make(
            [
                "-f", "lavfi", "-i", Scene.patchSource, "-plays", "0", "-f", format,
                scene.path("in.\(format)"),
            ].filter { format == "apng" || ($0 != "-plays" && $0 != "0") })
        try scene.writeExact()
        let output = try scene.exact("in.\(format)")
        #expect(try scene.lumas(output).count == 10)
        expectEqual(try scene.patchColors(output), Scene.patches, within: 3)
    }
}
