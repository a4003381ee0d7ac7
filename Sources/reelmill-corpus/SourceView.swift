import Foundation

/// What ffmpeg makes of a source.
struct SourceView {
    /// Pictures of the first video stream that ffmpeg decodes; nil without ffmpeg or a video stream.
    var frames: Int?
    /// Whether it refuses the file.
    var isRefused = false

    static func of(_ path: String) -> SourceView {
        do {
            let streams = try Programs.run(
                "ffprobe",
                [
                    "-v", "quiet", "-select_streams", "v:0", "-show_entries", "stream=index", "-of",
                    "csv=p=0", path,
                ])
            let hasPictures = streams.output.contains { $0 >= UInt8(ascii: "0") }
            let ending = try Programs.run(
                "ffmpeg",
                [
                    "-nostdin", "-v", "quiet", "-protocol_whitelist", "file", "-i", path, "-map",
                    hasPictures ? "0:v:0" : "0:a:0", "-vsync", "0", "-f", "framecrc", "-",
                ])
            let lines = ending.output.split(separator: UInt8(ascii: "\n"))
                .filter { $0.first != UInt8(ascii: "#") }
            return SourceView(
                frames: hasPictures && !lines.isEmpty ? lines.count : nil,
                isRefused: ending.status != 0)
        } catch { return SourceView() }
    }
}
