import Foundation

/// What ffmpeg makes of a source.
struct SourceView {
    /// Pictures of the largest video stream that ffmpeg decodes; nil without ffmpeg or a video stream.
    var frames: Int?
    /// Whether it refuses the file.
    var isRefused = false

    static func of(_ path: String) -> SourceView {
        do {
            let ending = try Programs.run(
                "ffmpeg",
                [
                    "-nostdin", "-v", "quiet", "-protocol_whitelist", "file", "-i", path, "-map",
                    "0:v:0?", "-vsync", "0", "-f", "framecrc", "-",
                ])
            let lines = ending.output.split(separator: UInt8(ascii: "\n"))
                .filter { $0.first != UInt8(ascii: "#") }
            return SourceView(
                frames: lines.isEmpty ? nil : lines.count, isRefused: ending.status != 0)
        } catch { return SourceView() }
    }
}
