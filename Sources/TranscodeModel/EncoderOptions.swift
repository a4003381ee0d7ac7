/// How each video encoder is pinned: closed GOPs on the grid, capped constant quality, no parameter that
/// depends on the machine (media rule 5).
///
/// The names are libavcodec's, so the same options can be given to any program that uses it.
public struct EncoderOptions: Hashable, Sendable {
    /// Private options of the encoder, by name.
    public let options: [String: String]
    /// The cap and the buffer of capped constant quality, in bits per second and bits: 1.5 and 2 times
    /// the ladder's average. SVT-AV1 takes no buffer.
    public let rateMaximum: Int
    public let bufferBits: Int?

    /// `keyFrameInterval` is in frames.
    public init(_ rendition: VideoRendition, keyFrameInterval interval: Int) {
        let average = rendition.averageKilobitsPerSecond * 1000
        rateMaximum = average * 3 / 2
        bufferBits = rendition.codec == .av1 ? nil : average * 2
        let grid = "keyint=\(interval):min-keyint=\(interval):scenecut=0:open-gop=0"
        var options = ["preset": rendition.preset, "crf": String(rendition.quality)]
        func joined(_ ours: String) -> String {
            // The profile's come last, in the order of their names, so that it has the last word.
            ([ours]
                + rendition.parameters.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" })
                .joined(separator: ":")
        }
        switch rendition.codec {
        case .h264:
            options["forced-idr"] = "1"
            options["x264-params"] = joined("\(grid):stitchable=1:vbv-init=0.5")
        case .hevc:
            options["forced-idr"] = "1"
            options["x265-params"] = joined(
                "\(grid):info=0:repeat-headers=0:pools=1:frame-threads=1:bframes=3:b-pyramid=1"
                    + ":log-level=error:vbv-init=0.5")
        case .av1:
            options["svtav1-params"] = joined("lp=1:irefresh-type=2:scd=0")
        }
        self.options = options
    }
}
