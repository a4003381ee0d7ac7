import Glibc
import TranscodeModel

/// What the pictures of one source are predicted to cost, by kinds of work.
struct PictureCost {
    private let track: VideoTrack
    private let base: Rational
    private let hardness: PictureHardness?
    let pixels: Double
    var codec: String { track.codec }

    /// CPU-seconds for each megapixel: of decoding, by the source's codec; of scaling, of what goes in and what comes out; of
    /// encoding with a usual preset.
    private static let decodeSeconds: [String: Double] = [
        "h264": 0.0023, "hevc": 0.0028, "av1": 0.004, "vp8": 0.0019, "vp9": 0.004,
        "mpeg2video": 0.0018, "mpeg4": 0.002, "mjpeg": 0.004, "prores": 0.008,
    ]
    private static let scaleSeconds = 0.0009
    /// Small pictures have more in each sample: for each doubling, a thirtieth less.
    private static let sizePower = -0.05
    private static let sizeUsual = 1280.0 * 720
    /// How the costs of decoding and encoding follow the bits of the source.
    private static let decodePower = 0.3
    private static let encodePower = 0.27
    private static let toneMapSeconds = 0.1
    private static let deinterlaceSeconds = 0.006
    private static let encodeSeconds: [VideoCodec: Double] = [
        .h264: 0.0345, .hevc: 0.062, .av1: 0.15,
    ]

    /// - Parameter frames: of the output; nil where no moving pictures are made.
    init(_ track: VideoTrack, frames: Int?) {
        self.track = track
        hardness = PictureHardness(track, frames: frames ?? track.frameTimes.count)
        pixels = Double(track.width * track.height)
        base = track.timeBase
    }

    /// Up to the chunk's last picture, from where decoding starts.
    func decode(_ chunk: Chunk, _ video: VideoPlan) -> [WorkCost] {
        let span = ticks(chunk, video)
        let first = track.frameTimes.first ?? 0
        let entry = Double((chunk.entryPoints.first?.pts ?? first) - first)
        let total = Double((track.frameTimes.last ?? first) - first)
        let share = min(1, max(0, span.end - min(entry, span.start)) / max(total, 1))
        let frames = max(1, Double(track.frameTimes.count) * share)
        let treatment = video.treatment
        var each =
            pixels * (PictureCost.decodeSeconds[track.codec] ?? 0.002)
            * hardness(PictureCost.decodePower, span)
        var work = "decode/\(track.codec)"
        if treatment.deinterlaces {
            each += pixels * PictureCost.deinterlaceSeconds
            work += "/deinterlace"
        }
        if treatment.toneMaps {
            let largest = video.renditions.map { Double($0.width * $0.height) }.max() ?? 0
            each += min(pixels, largest) * PictureCost.toneMapSeconds
            work += "/tonemap"
        }
        return [WorkCost(work: work, seconds: frames / 1e6 * each)]
    }

    /// The halvings that some rung is scaled from, and each rung that is none (`HalvingChain`).
    func scale(
        _ chunk: Chunk, _ renditions: [VideoRendition], _ video: VideoPlan
    ) -> [WorkCost] {
        let chain = HalvingChain(
            picture: video.picture ?? PictureSize(width: track.width, height: track.height))
        func pixels(_ size: PictureSize) -> Double { Double(size.width * size.height) }
        let levels = renditions.map { chain.level(for: $0.size) }
        var scaled = 0.0
        for level in 0..<(levels.max() ?? 0) {
            scaled += pixels(chain.size(level)) + pixels(chain.size(level + 1))
        }
        for (rendition, level) in zip(renditions, levels)
        where rendition.size != chain.size(level) {
            scaled += pixels(chain.size(level)) + pixels(rendition.size)
        }
        let seconds = shown(chunk, video) / 1e6 * scaled * PictureCost.scaleSeconds
        return [WorkCost(work: "scale", seconds: seconds)]
    }

    func encode(
        _ chunk: Chunk, _ renditions: [VideoRendition], _ video: VideoPlan
    ) -> [WorkCost] {
        let frames = Double(chunk.frames.count)
        let hardness = hardness(PictureCost.encodePower, ticks(chunk, video))
        var costs: [WorkCost] = []
        for rendition in renditions {
            let size = Double(rendition.width * rendition.height)
            let each =
                size * pow(size / PictureCost.sizeUsual, PictureCost.sizePower)
                * (PictureCost.encodeSeconds[rendition.codec] ?? 0.03)
                * PresetCost.factor(
                    rendition.codec, preset: rendition.preset, parameters: rendition.parameters)
            let cost = WorkCost(
                work: PictureCost.work(rendition, video), seconds: frames / 1e6 * each * hardness)
            if let index = costs.firstIndex(where: { $0.work == cost.work }) {
                costs[index].seconds += cost.seconds
            } else {
                costs.append(cost)
            }
        }
        return costs
    }

    /// Of one picture for a sheet of thumbnails, which may be far from the one before.
    func still(poster: Double) -> Double {
        let decode = pixels * (PictureCost.decodeSeconds[track.codec] ?? 0.002) * 3
        let mapped =
            track.color.isHighDynamicRange ? min(pixels, poster) * PictureCost.toneMapSeconds : 0
        return (decode + mapped) / 1e6
    }

    /// Encoders with the same settings cost alike.
    private static func work(_ rendition: VideoRendition, _ video: VideoPlan) -> String {
        var name = "encode/\(rendition.codec.rawValue)/\(rendition.preset)"
        let settings = rendition.parameters.sorted { $0.key < $1.key }
            .map { "\($0.key)=\($0.value)" }.joined(separator: ":")
        if !settings.isEmpty { name += "/" + String(settings.prefix(80)) }
        return video.treatment.bitDepth > 8 ? name + "/\(video.treatment.bitDepth)bit" : name
    }

    /// Pictures of the source that the chunk shows: one that stands for several frames is scaled once.
    private func shown(_ chunk: Chunk, _ video: VideoPlan) -> Double {
        let each = Double(track.frameTimes.count) / Double(max(video.grid.frames, 1))
        return max(1, Double(chunk.frames.count) * min(1, each))
    }

    /// Of the source, after its first frame.
    private func ticks(_ chunk: Chunk, _ video: VideoPlan) -> (start: Double, end: Double) {
        let grid = video.grid
        let origin =
            grid.origin.approximation / base.approximation - Double(track.frameTimes.first ?? 0)
        func at(_ frame: Int) -> Double {
            let seconds = Double(grid.ticks(of: frame)) / Double(grid.timescale)
            return max(0, origin + seconds / base.approximation)
        }
        return (at(chunk.frames.lowerBound), at(chunk.frames.upperBound))
    }

    /// How hard pictures are that the source spends so many bits on, beside usual ones: 1 where that is not known.
    private func hardness(_ power: Double, _ span: (start: Double, end: Double)) -> Double {
        hardness?.factor(in: span, power: power) ?? 1
    }
}
