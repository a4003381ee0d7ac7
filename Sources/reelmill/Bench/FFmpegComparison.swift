import Foundation
import TranscodeModel

/// The same renditions by one `ffmpeg` process: one decode, one scaler and one encoder for each
/// rendition with the very options that our workers use, and as many threads as ffmpeg likes.
///
/// It makes no images, manifests or hashes: what we do beyond it counts against us.
struct FFmpegComparison {
    let program: Program

    static func arguments(_ plan: Plan, source: String, folder: String) -> [String] {
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
                let pinned = EncoderOptions(rendition, keyFrameInterval: video.keyFrameInterval)
                arguments += ["-map", "[v\(index)]", "-c:v", rendition.codec.encoder]
                for (key, value) in pinned.options.sorted(by: { $0.key < $1.key }) {
                    arguments += ["-\(key)", value]
                }
                arguments += ["-maxrate", String(pinned.rateMaximum)]
                if let bits = pinned.bufferBits { arguments += ["-bufsize", String(bits)] }
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

    func run(_ arguments: [String], folder: String) throws -> BenchSample {
        let (_, wall, cpu) = try program.run(arguments)
        return BenchSample(
            wallSeconds: wall, cpuSeconds: cpu,
            trackBytes: try FFmpegComparison.bytes(below: folder))
    }

    /// Of all MP4 files in a folder and its subfolders.
    static func bytes(below folder: String) throws -> Int64 {
        try FileManager.default.subpathsOfDirectory(atPath: folder).filter { $0.hasSuffix(".mp4") }
            .reduce(0) { sum, name in
                let size = try FileManager.default.attributesOfItem(
                    atPath: folder + "/" + name)[.size]
                return sum + ((size as? NSNumber)?.int64Value ?? 0)
            }
    }
}
