import TranscodeModel

/// What units are predicted to use, for ordering and admission. Measured on one core of a server of 2024:
/// pixels times frames alone predict a unit within a third, since content differs.
enum CostModel {
    /// x264 `medium`, in CPU-seconds for each megapixel of output.
    private static let encodeSeconds = 0.03
    /// Decoding H.264, for each megapixel of input.
    private static let decodeSeconds = 0.002
    /// Scaling, for each megapixel of output.
    private static let scaleSeconds = 0.001
    /// Tone mapping, for each megapixel of the largest output.
    private static let toneMapSeconds = 0.1
    /// Worth of AAC at 128 kbit/s, for each second of sound.
    private static let audioSeconds = 0.01

    private static let presetFactors: [String: Double] = [
        "ultrafast": 0.15, "superfast": 0.25, "veryfast": 0.36, "faster": 0.6, "fast": 0.77,
        "medium": 1, "slow": 1.6, "slower": 3, "veryslow": 5,
    ]

    static func encode(
        _ chunk: Chunk, _ renditions: [VideoRendition], _ grid: FrameGrid, _ track: VideoTrack
    ) -> Estimate {
        let frames = Double(chunk.frames.count)
        let sourcePixels = Double(track.width * track.height)
        let outputPixels = renditions.reduce(0.0) { $0 + Double($1.width * $1.height) }
        let coded = renditions.reduce(0.0) { $0 + Double($1.width * $1.height) * factor($1) }
        let largest = renditions.map { Double($0.width * $0.height) }.max() ?? 0
        let mapped = track.color.isHighDynamicRange ? min(sourcePixels, largest) : 0
        let ticks =
            grid.ticks(of: chunk.frames.upperBound) - grid.ticks(of: chunk.frames.lowerBound)
        let seconds =
            grid.cadence == nil
            ? frames / grid.rate.approximation : Double(ticks) / Double(grid.timescale)
        let bits = renditions.reduce(0.0) { $0 + Double($1.averageKilobitsPerSecond) * 1000 }
        return Estimate(
            cpuSeconds: frames / 1e6
                * (sourcePixels * decodeSeconds + outputPixels * scaleSeconds
                    + mapped * toneMapSeconds + coded * encodeSeconds),
            memoryBytes: Int64(120e6 + 60 * sourcePixels + 110 * outputPixels),
            outputBytes: Int64(bits / 8 * 0.6 * seconds))
    }

    /// What decoding a picture costs, as a share of scaling and encoding it.
    static func decodeShare(_ track: VideoTrack, _ renditions: [VideoRendition]) -> Double {
        let made = renditions.reduce(0.0) {
            $0 + Double($1.width * $1.height) * (scaleSeconds + factor($1) * encodeSeconds)
        }
        return Double(track.width * track.height) * decodeSeconds / max(made, 1e-9)
    }

    static func audio(_ rendition: AudioRendition) -> Estimate {
        let seconds = rendition.duration.approximation
        // Measuring the loudness decodes all of it once more; what is copied is only decoded.
        let passes = rendition.copied != nil ? 0.2 : rendition.loudness == nil ? 1.0 : 2.0
        return Estimate(
            cpuSeconds: seconds * audioSeconds * passes, memoryBytes: 80_000_000,
            outputBytes: Int64(seconds * Double(rendition.kilobitsPerSecond) * 125))
    }

    /// Key frames only are decoded for thumbnails.
    static func images(_ plan: ImagePlan, _ track: VideoTrack?) -> Estimate {
        let pictures = Double(plan.thumbnailTimes.count) + 24
        let pixels = Double(
            track.map { $0.width * $0.height } ?? plan.posterWidth * plan.posterHeight)
        let mapped =
            track?.color.isHighDynamicRange == true
            ? min(pixels, Double(plan.posterWidth * plan.posterHeight)) : 0
        return Estimate(
            cpuSeconds: pictures / 1e6 * (pixels * decodeSeconds * 3 + mapped * toneMapSeconds),
            memoryBytes: Int64(100e6 + 60 * pixels),
            outputBytes: Int64(
                plan.thumbnailTimes.count * plan.thumbnailWidth * plan.thumbnailHeight / 4
                    + plan.posterWidth * plan.posterHeight / 4))
    }

    /// The source is read through, and some lines are written.
    static func text(_ renditions: [TextRendition]) -> Estimate {
        let seconds = renditions.first?.duration.approximation ?? 0
        return Estimate(
            cpuSeconds: 0.1 + seconds * 0.001, memoryBytes: 150_000_000,
            outputBytes: Int64(Double(renditions.count) * (1000 + seconds * 50)))
    }

    /// Copying and checking, which the node does itself.
    static func moving(bytes: Int64) -> Estimate {
        Estimate(
            cpuSeconds: 0.01 + Double(bytes) / 1e9, memoryBytes: 16_000_000, outputBytes: bytes)
    }

    private static func factor(_ rendition: VideoRendition) -> Double {
        switch rendition.codec {
        case .h264, .hevc:
            let preset = presetFactors[rendition.preset] ?? 1
            let isLean =
                rendition.parameters["ref"] == "1" && rendition.parameters["partitions"] != nil
            return preset * (isLean ? 0.55 : 1) * (rendition.codec == .hevc ? 3 : 1)
        case .av1: return max(0.1, 2.2 - 0.2 * (Double(rendition.preset) ?? 8))
        }
    }
}
