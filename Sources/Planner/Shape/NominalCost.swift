import TranscodeModel

/// What boundaries are weighed by: the cost of a second of video, by the source's pictures and the profile's encoder.
///
/// Boundaries decide about bytes (I16), so these numbers never change with what a machine learns, and rest on no rung of
/// the ladder: a rung more leaves the chunks of the others as they are. Real costs are the cost model's.
struct NominalCost {
    /// CPU-seconds of encoding a usual ladder for a second of video.
    var encodeSeconds: Double
    /// What decoding a picture costs, as a share of encoding it.
    var decodeShare: Double

    /// CPU-seconds of beginning a unit.
    static let startSeconds = 0.03
    /// Less work than this is not worth a unit of its own, in CPU-seconds.
    static let unitSecondsMinimum = 3.0

    /// Pictures of a ladder, in those of its largest rung.
    private static let ladderSize = 1.7
    /// No usual ladder begins above.
    private static let pixelsMaximum = 1920.0 * 1080
    /// For each megapixel.
    private static let decodeSeconds: [String: Double] = [
        "h264": 0.002, "hevc": 0.003, "av1": 0.004,
    ]
    private static let encodeSeconds: [VideoCodec: Double] = [
        .h264: 0.035, .hevc: 0.08, .av1: 0.15,
    ]

    init(_ track: VideoTrack, _ settings: VideoSettings, rate: Rational) {
        let pixels = Double(track.width * track.height)
        let each =
            min(pixels, NominalCost.pixelsMaximum) / 1e6 * NominalCost.ladderSize
            * (NominalCost.encodeSeconds[settings.codec] ?? 0.03)
            * PresetCost.factor(
                settings.codec, preset: settings.preset, parameters: settings.parameters)
        let decode = pixels / 1e6 * (NominalCost.decodeSeconds[track.codec] ?? 0.002)
        encodeSeconds = each * rate.approximation
        decodeShare = decode / max(each, 1e-9)
    }
}
