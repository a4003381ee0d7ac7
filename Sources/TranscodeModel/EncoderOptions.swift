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

    /// `keyFrameInterval` is in frames; `color` and `light` count where they are of high dynamic range. `start` is how
    /// full the buffer is at the first frame, in twentieths; one that `isMeasured` has the word over the profile's.
    public init(
        _ rendition: VideoRendition, keyFrameInterval interval: Int,
        color: ColorDescription = .unknown, light: LightMetadata? = nil,
        start: Int = BufferModel.firstStart, isMeasured: Bool = false
    ) {
        let average = rendition.averageKilobitsPerSecond * 1000
        rateMaximum = average * 3 / 2
        bufferBits = rendition.codec == .av1 ? nil : average * 2
        let grid = "keyint=\(interval):min-keyint=\(interval):scenecut=0:open-gop=0"
        var options = ["preset": rendition.preset, "crf": String(rendition.quality)]
        let fullness = "vbv-init=\(EncoderOptions.decimal(start * 5, digits: 2))"
        func joined(_ ours: String) -> String {
            // The profile's come last, in the order of their names, so that it has the last word.
            ([ours]
                + rendition.parameters.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
                + (isMeasured && rendition.codec != .av1 ? [fullness] : []))
                .joined(separator: ":")
        }
        switch rendition.codec {
        case .h264:
            options["forced-idr"] = "1"
            options["x264-params"] = joined("\(grid):stitchable=1:\(fullness)")
        case .hevc:
            options["forced-idr"] = "1"
            options["x265-params"] = joined(
                "\(grid):info=0:repeat-headers=0:pools=1:frame-threads=1:bframes=3:b-pyramid=1"
                    + ":log-level=error:\(fullness)" + EncoderOptions.x265Light(color, light))
        case .av1:
            options["svtav1-params"] = joined(
                "lp=1:irefresh-type=2:scd=0" + EncoderOptions.svtLight(light))
        }
        self.options = options
    }

    /// The display in x265's words: chromaticities and luminances in the units of ST 2086.
    private static func x265Light(_ color: ColorDescription, _ light: LightMetadata?) -> String {
        guard color.isHighDynamicRange else { return "" }
        var text = color.transfer == "smpte2084" ? ":hdr10=1" : ""
        func point(_ point: MasteringDisplay.Chromaticity) -> String { "(\(point.x),\(point.y))" }
        if let display = light?.mastering {
            text +=
                ":master-display=G\(point(display.green))B\(point(display.blue))"
                + "R\(point(display.red))WP\(point(display.white))"
                + "L(\(display.luminanceMaximum),\(display.luminanceMinimum))"
        }
        if let content = light?.content {
            text += ":max-cll=\(content.maximum),\(content.averageMaximum)"
        }
        return text
    }

    /// The display in SVT-AV1's words: chromaticities from 0 to 1, luminances in cd/m².
    private static func svtLight(_ light: LightMetadata?) -> String {
        var text = ""
        func point(_ point: MasteringDisplay.Chromaticity) -> String {
            "(\(decimal(point.x * 2, digits: 5)),\(decimal(point.y * 2, digits: 5)))"
        }
        if let display = light?.mastering {
            text +=
                ":mastering-display=G\(point(display.green))B\(point(display.blue))"
                + "R\(point(display.red))WP\(point(display.white))"
                + "L(\(decimal(display.luminanceMaximum, digits: 4)),"
                + "\(decimal(display.luminanceMinimum, digits: 4)))"
        }
        if let content = light?.content {
            text += ":content-light=\(content.maximum),\(content.averageMaximum)"
        }
        return text
    }

    /// A whole number of `digits` decimal places as a decimal fraction.
    private static func decimal(_ value: Int, digits: Int) -> String {
        let text = String(value)
        let padded = String(repeating: "0", count: max(0, digits + 1 - text.count)) + text
        return padded.dropLast(digits) + "." + padded.suffix(digits)
    }
}
