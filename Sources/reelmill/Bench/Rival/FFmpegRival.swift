import Foundation
import TranscodeModel

/// One ffmpeg process for each input, in one way of encoding.
struct FFmpegRival {
    let program: Program
    let settings: FFmpegComparison.Settings

    var name: String { settings.preset.map { "ffmpeg -preset \($0)" } ?? "ffmpeg" }

    /// At another quality.
    func shifted(by offset: Int) -> FFmpegRival {
        var shifted = settings
        shifted.qualityOffset += offset
        return FFmpegRival(program: program, settings: shifted)
    }

    /// One encode of all inputs.
    struct Run {
        var sample: BenchSample
        var commands: [[String]]
        /// By input.
        var folders: [String]

        func file(_ index: Int, _ rendition: String) -> String {
            "\(folders[index])/\(rendition).mp4"
        }
    }

    func run(_ videos: [String], _ outputs: [BenchRun.Output], in folder: String) throws -> Run {
        var samples: [BenchSample] = []
        var commands: [[String]] = []
        var folders: [String] = []
        for (index, (video, output)) in zip(videos, outputs).enumerated() {
            let place = "\(folder)/\(index)"
            try FileManager.default.createDirectory(
                atPath: place, withIntermediateDirectories: true)
            let arguments = FFmpegComparison.arguments(
                output.plan, source: video, folder: place, settings: settings)
            samples.append(
                try FFmpegComparison(program: program).run(arguments, folder: place))
            commands.append(arguments)
            folders.append(place)
        }
        guard let sample = BenchSample(sum: samples) else {
            preconditionFailure("a bench has an input")
        }
        return Run(sample: sample, commands: commands, folders: folders)
    }
}
