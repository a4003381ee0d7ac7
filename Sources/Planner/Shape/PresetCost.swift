import TranscodeModel

/// What a preset costs beside its codec's usual one.
enum PresetCost {
    private static let factors: [String: Double] = [
        "ultrafast": 0.15, "superfast": 0.25, "veryfast": 0.36, "faster": 0.6, "fast": 0.77,
        "medium": 1, "slow": 1.6, "slower": 3, "veryslow": 5,
    ]
    /// x265's presets lie closer together.
    private static let factorsHEVC: [String: Double] = [
        "ultrafast": 0.45, "superfast": 0.61, "veryfast": 0.78, "faster": 0.78, "fast": 0.97,
        "medium": 1, "slow": 2.5, "slower": 6, "veryslow": 9,
    ]
    /// One reference frame and few partitions.
    private static let lean = 0.55

    static func factor(_ codec: VideoCodec, preset: String, parameters: [String: String]) -> Double
    {
        switch codec {
        case .h264:
            let isLean = parameters["ref"] == "1" && parameters["partitions"] != nil
            return (factors[preset] ?? 1) * (isLean ? lean : 1)
        case .hevc: return factorsHEVC[preset] ?? 1
        // SVT-AV1's presets are numbers, the higher the faster; 8 is 0.6.
        case .av1: return max(0.1, 2.2 - 0.2 * (Double(preset) ?? 8))
        }
    }
}
