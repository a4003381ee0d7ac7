import Foundation
import TranscodeModel

/// The same renditions by one `ffmpeg` process: one decode, one scaler and one encoder for each
/// rendition, and as many threads as ffmpeg likes.
///
/// It makes no images, manifests or hashes: what we do beyond it counts against us.
struct FFmpegComparison {
    /// How the rival encodes.
    struct Settings: Encodable, Equatable {
        /// Nil for the very options that our workers use.
        var preset: String?
        /// Added to the profile's quality.
        var qualityOffset = 0
    }

    let program: Program

    static func arguments(
        _ plan: Plan, source: String, folder: String, settings: Settings = Settings()
    ) -> [String] {
        var arguments = ["-y", "-nostdin", "-v", "error", "-i", source]
        if let video = plan.video {
            let names = video.renditions.indices.map { "[s\($0)]" }.joined()
            var graph =
                "[0:\(video.streamIndex)]fps=\(video.grid.rate),split=\(video.renditions.count)\(names)"
            for (index, rendition) in video.renditions.enumerated() {
                graph +=
                    ";[s\(index)]scale=\(rendition.width):\(rendition.height):flags=bicubic,"
                    + "setsar=1,format=yuv420p[v\(index)]"
            }
            arguments += ["-filter_complex", graph]
            for (index, rendition) in video.renditions.enumerated() {
                arguments += ["-map", "[v\(index)]", "-c:v", rendition.codec.encoder]
                arguments += encoder(rendition, video, settings)
                arguments += [
                    "-g", String(video.keyFrameInterval), "-flags", "+cgop",
                    "\(folder)/\(rendition.name).mp4",
                ]
            }
        }
        for sound in plan.audio {
            arguments += [
                "-map", "0:\(sound.streamIndex)", "-c:a", sound.codec.encoder, "-b:a",
                "\(sound.kilobitsPerSecond)k", "-ac", String(sound.channels), "-ar",
                String(sound.sampleRate), "\(folder)/\(sound.name).mp4",
            ]
        }
        return arguments
    }

    private static func encoder(
        _ rendition: VideoRendition, _ video: VideoPlan, _ settings: Settings
    ) -> [String] {
        let interval = video.keyFrameInterval
        let pinned = EncoderOptions(rendition, keyFrameInterval: interval)
        var options = pinned.options
        if let preset = settings.preset {
            options = plain(rendition.codec, interval)
            options["preset"] = preset
        }
        options["crf"] = String(rendition.quality + settings.qualityOffset)
        var arguments: [String] = []
        for (key, value) in options.sorted(by: { $0.key < $1.key }) {
            arguments += ["-\(key)", value]
        }
        arguments += ["-maxrate", String(pinned.rateMaximum)]
        if let bits = pinned.bufferBits { arguments += ["-bufsize", String(bits)] }
        return arguments
    }

    /// What a ladder needs of any encoder, and nothing of ours beside it: key frames on the grid, and nowhere else.
    private static func plain(_ codec: VideoCodec, _ interval: Int) -> [String: String] {
        let grid = "keyint=\(interval):min-keyint=\(interval):scenecut=0:open-gop=0"
        return switch codec {
        case .h264: ["forced-idr": "1", "x264-params": grid]
        case .hevc: ["forced-idr": "1", "x265-params": grid + ":log-level=error"]
        case .av1: ["svtav1-params": "irefresh-type=2:scd=0"]
        }
    }

    func run(_ arguments: [String], folder: String) throws -> BenchSample {
        let memory = MemorySampler(countingSelf: false)
        let ending: Program.Ending
        do { ending = try program.run(arguments) } catch {
            _ = memory.end()
            throw error
        }
        return BenchSample(
            wallSeconds: ending.wallSeconds, cpuSeconds: ending.cpuSeconds,
            trackBytes: try FFmpegComparison.bytes(below: folder), memory: memory.end().peak)
    }

    /// Of all MP4 files in a folder and its subfolders.
    static func bytes(below folder: String) throws -> Int64 {
        try FileManager.default.subpathsOfDirectory(atPath: folder).filter { $0.hasSuffix(".mp4") }
            .reduce(0) { sum, name in try sum + bytes(of: folder + "/" + name) }
    }

    static func bytes(of file: String) throws -> Int64 {
        let size = try FileManager.default.attributesOfItem(atPath: file)[.size]
        return (size as? NSNumber)?.int64Value ?? 0
    }
}
