import Foundation
import Testing

/// Clips of known colours, and what ffmpeg sees in an output.
extension Scene {
    /// Six patches of 64 × 64, three in a row, as RGB.
    static let patches: [[Int]] = [
        [200, 40, 40], [40, 180, 60], [50, 60, 200], [128, 128, 128], [235, 220, 60], [20, 20, 20],
    ]

    /// The patches as a source of ffmpeg's, in rgb24.
    static let patchSource: String = {
        let boxes = patches.enumerated().map { index, rgb in
            let color = rgb.map { String(format: "%02x", $0) }.joined()
            return
                "drawbox=x=\(index % 3 * 64):y=\(index / 3 * 64):w=64:h=64:color=0x\(color):t=fill"
        }
        return "color=black:s=192x128:r=10:d=1,format=rgb24," + boxes.joined(separator: ",")
    }()

    /// A profile that loses next to nothing, extended by `more` lines of `video`.
    func writeExact(
        _ more: [String] = [], codec: String = "h264", named name: String = "exact.yaml"
    ) throws {
        let lines =
            [
                "schema: 1", "extends: \(codec == "h264" ? "web" : codec)", "name: exact", "video:",
                "  preset: \(codec == "av1" ? "12" : "veryfast")",
                "  quality: \(codec == "av1" ? 10 : 4)", "  ladder: [576p@60000]",
                "  parameters: none", "  keyframe: 1s", "  segment: 1s", "  chunk: 2s",
            ] + more.map { "  " + $0 } + ["images:", "  every: 1s"]
        try lines.joined(separator: "\n").write(
            toFile: path(name), atomically: true, encoding: .utf8)
    }

    func make(_ arguments: [String]) throws {
        let ending = try run(
            "/usr/bin/env", ["ffmpeg", "-v", "error", "-nostdin", "-y"] + arguments)
        try #require(ending.status == 0, "\(ending.errors)")
    }

    /// Transcodes with `exact.yaml` and returns the path of the only rendition, relative to the scene.
    func exact(_ clip: String, profile: String = "exact.yaml") throws -> String {
        let out = "out-" + clip
        let ending = try reelmill([
            "transcode", path(clip), "-o", path(out), "--profile", path(profile),
        ])
        try #require(ending.status == 0, "\(ending.errors)")
        let files = try FileManager.default.contentsOfDirectory(atPath: path(out + "/video"))
        return out + "/video/" + (try #require(files.first { $0.hasSuffix(".mp4") }))
    }

    /// The mean colour of the middle of each patch in one frame, as a player would show it.
    func patchColors(_ file: String, frame: Int = 5, filter: String = "null") throws -> [[Int]] {
        let bytes = try ffmpeg([
            "-i", path(file), "-map", "0:v:0", "-frames:v", "1", "-vf",
            "select=eq(n\\,\(frame)),\(filter),scale=192:128:flags=neighbor+accurate_rnd+full_chroma_int,"
                + "format=rgb24", "-f", "rawvideo",
        ])
        try #require(bytes.count == 192 * 128 * 3)
        return (0..<6).map { patch in
            (0..<3).map { channel in
                var sum = 0
                for y in 24..<40 {
                    for x in 24..<40 {
                        let place = (patch / 3 * 64 + y) * 192 + patch % 3 * 64 + x
                        sum += Int(bytes[place * 3 + channel])
                    }
                }
                return (sum + 128) / 256
            }
        }
    }

    /// What ffprobe says of the first video stream.
    func stream(_ file: String, _ keys: String...) throws -> [String: String] {
        let lines = try ffprobe([
            "-select_streams", "v:0", "-show_entries", "stream=" + keys.joined(separator: ","),
            "-of",
            "default=nw=1", path(file),
        ])
        return Dictionary(
            lines.map { line in
                let parts = line.split(separator: "=", maxSplits: 1).map(String.init)
                return (parts[0], parts.count > 1 ? parts[1] : "")
            }, uniquingKeysWith: { first, _ in first })
    }

    /// A part of a picture, in pixels.
    struct Part {
        var width: Int
        var height: Int
        var x = 0
        var y = 0
    }

    /// The mean luma of every frame, or of a part of it, as coded.
    func lumas(_ file: String, _ part: Part? = nil) throws -> [Int] {
        let size = try stream(file, "width", "height").compactMapValues(Int.init)
        let part = part ?? Part(width: size["width"] ?? 0, height: size["height"] ?? 0)
        let bytes = try ffmpeg([
            "-i", path(file), "-map", "0:v:0", "-fps_mode", "passthrough", "-vf",
            "extractplanes=y,crop=\(part.width):\(part.height):\(part.x):\(part.y)", "-f",
            "rawvideo",
        ])
        let pixels = part.width * part.height
        return stride(from: 0, to: bytes.count, by: pixels).map { start in
            let sum = bytes[start..<start + pixels].reduce(0) { $0 + Int($1) }
            return (sum + pixels / 2) / pixels
        }
    }
}

/// Whether colours are equal within some code values.
func expectEqual(
    _ seen: [[Int]], _ wanted: [[Int]], within slack: Int = 2, _ what: String = "",
    sourceLocation: SourceLocation = #_sourceLocation
) {
    let differences = zip(seen, wanted).map { zip($0, $1).map { abs($0 - $1) }.max() ?? 0 }
    #expect(
        seen.count == wanted.count && (differences.max() ?? 255) <= slack,
        "\(what): \(seen), not \(wanted)", sourceLocation: sourceLocation)
}
