import TranscodeModel

/// What units are predicted to use, for grouping, ordering and admission: pixels times frames for each kind of work, times
/// how hard the source's pictures seem by the bytes that it spends on them, times what the machine was found to need.
///
/// The constants were measured on one core of a server of 2024 (Xeon, AVX-512) with x264 164, by `stageCPUSeconds`.
struct CostModel {
    let factors: [String: Double]
    /// Nil for sources without pictures.
    let picture: PictureCost?

    init(_ context: PlanningContext, _ track: VideoTrack?, _ video: VideoPlan?) {
        factors = context.factors
        picture = track.map { PictureCost($0, frames: video?.grid.frames) }
    }

    /// A unit's prediction, with what it rests on.
    struct Prediction {
        var costs: [WorkCost]
        var estimate: Estimate
    }

    /// Worth of AAC at 128 kbit/s, for each second of sound.
    private static let audioSeconds = 0.01
    /// Beginning a process, opening the source and the encoders, and writing what they give.
    private static let startSeconds = 0.06

    func encode(_ chunk: Chunk, _ renditions: [VideoRendition], _ video: VideoPlan) -> Prediction {
        guard let picture else { preconditionFailure("an encode has pictures") }
        if let copied = renditions.first?.copied { return copy(chunk, copied, video) }
        var costs = picture.decode(chunk, video)
        costs += picture.scale(chunk, renditions, video)
        costs += picture.encode(chunk, renditions, video)
        costs.append(WorkCost(work: "start", seconds: CostModel.startSeconds))
        let outputPixels = renditions.reduce(0.0) { $0 + Double($1.width * $1.height) }
        let grid = video.grid
        let ticks =
            grid.ticks(of: chunk.frames.upperBound) - grid.ticks(of: chunk.frames.lowerBound)
        let bits = renditions.reduce(0.0) { $0 + Double($1.averageKilobitsPerSecond) * 1000 }
        return prediction(
            costs, memoryBytes: Int64(120e6 + 60 * picture.pixels + 110 * outputPixels),
            outputBytes: Int64(bits / 8 * 0.6 * Double(ticks) / Double(grid.timescale)))
    }

    /// Packets are read and written.
    private func copy(_ chunk: Chunk, _ copied: CopiedPictures, _ video: VideoPlan) -> Prediction {
        let bytes =
            Double(copied.kilobitsPerSecond) * 125 * Double(chunk.frames.count)
            / video.grid.rate.approximation
        return prediction(
            [WorkCost(work: "copy", seconds: CostModel.startSeconds + bytes / 1e9)],
            memoryBytes: 80_000_000, outputBytes: Int64(bytes))
    }

    func audio(_ rendition: AudioRendition) -> Prediction {
        let seconds = rendition.duration.approximation
        // Measuring the loudness decodes all of it once more; what is copied is only decoded.
        let isCopied = rendition.copied != nil
        let passes = isCopied ? 0.2 : rendition.loudness == nil ? 1.0 : 2.0
        return prediction(
            [
                WorkCost(
                    work: isCopied ? "audio/copy" : "audio/\(rendition.codec.rawValue)",
                    seconds: CostModel.startSeconds + seconds * CostModel.audioSeconds * passes)
            ], memoryBytes: 80_000_000,
            outputBytes: Int64(seconds * Double(rendition.kilobitsPerSecond) * 125))
    }

    /// Key frames only are decoded for thumbnails.
    func images(_ plan: ImagePlan) -> Prediction {
        let pictures = Double(plan.thumbnailTimes.count) + 24
        let poster = Double(plan.posterWidth * plan.posterHeight)
        let seconds = picture?.still(poster: poster) ?? poster / 1e6 * 0.006
        return prediction(
            [
                WorkCost(
                    work: "images/\(picture?.codec ?? "cover")",
                    seconds: CostModel.startSeconds + pictures * seconds)
            ], memoryBytes: Int64(100e6 + 60 * (picture?.pixels ?? poster)),
            outputBytes: Int64(
                plan.thumbnailTimes.count * plan.thumbnailWidth * plan.thumbnailHeight / 4
                    + plan.posterWidth * plan.posterHeight / 4))
    }

    /// The source is read through, and some lines are written.
    func text(_ renditions: [TextRendition]) -> Prediction {
        let seconds = renditions.first?.duration.approximation ?? 0
        return prediction(
            [WorkCost(work: "text", seconds: CostModel.startSeconds + 0.04 + seconds * 0.001)],
            memoryBytes: 150_000_000,
            outputBytes: Int64(Double(renditions.count) * (1000 + seconds * 50)))
    }

    /// Copying; with room for a chunk that is encoded again for the buffer's sake.
    func stitch(_ rendition: VideoRendition, _ video: VideoPlan, bytes: Int64) -> Prediction {
        var prediction = moving(bytes: bytes)
        if let chunk = video.chunks.first, rendition.copied == nil,
            BufferModel(rendition).isEnforced
        {
            prediction.estimate.memoryBytes = max(
                prediction.estimate.memoryBytes,
                encode(chunk, [rendition], video).estimate.memoryBytes)
        }
        return prediction
    }

    /// Copying and checking, which the node does itself.
    func moving(bytes: Int64) -> Prediction {
        Prediction(
            costs: [],
            estimate: Estimate(
                cpuSeconds: 0.01 + Double(bytes) / 1e9, memoryBytes: 16_000_000, outputBytes: bytes)
        )
    }

    private func prediction(
        _ costs: [WorkCost], memoryBytes: Int64, outputBytes: Int64
    ) -> Prediction {
        let seconds = costs.reduce(0) { $0 + $1.seconds * (factors[$1.work] ?? 1) }
        return Prediction(
            costs: costs,
            estimate: Estimate(
                cpuSeconds: seconds, memoryBytes: memoryBytes, outputBytes: outputBytes))
    }
}
